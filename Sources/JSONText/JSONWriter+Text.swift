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
    private mutating func quoteClean(_ text: Span<UInt8>, colon: Bool) -> Bool {
        if text.count > 64 { return quoteCleanLong(text, colon: colon) }
        let escaping = escaping
        let comma = needsComma
        var isClean = true
        buffer.write(atMost: text.count &+ 4) { (room, start) in
            var place = start
            if comma { place = room.put(UInt8(ascii: ","), at: place) }
            place = room.put(UInt8(ascii: "\""), at: place)
            for index in text.indices {
                let byte = text[index]
                guard !Self.needsCare(byte, escaping) else {
                    isClean = false
                    return start
                }
                place = room.put(byte, at: place)
            }
            place = room.put(UInt8(ascii: "\""), at: place)
            return colon ? room.put(UInt8(ascii: ":"), at: place) : place
        }
        if isClean { needsComma = true }
        return isClean
    }

    @inline(never)
    private mutating func quoteCleanLong(_ text: Span<UInt8>, colon: Bool) -> Bool {
        for index in text.indices where Self.needsCare(text[index], escaping) { return false }
        beginValue()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(span: text)
        buffer.append(UInt8(ascii: "\""))
        if colon { buffer.append(UInt8(ascii: ":")) }
        return true
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

    private static func isASCII(_ text: Span<UInt8>) -> Bool {
        var all: UInt8 = 0
        for index in text.indices { all |= text[index] }
        return all < 0x80
    }

    /// Whether a byte of valid UTF-8 may need an escape. With ``Escaping/html`` the byte E2, with which U+2028
    /// begins, is reason enough to look closer.
    @inline(__always)
    private static func needsCare(_ byte: UInt8, _ escaping: Escaping) -> Bool {
        // Bit n stands for byte n: the control characters and ", and with html also &, < and >.
        let low: UInt64 =
            switch escaping {
            case .plain: 0x0000_0004_FFFF_FFFF
            case .html: 0x5000_0044_FFFF_FFFF
            }
        if byte < 0x40 { return low &>> UInt64(byte) & 1 == 1 }
        return byte == UInt8(ascii: "\\") || byte == 0xE2 && escaping == .html
    }
}
