/// A moment as the day it falls on in UTC: `2026-11-21`.
package struct UTCDay: CustomStringConvertible {
    package let description: String

    /// - Parameter seconds: since 1970-01-01T00:00:00Z. Beyond the years 0 to 9999 only the direction is shown.
    package init(_ seconds: Int64) {
        guard (-62_167_219_200...253_402_300_799).contains(seconds) else {
            description = seconds < 0 ? "a day before the year 0" : "a day after the year 9999"
            return
        }
        // Days from 0000-03-01, so that the leap day is the last of its year.
        let days = (seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400) + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        description = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
