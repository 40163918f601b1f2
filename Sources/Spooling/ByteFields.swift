/// Numbers and texts as our files hold them: little-endian, lengths as LEB128.
extension [UInt8] {
    /// All bytes of the number.
    package mutating func appendFixed(_ value: some FixedWidthInteger) {
        var rest = UInt64(truncatingIfNeeded: value)
        for _ in 0..<(value.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Seven bits per byte, the lowest first.
    package mutating func appendVarint(_ value: some UnsignedInteger) {
        var rest = UInt64(value)
        while rest > 0x7F {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// At most ``SpoolLimit/textBytes`` of the text.
    mutating func appendText(_ text: String) {
        let count = text.utf8.count
        guard count <= SpoolLimit.textBytes else {
            appendVarint(UInt(SpoolLimit.textBytes))
            append(contentsOf: text.utf8.prefix(SpoolLimit.textBytes))
            return
        }
        appendVarint(UInt(count))
        append(contentsOf: text.utf8)
    }

    /// Overwrites four bytes. They must be there.
    mutating func setFixed(_ value: UInt32, at offset: Int) {
        self[offset] = UInt8(truncatingIfNeeded: value)
        self[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
        self[offset + 2] = UInt8(truncatingIfNeeded: value >> 16)
        self[offset + 3] = UInt8(truncatingIfNeeded: value >> 24)
    }

    /// Four bytes that must be there.
    package func fixed32(at offset: Int) -> UInt32 {
        UInt32(self[offset]) | UInt32(self[offset + 1]) << 8 | UInt32(self[offset + 2]) << 16
            | UInt32(self[offset + 3]) << 24
    }

    /// Eight bytes that must be there.
    func fixed64(at offset: Int) -> UInt64 {
        UInt64(fixed32(at: offset)) | UInt64(fixed32(at: offset + 4)) << 32
    }
}

/// Reads fields one after the other. Every read says nil when the bytes end first or say nothing sensible.
package struct ByteFieldReader {
    package private(set) var position: Int
    let end: Int

    /// - Parameter range: within the bytes that are passed to the reads.
    package init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    /// Bytes that are left.
    package var remaining: Int { end - position }

    mutating func byte(_ bytes: [UInt8]) -> UInt8? {
        guard position < end else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func fixed64(_ bytes: [UInt8]) -> UInt64? {
        guard remaining >= 8 else { return nil }
        defer { position += 8 }
        return bytes.fixed64(at: position)
    }

    /// Nil for more than 64 bits, too.
    package mutating func varint(_ bytes: [UInt8]) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = byte(bytes) {
            // The tenth byte has room for one bit.
            if shift == 63, byte > 1 { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { return nil }
        }
        return nil
    }

    /// A length with as many bytes behind it.
    package mutating func block(_ bytes: [UInt8]) -> Range<Int>? {
        guard let count = varint(bytes), count <= UInt64(remaining) else { return nil }
        defer { position += Int(count) }
        return position..<position + Int(count)
    }

    mutating func text(_ bytes: [UInt8]) -> String? {
        guard let range = block(bytes), range.count <= SpoolLimit.textBytes else { return nil }
        return String(decoding: bytes[range], as: UTF8.self)
    }
}
