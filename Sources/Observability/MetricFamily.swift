/// What kind of number a metric is, in the words of the exposition format.
package enum MetricKind: String, Sendable, Hashable {
    case counter
    case gauge
    case histogram
}

/// All series of one name, read at one moment.
package struct MetricFamily: Sendable, Hashable {
    package let name: String
    package let kind: MetricKind
    package let help: String
    package let series: [MetricSeries]
}

/// A label with its value, not escaped.
package struct MetricLabel: Sendable, Hashable {
    package let name: String
    package let value: String
}

/// One line of a metric, or all lines of one histogram.
package struct MetricSeries: Sendable, Hashable {
    /// Sorted by name.
    package let labels: [MetricLabel]
    package let value: MetricValue
}

/// What a series stands at.
package enum MetricValue: Sendable, Hashable {
    case number(Double)
    /// Upper bounds in seconds with the counts between them.
    case histogram(bounds: [Double], Histogram.Snapshot)
}

/// What the exposition format allows as names.
enum MetricName {
    static func isValid(_ name: String) -> Bool {
        isIdentifier(name, alsoColon: true)
    }

    /// `le` belongs to histograms, two underscores at the front to Prometheus itself.
    static func isValidLabel(_ label: String, of kind: MetricKind) -> Bool {
        isIdentifier(label, alsoColon: false) && !label.hasPrefix("__") && (kind != .histogram || label != "le")
    }

    private static func isIdentifier(_ text: String, alsoColon: Bool) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): alsoColon
            default: false
            }
        }
    }
}
