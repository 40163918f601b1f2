package import TelemetryModel
internal import TextCodec

/// A moment as people write and read it: `2026-11-21T03:15:23Z`.
package struct UTCTime: CustomStringConvertible {
    package let description: String

    package init(_ time: UnixMilliseconds) {
        let seconds = time.rawValue >= 0 ? time.rawValue / 1000 : (time.rawValue - 999) / 1000
        let second = ((seconds % 86_400) + 86_400) % 86_400
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        description = "\(UTCDay(seconds))T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }

    /// Reads `2026-11-21`, `2026-11-21T03:15`, `2026-11-21T03:15:23.5Z` and `2026-11-21T04:15:23+01:00`; without a zone
    /// it is UTC. The years 1970 to 9999.
    ///
    /// - Parameter isEnd: a time without its small parts stands for the last moment that it holds, not the first.
    /// - Returns: nil for anything else.
    package static func read(_ text: String, isEnd: Bool = false) -> UnixMilliseconds? {
        var reader = TimeReader(text)
        guard
            let year = reader.number(4, in: 1970...9999), reader.take("-"),
            let month = reader.number(2, in: 1...12), reader.take("-"),
            let day = reader.number(2, in: 1...daysIn(month, of: year))
        else { return nil }
        var milliseconds = days(year, month, day) * 86_400_000
        var step: Int64 = 86_400_000
        if reader.take("T") || reader.take(" ") {
            guard
                let hour = reader.number(2, in: 0...23), reader.take(":"), let minute = reader.number(2, in: 0...59)
            else { return nil }
            milliseconds += (hour * 60 + minute) * 60_000
            step = 60_000
            if reader.take(":") {
                guard let second = reader.number(2, in: 0...60) else { return nil }
                milliseconds += second * 1000
                step = 1000
                if reader.take(".") {
                    guard let fraction = reader.fraction() else { return nil }
                    milliseconds += fraction
                    step = 1
                }
            }
            guard let zone = reader.zone() else { return nil }
            milliseconds -= zone * 60_000
        }
        guard reader.isAtEnd else { return nil }
        return UnixMilliseconds(rawValue: milliseconds + (isEnd ? step - 1 : 0))
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01, by years that begin in March, so that the leap day comes last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let shiftedMonth = (month + 9) % 12
        return shiftedYear * 365 + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
            + (153 * shiftedMonth + 2) / 5 + day - 1 - 719_468
    }
}

/// Reads a time's parts from the left.
private struct TimeReader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: sign) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ digits: Int, in range: ClosedRange<Int64>) -> Int64? {
        guard rest.count >= digits else { return nil }
        var value: Int64 = 0
        for byte in rest.prefix(digits) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        rest.removeFirst(digits)
        return range.contains(value) ? value : nil
    }

    /// Milliseconds; digits beyond are left out.
    mutating func fraction() -> Int64? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest.removeFirst(digits.count)
        var value: Int64 = 0
        for index in 0..<3 {
            let digit = digits.dropFirst(index).first.map { Int64($0 - 0x30) } ?? 0
            value = value * 10 + digit
        }
        return value
    }

    /// Minutes east of UTC.
    mutating func zone() -> Int64? {
        if rest.isEmpty || take("Z") { return 0 }
        let sign: Int64
        if take("+") {
            sign = 1
        } else if take("-") {
            sign = -1
        } else {
            return nil
        }
        guard let hours = number(2, in: 0...14), take(":"), let minutes = number(2, in: 0...59) else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
