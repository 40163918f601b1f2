/// Text, numbers and flags as lines of the plain format show them.
enum LogText {
    static func appendPlain(_ value: LogValue, to line: inout [UInt8]) {
        switch value {
        case .text(let text): appendPlain(text, to: &line)
        case .number(let number): line += String(number).utf8
        case .decimal(let number): line += String(number).utf8
        case .flag(let flag): line += (flag ? "true" : "false").utf8
        }
    }

    /// As it is when nothing in it could be mistaken, else in quotes with escapes.
    static func appendPlain(_ text: String, to line: inout [UInt8]) {
        if text.utf8.allSatisfy(isPlain) {
            line += text.utf8
            return
        }
        line.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line += "\\\"".utf8
            case "\\": line += "\\\\".utf8
            case "\n": line += "\\n".utf8
            case "\r": line += "\\r".utf8
            case "\t": line += "\\t".utf8
            case "\u{0}"..."\u{1F}", "\u{7F}":
                line += "\\x".utf8
                appendHex(scalar.value, digits: 2, to: &line)
            case "\u{80}"..."\u{9F}", "\u{2028}", "\u{2029}":
                line += "\\u".utf8
                appendHex(scalar.value, digits: 4, to: &line)
            // FORCE: every scalar has a UTF-8 form; nil is for other encodings.
            default: line += UTF8.encode(scalar)!
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: "^"), UInt8(ascii: "+"):
            true
        default: false
        }
    }

    private static func appendHex(_ value: UInt32, digits: Int, to line: inout [UInt8]) {
        let text = String(value, radix: 16)
        line += String(repeating: "0", count: max(0, digits - text.utf8.count)).utf8
        line += text.utf8
    }
}

/// A moment as log lines write it: UTC with nanoseconds.
enum RFC3339 {
    static func text(_ time: (seconds: Int64, nanos: Int32)) -> String {
        let days = time.seconds >= 0 ? time.seconds / 86_400 : (time.seconds - 86_399) / 86_400
        let second = time.seconds - days * 86_400
        let (year, month, day) = civil(days)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
            + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2) + "."
            + padded(Int64(time.nanos), 9) + "Z"
    }

    /// The Gregorian date of a day counted from 1970-01-01, by 400-year eras that begin on the first of March.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
