internal import JSONText
internal import TelemetryModel

/// A moment as text, whatever numbers the vehicle sent.
enum MomentText {
    /// How the part below a second is written.
    enum Fraction {
        /// Not at all.
        case none
        /// 0, 3, 6 or 9 digits, as few as say everything: protojson.
        case groups
        /// 3, 6 or 9 digits: for readers that insist on a fraction.
        case groupsAlways
        /// Without trailing zeros: Go's `RFC3339Nano`.
        case trimmed
    }

    /// RFC 3339 in UTC, e.g. `2023-11-14T22:13:20.123Z`.
    ///
    /// Years have four digits at least; beyond 9999 they have more, before year 0 a minus sign in front, as Go's
    /// `time` writes them. Nanoseconds out of range carry over into the seconds.
    static func appendDate(_ moment: Timestamp, fraction: Fraction, to text: inout JSONWriterBuffer) {
        text.write(atMost: longestDate) { (room, start) in writeDate(moment, fraction: fraction, to: &room, at: start) }
    }

    /// No date is longer: a year of 64 bits with its sign.
    static let longestDate = 64

    /// ``appendDate(_:fraction:to:)`` into room that is there already; returns the place after it.
    static func writeDate(
        _ moment: Timestamp,
        fraction: Fraction,
        to room: inout MutableRawSpan,
        at start: Int
    ) -> Int {
        let (seconds, nanos) = normalized(moment)
        let (day, second) = floorDivide(seconds, 86_400)
        let date = civilDate(day: day)
        let (minute, secondOfMinute) = UInt32(truncatingIfNeeded: second).quotientAndRemainder(dividingBy: 60)
        // The last two digits of the year, and all of the month, the hyphen after it, and so on: eight bytes at a time.
        let year = date.year.magnitude
        var place = writeCentury(year / 100, isNegative: date.year < 0, to: &room, at: start)
        let yearAndMonth =
            pair(UInt32(year % 100)) | mark("-", 2) | pair(date.month) &<< 24 | mark("-", 5) | pair(date.day) &<< 48
        place = room.put(yearAndMonth, 8, at: place)
        let time =
            mark("T", 0) | pair(minute / 60) &<< 8 | mark(":", 3) | pair(minute % 60) &<< 32 | mark(":", 6)
        place = room.put(time, 7, at: place)
        place = room.put(pair(secondOfMinute), 2, at: place)
        place = write(nanos: nanos, fraction, to: &room, at: place)
        return room.put(UInt8(ascii: "Z"), at: place)
    }

    /// What stands before the last two digits of the year.
    @inline(__always)
    private static func writeCentury(
        _ century: UInt64,
        isNegative: Bool,
        to room: inout MutableRawSpan,
        at start: Int
    ) -> Int {
        let place = isNegative ? room.put(UInt8(ascii: "-"), at: start) : start
        if century < 100 { return room.put(pair(UInt32(century)), 2, at: place) }
        return NumberText.write(Int64(century), to: &room, at: place)
    }

    /// Seconds since 1970 as a decimal number, exact, e.g. `1700000000.123456789` or `-4.999999993`.
    static func appendSeconds(_ moment: Timestamp, fraction: Fraction, to text: inout JSONWriterBuffer) {
        var (seconds, nanos) = normalized(moment)
        // The fraction counts upwards from the second before; in a decimal it counts away from zero.
        let isCarried = seconds < 0 && nanos > 0 && fraction != .none
        if isCarried {
            seconds += 1
            nanos = 1_000_000_000 - nanos
        }
        text.write(atMost: 64) { (room, start) in
            var place = start
            if isCarried, seconds == 0 { place = room.put(UInt8(ascii: "-"), at: place) }
            place = NumberText.write(seconds, to: &room, at: place)
            return write(nanos: nanos, fraction, to: &room, at: place)
        }
    }

    /// Nanoseconds brought into 0..<10^9. A second count that would leave 64 bits stays where it is.
    private static func normalized(_ moment: Timestamp) -> (seconds: Int64, nanos: UInt32) {
        if (0..<1_000_000_000).contains(moment.nanos) { return (moment.seconds, UInt32(moment.nanos)) }
        let carry = floorDivide(Int64(moment.nanos), 1_000_000_000)
        let (seconds, overflow) = moment.seconds.addingReportingOverflow(carry.quotient)
        return overflow ? (moment.seconds, 0) : (seconds, UInt32(carry.remainder))
    }

    private static func write(
        nanos: UInt32,
        _ fraction: Fraction,
        to room: inout MutableRawSpan,
        at start: Int
    ) -> Int {
        // Milliseconds, which is what vehicles send.
        if nanos % 1_000_000 == 0, nanos != 0, fraction == .groups || fraction == .groupsAlways {
            let (hundreds, rest) = (nanos / 1_000_000).quotientAndRemainder(dividingBy: 100)
            return room.put(mark(".", 0) | UInt64(hundreds | 0x30) &<< 8 | pair(rest) &<< 16, 4, at: start)
        }
        var rest = nanos
        var digits = 9
        switch fraction {
        case .none:
            return start
        case .groups, .groupsAlways:
            if nanos == 0, fraction == .groups { return start }
            while digits > 3, rest % 1000 == 0 {
                rest /= 1000
                digits -= 3
            }
        case .trimmed:
            if nanos == 0 { return start }
            while rest % 10 == 0 {
                rest /= 10
                digits -= 1
            }
        }
        var place = room.put(UInt8(ascii: "."), at: start)
        if digits == 9 {
            place = NumberText.write(padded: rest / 100_000_000, 1, to: &room, at: place)
            digits = 8
        }
        return NumberText.write(padded: rest, digits, to: &room, at: place)
    }

    /// Two digits as the lowest bytes of a word, the tens first.
    ///
    /// - Parameter value: below 100.
    @inline(__always)
    private static func pair(_ value: UInt32) -> UInt64 {
        let tens = value / 10
        return UInt64((tens | (value &- 10 &* tens) &<< 8) | 0x3030)
    }

    /// A character as a byte of a word, counted from the lowest.
    @inline(__always)
    private static func mark(_ character: Unicode.Scalar, _ byte: UInt64) -> UInt64 {
        UInt64(UInt8(ascii: character)) &<< (8 &* byte)
    }

    @inline(__always)
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01. Years are taken to begin in March, so that
    /// the leap day comes last; 400 years have 146,097 days.
    static func civilDate(day: Int64) -> (year: Int64, month: UInt32, day: UInt32) {
        let era = floorDivide(day + 719_468, 146_097)
        let dayOfEra = UInt32(truncatingIfNeeded: era.remainder)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = era.quotient * 400 + Int64(yearOfEra) + (month <= 2 ? 1 : 0)
        return (year, month, dayOfMonth)
    }
}
