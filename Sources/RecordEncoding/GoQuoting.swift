internal import JSONText

/// Values of a text log line: as they are, or quoted as Go's `%q` does it.
enum GoQuoting {
    /// - Parameter value: UTF-8.
    static func append(_ value: [UInt8], to line: inout JSONWriterBuffer) {
        if value.allSatisfy(isPlain) {
            line.append(value)
        } else {
            line.append(UInt8(ascii: "\""))
            if value.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
            {
                line.append(value)
            } else {
                for scalar in String(decoding: value, as: UTF8.self).unicodeScalars { append(scalar, to: &line) }
            }
            line.append(UInt8(ascii: "\""))
        }
    }

    /// The characters with which logrus leaves a value without quotes.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: "^"), UInt8(ascii: "+"):
            true
        default:
            false
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to line: inout JSONWriterBuffer) {
        switch scalar {
        case "\"": line.append("\\\"")
        case "\\": line.append("\\\\")
        case "\u{07}": line.append("\\a")
        case "\u{08}": line.append("\\b")
        case "\u{0C}": line.append("\\f")
        case "\n": line.append("\\n")
        case "\r": line.append("\\r")
        case "\t": line.append("\\t")
        case "\u{0B}": line.append("\\v")
        case let scalar where isPrintable(scalar):
            line.append(String(Character(scalar)))
        case let scalar where scalar.value < 0x80:
            appendHexadecimal("\\x", scalar.value, digits: 2, to: &line)
        case let scalar where scalar.value < 0x1_0000:
            appendHexadecimal("\\u", scalar.value, digits: 4, to: &line)
        default:
            appendHexadecimal("\\U", scalar.value, digits: 8, to: &line)
        }
    }

    /// Letters, marks, numbers, punctuation, symbols, and of the spaces the ASCII one: Go's `strconv.IsPrint`.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == " " { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            return false
        default:
            return true
        }
    }

    private static func appendHexadecimal(
        _ prefix: String,
        _ value: UInt32,
        digits: Int,
        to line: inout JSONWriterBuffer
    ) {
        let text = String(value, radix: 16)
        line.append(prefix)
        line.append(String(repeating: "0", count: max(0, digits - text.utf8.count)))
        line.append(text)
    }
}
