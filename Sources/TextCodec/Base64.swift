/// Bytes as text, four digits for three bytes, with padding.
///
/// Source: RFC 4648 section 4.
package enum Base64 {
    /// What is accepted when reading.
    package enum Form: Sendable {
        /// Whole, padded groups of the standard alphabet: what protocols ask for.
        case standard
        /// Also the alphabet for files and URLs (RFC 4648 section 5), and a last group without its padding: what people
        /// and tools leave in files.
        case lenient
    }

    /// Makes the digits one after another, padding included.
    ///
    /// - Parameter write: takes each digit; so the text can go into any kind of buffer.
    @inlinable
    package static func encode(_ bytes: borrowing Span<UInt8>, each write: (UInt8) -> Void) {
        var position = 0
        while bytes.count - position >= 3 {
            let group = UInt32(bytes[position]) << 16 | UInt32(bytes[position + 1]) << 8 | UInt32(bytes[position + 2])
            write(digit(group >> 18))
            write(digit(group >> 12))
            write(digit(group >> 6))
            write(digit(group))
            position += 3
        }
        let rest = bytes.count - position
        guard rest > 0 else { return }
        let group = UInt32(bytes[position]) << 16 | (rest == 2 ? UInt32(bytes[position + 1]) << 8 : 0)
        write(digit(group >> 18))
        write(digit(group >> 12))
        write(rest == 2 ? digit(group >> 6) : UInt8(ascii: "="))
        write(UInt8(ascii: "="))
    }

    /// The same into an array of bytes.
    package static func append(_ bytes: borrowing Span<UInt8>, to text: inout [UInt8]) {
        text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
        encode(bytes) { text.append($0) }
    }

    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        append(bytes.span, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// White space is the caller's to remove.
    ///
    /// - Returns: nil when the text has another form, or is cut in the middle of a byte.
    package static func decode(_ text: some Collection<UInt8>, _ form: Form) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        var digitCount = 0
        var paddingCount = 0
        for character in text {
            if character == UInt8(ascii: "=") {
                paddingCount += 1
                continue
            }
            guard let value = value(of: character, form), paddingCount == 0 else { return nil }
            group = group << 6 | value
            digitCount += 1
            guard digitCount == 4 else { continue }
            bytes.append(UInt8(truncatingIfNeeded: group >> 16))
            bytes.append(UInt8(truncatingIfNeeded: group >> 8))
            bytes.append(UInt8(truncatingIfNeeded: group))
            group = 0
            digitCount = 0
        }
        switch (digitCount, paddingCount, form) {
        case (0, 0, _): break
        case (2, 2, _), (2, 0, .lenient): bytes.append(UInt8(truncatingIfNeeded: group >> 4))
        case (3, 1, _), (3, 0, .lenient):
            bytes.append(UInt8(truncatingIfNeeded: group >> 10))
            bytes.append(UInt8(truncatingIfNeeded: group >> 2))
        default: return nil
        }
        return bytes
    }

    /// The digit for the lowest six bits.
    @inlinable
    static func digit(_ group: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: group & 63)
        return switch value {
        case ..<26: UInt8(ascii: "A") + value
        case ..<52: UInt8(ascii: "a") + value - 26
        case ..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    private static func value(of digit: UInt8, _ form: Form) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        case UInt8(ascii: "-") where form == .lenient: 62
        case UInt8(ascii: "_") where form == .lenient: 63
        default: nil
        }
    }
}
