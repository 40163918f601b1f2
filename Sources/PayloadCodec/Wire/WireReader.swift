/// Reads the elements of the protobuf wire form, every length checked against the end of its message.
enum WireReader {
    /// A number of 1 to 10 bytes. The position moves behind it.
    @inline(__always)
    static func varint(_ bytes: Span<UInt8>, _ position: inout Int, end: Int) throws(PayloadError) -> UInt64 {
        guard position < end else { throw .malformed(.truncated, offset: position) }
        let first = bytes[position]
        if first < 0x80 {
            position += 1
            return UInt64(first)
        }
        if end &- position >= 2 {
            // Tags of the newer members of a value.
            let second = bytes[position &+ 1]
            if second < 0x80 {
                position += 2
                return UInt64(first & 0x7f) | UInt64(second) << 7
            }
        }
        return try longVarint(bytes, &position, end: end)
    }

    /// Moves behind a number whose value doesn't matter.
    @inline(__always)
    static func skipVarint(_ bytes: Span<UInt8>, _ position: inout Int, end: Int) throws(PayloadError) {
        guard position < end, end - position >= 8 else {
            _ = try varint(bytes, &position, end: end)
            return
        }
        // The last byte of a number is the first without its high bit. Times take 6 bytes: found here in one step.
        let last = ~word(bytes, at: position) & 0x8080_8080_8080_8080
        guard last != 0 else {
            _ = try longVarint(bytes, &position, end: end)
            return
        }
        position += last.trailingZeroBitCount >> 3 + 1
    }

    /// Eight bytes, lowest first. The caller has checked that they are there.
    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, at position: Int) -> UInt64 {
        // Cut out first: the compiler then checks the bounds once and loads the eight bytes as one word.
        let word = bytes.extracting(position..<position &+ 8)
        let low = UInt32(word[0]) | UInt32(word[1]) << 8 | UInt32(word[2]) << 16 | UInt32(word[3]) << 24
        let high = UInt32(word[4]) | UInt32(word[5]) << 8 | UInt32(word[6]) << 16 | UInt32(word[7]) << 24
        return UInt64(low) | UInt64(high) << 32
    }

    @inline(never)
    private static func longVarint(
        _ bytes: Span<UInt8>,
        _ position: inout Int,
        end: Int
    ) throws(PayloadError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var index = position
        while index < end {
            let byte = bytes[index]
            // The tenth byte holds the 64th bit and nothing else.
            guard shift < 63 || byte <= 1 else { throw .malformed(.oversizedNumber, offset: position) }
            value |= UInt64(byte & 0x7f) << shift
            index += 1
            if byte < 0x80 {
                position = index
                return value
            }
            shift += 7
        }
        throw .malformed(.truncated, offset: position)
    }

    /// The range of the value that follows a tag: without the length prefix for `lengthDelimited`, with the closing
    /// tag for a group. The position moves behind it.
    static func value(
        _ bytes: Span<UInt8>,
        _ position: inout Int,
        end: Int,
        number: UInt64,
        wireType: UInt8
    ) throws(PayloadError) -> Range<Int> {
        let start = position
        switch wireType {
        case WireType.varint:
            _ = try varint(bytes, &position, end: end)
        case WireType.fixed64:
            try skip(8, &position, end: end)
        case WireType.fixed32:
            try skip(4, &position, end: end)
        case WireType.lengthDelimited:
            let length = try varint(bytes, &position, end: end)
            guard length <= UInt64(end - position) else { throw .malformed(.truncated, offset: start) }
            let content = position..<(position + Int(length))
            position = content.upperBound
            return content
        case WireType.startGroup:
            try group(bytes, &position, end: end, number: number)
        case WireType.endGroup:
            throw .malformed(.unbalancedGroup, offset: start)
        default:
            throw .malformed(.wireType, offset: start)
        }
        return start..<position
    }

    @inline(__always)
    static func skip(_ count: Int, _ position: inout Int, end: Int) throws(PayloadError) {
        guard count <= end - position else { throw .malformed(.truncated, offset: position) }
        position += count
    }

    /// Moves behind the end of the group that was opened with `number`. Groups are kept on a list, not on the stack
    /// of calls, so that a hostile payload can't exhaust the stack.
    private static func group(
        _ bytes: Span<UInt8>,
        _ position: inout Int,
        end: Int,
        number: UInt64
    ) throws(PayloadError) {
        var open = [number]
        while let innermost = open.last {
            let start = position
            let tag = try varint(bytes, &position, end: end)
            // Inside groups Go accepts field numbers of up to 31 bits.
            guard (1...UInt64(Int32.max)).contains(tag >> 3) else { throw .malformed(.fieldNumber, offset: start) }
            switch UInt8(truncatingIfNeeded: tag & 7) {
            case WireType.startGroup:
                guard open.count < WireLimits.groupDepth else { throw .malformed(.groupDepth, offset: start) }
                open.append(tag >> 3)
            case WireType.endGroup:
                guard tag >> 3 == innermost else { throw .malformed(.unbalancedGroup, offset: start) }
                open.removeLast()
            case let wireType:
                _ = try value(bytes, &position, end: end, number: tag >> 3, wireType: wireType)
            }
        }
    }
}
