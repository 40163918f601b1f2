/// When a value is an alarm, written as monitoring plugins do.
///
/// `10` alarms below 0 and above 10, `10:` below 10, `~:10` above 10, `10:20` outside of both, `@10:20` from 10 to 20.
///
/// Source: the Monitoring Plugins Development Guidelines, section "Threshold and Ranges".
package struct AlarmRange: Sendable, Hashable {
    /// As it was written, which performance data repeats.
    package let text: String
    private let low: Double
    private let high: Double
    private let isInverted: Bool

    /// Nil for what is no range.
    package init?(_ text: String) {
        self.text = text
        isInverted = text.hasPrefix("@")
        let parts = text.drop { $0 == "@" }.split(separator: ":", omittingEmptySubsequences: false)
        guard text.filter({ $0 == "@" }).count == (isInverted ? 1 : 0), (1...2).contains(parts.count) else {
            return nil
        }
        let start = parts.count == 2 ? parts[0] : "0"
        let end = parts[parts.count - 1]
        switch start {
        case "~": low = -.infinity
        case "": low = 0
        default:
            guard let number = Self.number(start) else { return nil }
            low = number
        }
        if end.isEmpty, parts.count == 2 {
            high = .infinity
        } else {
            guard let number = Self.number(end) else { return nil }
            high = number
        }
        guard low <= high, !(start.isEmpty && end.isEmpty) else { return nil }
    }

    private static func number(_ text: Substring) -> Double? {
        guard text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.".contains($0)) }) else { return nil }
        return Double(text)
    }

    /// Whether the value is an alarm.
    package func alarms(_ value: Double) -> Bool { (low <= value && value <= high) == isInverted }

    /// When it alarms, in words.
    package var words: String {
        let bounds = (low: NumberShape.short(low), high: NumberShape.short(high))
        if isInverted {
            if low == -.infinity { return "at or below \(bounds.high)" }
            return high == .infinity ? "from \(bounds.low) on" : "from \(bounds.low) to \(bounds.high)"
        }
        switch (low.isInfinite, high.isInfinite) {
        case (true, true): return "never"
        case (true, false): return "above \(bounds.high)"
        case (false, true): return "below \(bounds.low)"
        case (false, false): return low == 0 ? "above \(bounds.high)" : "outside \(bounds.low) to \(bounds.high)"
        }
    }
}

/// Numbers for people and monitoring systems.
package enum NumberShape {
    /// At most three digits behind the point, and none that say nothing.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return value > 0 ? "infinity" : value < 0 ? "-infinity" : "0" }
        let rounded = (value * 1000).rounded() / 1000
        guard abs(rounded) < 1e15, rounded == rounded.rounded() else { return "\(rounded)" }
        return "\(Int(rounded))"
    }
}
