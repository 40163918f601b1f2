/// Memory for the answers of a turn, lent to connections and given back when they are sent.
///
/// An idle connection owns no buffer, so the first answer of each turn would begin with an allocation and the next ones
/// with larger ones: 7 for the acks of a burst.
struct AnswerBuffers {
    /// Buffers kept; a turn rarely answers more connections.
    private static let keptBuffers = 256
    /// A larger buffer is freed: 256 of these are 4 MB.
    private static let keptBytes = 16 * 1024

    private var spare: [[UInt8]] = []

    /// An empty buffer, with memory if there is a spare one.
    mutating func take() -> [UInt8] { spare.popLast() ?? [] }

    /// Takes a buffer back that is not used any more.
    mutating func giveBack(_ buffer: consuming [UInt8]) {
        guard spare.count < Self.keptBuffers, buffer.capacity <= Self.keptBytes else { return }
        buffer.removeAll(keepingCapacity: true)
        spare.append(buffer)
    }
}
