package import TelemetryModel

/// A moment in the parts of a calendar, in UTC, for names of files.
package struct UTCMoment: Sendable, Hashable {
    package let year: Int64
    /// 1...12.
    package let month: Int
    /// 1...31.
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let millisecond: Int

    package init(_ moment: UnixMilliseconds) {
        let (days, milliseconds) = MomentText.floorDivide(moment.rawValue, 86_400_000)
        let date = MomentText.civilDate(day: days)
        let ofDay = Int(milliseconds)
        year = date.year
        month = Int(date.month)
        day = Int(date.day)
        hour = ofDay / 3_600_000
        minute = ofDay / 60_000 % 60
        second = ofDay / 1000 % 60
        millisecond = ofDay % 1000
    }

    /// A part with zeros in front, at least so many digits.
    package static func digits(_ value: some BinaryInteger, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
