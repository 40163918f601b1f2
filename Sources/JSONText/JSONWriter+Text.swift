extension JSONWriter {
    /// The text in quotes: copied while nothing in it needs an escape, taken scalar by scalar otherwise.
    mutating func quote(_ text: String, colon: Bool) {
        if quoteClean(text.utf8.span, colon: colon) { return }
        beginValue()
        buffer.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars { append(scalar) }
        buffer.append(UInt8(ascii: "\""))
        if colon { buffer.append(UInt8(ascii: ":")) }
    }

    /// As ``quote(_:colon:)`` for bytes of any kind.
    mutating func quote(repairing text: ArraySlice<UInt8>) {
        if Self.isASCII(text.span), quoteClean(text.span, colon: false) { return }
        beginValue()
        buffer.append(UInt8(ascii: "\""))
        appendRepairing(text)
        buffer.append(UInt8(ascii: "\""))
    }

    /// Writes the text as a whole value if nothing in it needs an escape.
    ///
    /// - Returns: whether it did; else nothing has been written.
    @inline(__always)
    private mutating func quoteClean(_ text: borrowing Span<UInt8>, colon: Bool) -> Bool {
        let escaping = escaping
        let comma = needsComma
        var isClean = true
        buffer.write(atMost: text.count &+ 4) { (room, start) in
            let place = comma ? room.put(UInt8(ascii: ","), at: start) : start
            guard let end = Self.write(clean: text, escaping, to: &room, at: place) else {
                isClean = false
                return start
            }
            return colon ? room.put(UInt8(ascii: ":"), at: end) : end
        }
        if isClean { needsComma = true }
        return isClean
    }

    /// Writes UTF-8 in quotes into room for two bytes more than it has, if nothing in it needs an escape.
    ///
    /// - Returns: the place after it; nil, and nothing that counts is written, if something does.
    package static func write(
        clean text: borrowing Span<UInt8>,
        _ escaping: Escaping,
        to room: inout MutableRawSpan,
        at start: Int
    ) -> Int? {
        let place = room.put(UInt8(ascii: "\""), at: start)
        let needsCare =
            switch escaping {
            case .plain:
                room.put(text, at: place) {
                    ($0.control | $0.has(UInt8(ascii: "\"")) | $0.has(UInt8(ascii: "\\"))) & ~$0
                }
            case .html:
                room.put(text, at: place) {
                    // `"` and `&` differ in one bit, and so do `<` and `>`. With E2 begin U+2028 and U+2029.
                    let others = $0 ^ UInt64(each: 0xE2)
                    let separators = (others &- UInt64(each: 1)) & ~others
                    return
                        ($0.control | ($0 | UInt64(each: 0x04)).has(UInt8(ascii: "&"))
                        | ($0 | UInt64(each: 0x02)).has(UInt8(ascii: ">")) | $0.has(UInt8(ascii: "\\"))) & ~$0
                        | separators
                }
            }
        return needsCare ? nil : room.put(UInt8(ascii: "\""), at: place &+ text.count)
    }

    /// As ``write(clean:_:to:at:)`` for bytes of any kind: only ASCII is clean.
    package static func write(
        cleanASCII text: borrowing Span<UInt8>,
        _ escaping: Escaping,
        to room: inout MutableRawSpan,
        at start: Int
    ) -> Int? {
        isASCII(text) ? write(clean: text, escaping, to: &room, at: start) : nil
    }

    /// Go's decoder takes one byte at a time where no character begins, Swift's as many as could have begun one:
    /// a decoder restarted after each damaged byte gives Go's count.
    private mutating func appendRepairing(_ text: ArraySlice<UInt8>) {
        var position = text.startIndex
        while position < text.endIndex {
            var decoder = Unicode.UTF8()
            var rest = text[position...].prefix(4).makeIterator()
            switch decoder.decode(&rest) {
            case .scalarValue(let scalar):
                append(scalar)
                position += UTF8.width(scalar)
            case .error:
                switch escaping {
                case .plain: buffer.append("\u{FFFD}")
                case .html: buffer.append("\\ufffd")
                }
                position += 1
            case .emptyInput:
                return
            }
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": buffer.append("\\\"")
        case "\\": buffer.append("\\\\")
        case "\u{08}": buffer.append("\\b")
        case "\u{0C}": buffer.append("\\f")
        case "\n": buffer.append("\\n")
        case "\r": buffer.append("\\r")
        case "\t": buffer.append("\\t")
        case "\u{00}"..<" ": appendEscape(scalar.value)
        case "<", ">", "&", "\u{2028}", "\u{2029}":
            if escaping == .html { appendEscape(scalar.value) } else { append(encoding: scalar) }
        default:
            append(encoding: scalar)
        }
    }

    private mutating func append(encoding scalar: Unicode.Scalar) {
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { buffer.append(byte) }
    }

    /// `\u` with four lower-case hexadecimal digits.
    private mutating func appendEscape(_ value: UInt32) {
        buffer.append("\\u")
        for shift in [UInt32(12), 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: value >> shift & 0xF)
            buffer.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }

    private static func isASCII(_ text: borrowing Span<UInt8>) -> Bool {
        var all: UInt8 = 0
        for index in text.indices { all |= text[index] }
        return all < 0x80
    }
}
