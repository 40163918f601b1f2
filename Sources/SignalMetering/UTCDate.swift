internal import LinuxSystem
internal import RecordEncoding
package import TelemetryModel

/// A day in UTC: what signals are counted by, and what files of counts are called.
package struct UTCDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    private static let lengthMilliseconds: Int64 = 86_400_000

    /// Days since 1970-01-01.
    package let number: Int32

    package init(number: Int32) {
        self.number = number
    }

    /// The day that a moment falls on.
    package init(_ moment: UnixMilliseconds) {
        let (day, rest) = moment.rawValue.quotientAndRemainder(dividingBy: Self.lengthMilliseconds)
        number = Int32(clamping: rest < 0 ? day - 1 : day)
    }

    /// By this machine's clock.
    package static var now: UTCDate { UTCDate(UnixMilliseconds(rawValue: WallClock.milliseconds)) }

    /// From its first moment to the next day's, in milliseconds since 1970.
    package var milliseconds: Range<Int64> {
        Int64(number) * Self.lengthMilliseconds..<(Int64(number) + 1) * Self.lengthMilliseconds
    }

    private var parts: UTCMoment { UTCMoment(UnixMilliseconds(rawValue: milliseconds.lowerBound)) }

    /// `2026-11-21`. Texts of days have the order of the days, from the year 0 to 9999.
    package var description: String { "\(month)-\(UTCMoment.digits(parts.day, 2))" }

    /// `2026-11`: Tesla's billing cycle, which begins on the first day of the month.
    package var month: String {
        let parts = parts
        return "\(UTCMoment.digits(parts.year, 4))-\(UTCMoment.digits(parts.month, 2))"
    }

    /// The first day of the month.
    package var monthStart: UTCDate { UTCDate(number: number - Int32(parts.day) + 1) }

    /// The day so many days later, or earlier.
    package func adding(days: Int) -> UTCDate {
        UTCDate(number: Int32(clamping: Int(number) + days))
    }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}
