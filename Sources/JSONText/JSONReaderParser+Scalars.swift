/// The rules for texts, numbers and words, and the wording of what was found in their stead.
extension JSONReaderParser {
    // MARK: Texts

    mutating func text() throws(JSONReaderError) -> String {
        let opened = position
        offset += 1
        var start = offset
        var end = offset
        var text = ""
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") {
                text += try checked(start..<end)
                advance(to: end + 1)
                return text
            }
            if byte == UInt8(ascii: "\\") {
                text += try checked(start..<end)
                advance(to: end)
                text.unicodeScalars.append(try escape(openedAt: opened))
                start = offset
                end = offset
                continue
            }
            guard byte >= 0x20 else {
                advance(to: end)
                throw error(.controlCharacter(byte))
            }
            end += 1
        }
        advance(to: end)
        throw error(.unfinished(what: "text", openedAt: opened))
    }

    private mutating func checked(_ range: Range<Int>) throws(JSONReaderError) -> String {
        if let text = String(validating: bytes[range], as: UTF8.self) { return text }
        // Find the byte at fault, so that the message can point at it.
        var low = range.lowerBound
        while low < range.upperBound {
            let width = max(1, (~bytes[low]).leadingZeroBitCount)
            let end = min(low + width, range.upperBound)
            if String(validating: bytes[low..<end], as: UTF8.self) == nil { break }
            low = end
        }
        advance(to: low)
        throw error(.notUTF8(encoding: nil))
    }

    /// Reads one escape; `offset` stands on its backslash.
    private mutating func escape(openedAt opened: JSONPosition) throws(JSONReaderError) -> Unicode.Scalar {
        guard let kind = byte(ahead: 1) else {
            throw error(.unfinished(what: "text", openedAt: opened))
        }
        let plain: Unicode.Scalar? =
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): Unicode.Scalar(kind)
            case UInt8(ascii: "b"): "\u{8}"
            case UInt8(ascii: "f"): "\u{C}"
            case UInt8(ascii: "n"): "\n"
            case UInt8(ascii: "r"): "\r"
            case UInt8(ascii: "t"): "\t"
            default: nil
            }
        if let plain {
            offset += 2
            return plain
        }
        guard kind == UInt8(ascii: "u"), let high = hexadecimal(at: offset + 2) else {
            throw error(.badEscape(shownEscape(kind)))
        }
        offset += 6
        if (0xD800...0xDBFF).contains(high), next == UInt8(ascii: "\\"), byte(ahead: 1) == UInt8(ascii: "u"),
            let low = hexadecimal(at: offset + 2), (0xDC00...0xDFFF).contains(low)
        {
            offset += 6
            let code = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
            return Unicode.Scalar(code) ?? "\u{FFFD}"
        }
        return Unicode.Scalar(high) ?? "\u{FFFD}"
    }

    private func hexadecimal(at start: Int) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[start..<start + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }

    private func shownEscape(_ kind: UInt8) -> String {
        if kind == UInt8(ascii: "u") { return "\\u without four hexadecimal digits" }
        return kind > 0x20 && kind < 0x7F ? "\\\(Character(Unicode.Scalar(kind)))" : "a backslash here"
    }

    // MARK: Numbers

    mutating func number() throws(JSONReaderError) -> String {
        let start = offset
        var end = offset
        if bytes[end] == UInt8(ascii: "-") { end += 1 }
        let whole = digits(from: &end)
        var fault: String?
        if whole == 0 {
            fault = bytes[start] == UInt8(ascii: "+") ? "a plus sign stands before it" : "a digit is missing"
        } else if whole > 1, bytes[end - whole] == UInt8(ascii: "0") {
            fault = "it begins with a zero"
        } else {
            if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
                end += 1
                if digits(from: &end) == 0 { fault = "no digit follows the point" }
            }
            if fault == nil, end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
                end += 1
                if end < bytes.count, bytes[end] == UInt8(ascii: "+") || bytes[end] == UInt8(ascii: "-") { end += 1 }
                if digits(from: &end) == 0 { fault = "no digit follows the e" }
            }
        }
        let tokenEnd = endOfToken(from: start)
        if fault == nil, tokenEnd > end { fault = "something follows its digits" }
        if let fault { throw error(.badNumber(Self.shortened(bytes[start..<tokenEnd]), why: fault)) }
        offset = end
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private func digits(from end: inout Int) -> Int {
        let start = end
        while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
        return end - start
    }

    /// Where the run of letters, digits and number signs that begins at `start` ends.
    private func endOfToken(from start: Int) -> Int {
        var end = start
        while end < bytes.count, Self.isTokenByte(bytes[end]) { end += 1 }
        return end
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    // MARK: Words

    mutating func word() throws(JSONReaderError) -> JSONValue.Content {
        let word = wordAhead()
        let content: JSONValue.Content
        switch word {
        case "true": content = .flag(true)
        case "false": content = .flag(false)
        case "null": content = .null
        default: throw error(.unknownWord(word, meant: Self.meant(by: word)))
        }
        offset += word.utf8.count
        return content
    }

    func wordAhead() -> String {
        Self.shortened(bytes[offset..<endOfToken(from: offset)])
    }

    private static func meant(by word: String) -> String? {
        switch word.lowercased() {
        case "true", "yes", "on": "true"
        case "false", "no", "off": "false"
        case "null", "nil", "none", "undefined": "null"
        default: nil
        }
    }

    // MARK: Wording

    /// What stands at `offset`, for a message that says what should.
    func unexpected(expected: String) -> JSONReaderError {
        guard let byte = next else { return error(.unexpected(found: "the end", expected: expected)) }
        if bytes[offset...].starts(with: "<<<<<<<".utf8) || bytes[offset...].starts(with: "=======".utf8) {
            return error(.unexpected(found: JSONReaderError.conflictMark, expected: expected))
        }
        if byte == UInt8(ascii: "'") { return error(.wrongQuotes("'")) }
        if byte == UInt8(ascii: "\"") { return error(.unexpected(found: "a quote", expected: expected)) }
        if byte < 0x20 || byte == 0x7F {
            return error(.unexpected(found: "the control character number \(byte)", expected: expected))
        }
        let width = max(1, (~byte).leadingZeroBitCount)
        let bytes = bytes[offset..<min(offset + width, bytes.count)]
        guard let text = String(validating: bytes, as: UTF8.self) else { return error(.notUTF8(encoding: nil)) }
        switch text {
        case "\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}": return error(.wrongQuotes(text))
        case "\u{A0}": return error(.unexpected(found: JSONReaderError.noBreakSpace, expected: expected))
        default: return error(.unexpected(found: "\"\(text)\"", expected: expected))
        }
    }

    static func shown(_ name: String) -> String { "\"\(shortened(Array(name.utf8)[...]))\"" }

    private static func shortened(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes.prefix(200), as: UTF8.self)
        return text.count > 40 ? "\(text.prefix(40))…" : text
    }
}
