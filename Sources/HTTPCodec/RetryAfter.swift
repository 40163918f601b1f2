/// When a server wants to be asked again.
///
/// Source: RFC 9110 sections 10.2.3 and 5.6.7.
package enum RetryAfter {
    /// Milliseconds to wait; 0 for a date that has passed, nil for a text that is neither seconds nor a date.
    ///
    /// - Parameters:
    ///   - text: the header's value.
    ///   - now: seconds since 1970-01-01T00:00:00Z.
    ///   - limitSeconds: a longer wait is cut to this.
    package static func milliseconds(_ text: String, now: Int64, limitSeconds: Int) -> Int? {
        let seconds: Int64
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            seconds = Int64(text) ?? .max
        } else if let date = date(text) {
            seconds = max(0, date - now)
        } else {
            return nil
        }
        return Int(min(seconds, Int64(limitSeconds))) * 1000
    }

    /// A moment in any of the three forms that must be understood, as seconds since 1970:
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    package static func date(_ text: String) -> Int64? {
        let words = text.split { " ,-".contains($0) }.map(String.init)
        let (dayText, monthText, yearText, timeText): (String, String, String, String)
        switch words.count {
        case 6 where words[5] == "GMT":
            (dayText, monthText, yearText, timeText) = (words[1], words[2], words[3], words[4])
        case 5:
            (dayText, monthText, yearText, timeText) = (words[2], words[1], words[4], words[3])
        default:
            return nil
        }
        let time = timeText.split(separator: ":", omittingEmptySubsequences: false).map { number(String($0)) }
        guard let day = number(dayText), let month = months.firstIndex(of: monthText), var year = number(yearText),
            time.count == 3, let hour = time[0], let minute = time[1], let second = time[2],
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        // Two digits are of the form that ended with the century.
        if yearText.count == 2 { year += year < 70 ? 2000 : 1900 }
        return days(year: year, month: Int64(month) + 1, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func number(_ text: String) -> Int64? {
        (1...4).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }

    /// Days since 1970-01-01 of a Gregorian date. Years are taken to begin in March, so that the leap day comes last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }
}
