/// Puts messages together that came in several frames. Holds nothing, and so allocates nothing, in between.
///
/// Bounded by its decoder: fragments beyond ``FrameLimits/messageBytes`` are never delivered to it.
package struct MessageAssembler: Sendable {
    private var bytes: [UInt8] = []

    package init() {}

    /// Bytes held of an unfinished message.
    package var count: Int { bytes.count }

    /// Takes the next fragment.
    ///
    /// - Returns: the whole message after its last fragment, else nil.
    package mutating func take(_ fragment: MessageFragment, from buffer: [UInt8]) -> [UInt8]? {
        bytes.append(contentsOf: buffer[fragment.bytes])
        guard fragment.isLast else { return nil }
        let message = bytes
        bytes = []
        return message
    }

    /// Forgets the unfinished message, because it has become too long.
    package mutating func discard() {
        bytes = []
    }
}
