/// Payload bytes that one connection has sent, for the log line at its end.
///
/// The decoded types have a place each, all others share the last: nothing is allocated for it.
struct ReceivedPayloads {
    private var bytes: InlineArray<5, Int> = InlineArray(repeating: 0)

    /// - Parameter row: of the ``TopicTable``; nil for a type that it does not know.
    mutating func add(_ count: Int, row: Int?) {
        bytes[min(row ?? 4, 4)] &+= count
    }

    var total: Int {
        var sum = 0
        for place in bytes.indices { sum &+= bytes[place] }
        return sum
    }

    /// The places with something in them: the types' topics in the table's order, then `other`.
    ///
    /// - Parameter topics: of the table's first four rows.
    func byType(_ topics: [String]) -> [(topic: String, bytes: Int)] {
        bytes.indices.filter { bytes[$0] > 0 }.map { place in
            (place < min(topics.count, 4) ? topics[place] : "other", bytes[place])
        }
    }
}
