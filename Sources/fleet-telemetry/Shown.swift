internal import ServerAssembly
internal import TelemetryModel

/// Values as people read them.
enum Shown {
    /// `3 d 4 h`, `4 h 12 min`, `12 min 5 s` or `5 s`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds.isFinite ? min(seconds, 1e12) : 0))
        switch whole {
        case 86_400...: return "\(whole / 86_400) d \(whole / 3600 % 24) h"
        case 3600...: return "\(whole / 3600) h \(whole / 60 % 60) min"
        case 60...: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole) s"
        }
    }

    /// `12 B`, `3.4 MiB`.
    static func bytes(_ count: Int) -> String {
        var (value, unit) = (Double(count), 0)
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        while value >= 1024, unit + 1 < units.count { (value, unit) = (value / 1024, unit + 1) }
        return unit == 0 ? "\(count) B" : "\(tenths(value)) \(units[unit])"
    }

    /// One digit behind the point.
    static func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    /// A moment in milliseconds since 1970.
    static func time(_ milliseconds: Int) -> String {
        "\(UTCTime(UnixMilliseconds(rawValue: Int64(milliseconds))))"
    }

    /// A text of somebody else's, which must not steer the terminal.
    static func foreign(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isUnsafe($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    /// Columns side by side, each as wide as its widest cell; the last one is not filled up.
    static func table(_ rows: [[String]]) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column + 1 == row.count ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ") + "\n"
        }
        .joined()
    }
}
