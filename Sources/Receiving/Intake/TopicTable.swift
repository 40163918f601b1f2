internal import Dispatching
internal import TelemetryModel

/// The record types that this server knows, found by the bytes of an envelope's topic.
///
/// A handful of types, most records being `V`: comparing bytes one type after the other beats a dictionary, and
/// no text is made of what a vehicle sent.
struct TopicTable {
    struct Row {
        let topic: [UInt8]
        let type: RecordType
        /// Nil when the type is decoded and checked, but dispatched nowhere.
        let route: DispatchRoute?
        let isDecoded: Bool
    }

    let rows: [Row]

    init(_ router: DispatchRouter) {
        let configured = router.routes.map(\.type)
        let types = RecordType.decoded + configured.filter { !RecordType.decoded.contains($0) }
        rows = types.map { type in
            Row(
                topic: Array(type.topic.utf8),
                type: type,
                route: router.route(for: type),
                isDecoded: RecordType.decoded.contains(type)
            )
        }
    }

    /// The row of a topic; nil for a type that this server does not know.
    func find(_ bytes: borrowing Span<UInt8>, _ topic: Range<Int>) -> Int? {
        for index in rows.indices where rows[index].topic.count == topic.count {
            if matches(bytes, topic.lowerBound, rows[index].topic) { return index }
        }
        return nil
    }

    private func matches(_ bytes: borrowing Span<UInt8>, _ start: Int, _ topic: [UInt8]) -> Bool {
        for offset in topic.indices where bytes[start + offset] != topic[offset] { return false }
        return true
    }
}
