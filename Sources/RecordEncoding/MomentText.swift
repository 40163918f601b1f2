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
        let (seconds, nanos) = normalized(moment)
        let day = floorDivide(seconds, 86_400)
        let second = UInt32(truncatingIfNeeded: day.remainder)
        let date = civilDate(day: day.quotient)
        text.write(atMost: 64) { (room, start) in
            var place = start
            if date.year < 0 { place = room.put(UInt8(ascii: "-"), at: place) }
            let year = date.year.magnitude
            if year < 10_000 {
                place = NumberText.write(padded: UInt32(year), 4, to: &room, at: place)
            } else {
                place = NumberText.write(Int64(clamping: year), to: &room, at: place)
            }
            @inline(__always)
            func two(_ mark: Unicode.Scalar, _ value: UInt32) {
                place = room.put(UInt8(ascii: mark), at: place)
                place = NumberText.write(padded: value, 2, to: &room, at: place)
            }
            two("-", date.month)
            two("-", date.day)
            two("T", second / 3600)
            two(":", second / 60 % 60)
            two(":", second % 60)
            place = write(nanos: nanos, fraction, to: &room, at: place)
            return room.put(UInt8(ascii: "Z"), at: place)
        }
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

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01. Years are taken to begin in March, so that
    /// the leap day comes last; 400 years have 146,097 days.
    private static func civilDate(day: Int64) -> (year: Int64, month: UInt32, day: UInt32) {
        let era = floorDivide(day + 719_468, 146_097)
        let dayOfEra = Int(era.remainder)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = era.quotient * 400 + Int64(yearOfEra) + (month <= 2 ? 1 : 0)
        return (year, UInt32(month), UInt32(dayOfMonth))
    }
}
