/// The first 2 to 14 bytes of a frame.
///
/// Source: RFC 6455 section 5.2.
package struct FrameHeader: Sendable, Hashable {
    package var isFinal: Bool
    package var opcode: Opcode
    /// The masking key, its first byte lowest; nil when the payload is not masked.
    package var mask: UInt32?
    /// Length of the payload in bytes. Longer lengths than the protocol's shortest form needs are taken as well.
    package var payloadLength: Int
    /// Length of the header itself in bytes.
    package var length: Int

    /// Most bytes that a header has.
    package static let maxLength = 14

    /// What could be said about the bytes seen so far.
    package enum Reading: Sendable, Hashable {
        case header(FrameHeader)
        /// The header needs this many bytes in total.
        case needs(Int)
    }

    /// Reads a header at the start of `range`.
    ///
    /// A violation is reported by the first byte that shows it, however few bytes there are.
    ///
    /// - Parameter role: which end reads.
    package static func read(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        role: WebSocketRole
    ) throws(WebSocketViolation) -> Reading {
        let start = range.lowerBound
        let available = range.count
        guard available >= 1 else { return .needs(2) }
        let first = bytes[start]
        let opcode = try opcode(first)
        guard available >= 2 else { return .needs(2) }
        let second = bytes[start &+ 1]
        let isMasked = second & 0x80 != 0
        guard isMasked == (role == .server) else { throw isMasked ? .maskForbidden : .maskMissing }
        let shortLength = Int(second & 0x7f)
        if opcode.isControl, shortLength > 125 { throw .controlFrameTooLong }
        let lengthBytes = shortLength < 126 ? 0 : shortLength == 126 ? 2 : 8
        let maskStart = start &+ 2 &+ lengthBytes
        var payloadLength = lengthBytes == 0 ? shortLength : 0
        if lengthBytes == 8 {
            // Its first byte can be a violation, so that byte alone is worth another look.
            guard available > 2 else { return .needs(3) }
            guard bytes[start &+ 2] & 0x80 == 0 else { throw .lengthOutOfRange }
        }
        let length = 2 &+ lengthBytes &+ (isMasked ? 4 : 0)
        guard available >= length else { return .needs(length) }
        for index in start &+ 2..<maskStart {
            payloadLength = payloadLength << 8 | Int(bytes[index])
        }
        return .header(
            FrameHeader(
                isFinal: first & 0x80 != 0,
                opcode: opcode,
                mask: isMasked ? mask(bytes, at: maskStart) : nil,
                payloadLength: payloadLength,
                length: length
            )
        )
    }

    /// What a frame is for, by its first byte.
    @inline(__always)
    static func opcode(_ first: UInt8) throws(WebSocketViolation) -> Opcode {
        if first & 0x70 != 0 { throw .reservedBits(first >> 4 & 7) }
        guard let opcode = Opcode(rawValue: first & 0x0f) else { throw .reservedOpcode(first & 0x0f) }
        if opcode.isControl, first & 0x80 == 0 { throw .controlFrameFragmented }
        return opcode
    }

    @inline(__always)
    private static func mask(_ bytes: Span<UInt8>, at position: Int) -> UInt32 {
        UInt32(bytes[position]) | UInt32(bytes[position &+ 1]) << 8
            | UInt32(bytes[position &+ 2]) << 16 | UInt32(bytes[position &+ 3]) << 24
    }
}
