/// Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
enum MetricText {
    static func append(_ family: MetricFamily, to text: inout [UInt8]) {
        text +=
            "# HELP \(family.name) \(escapedHelp(family.help))\n# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
        for series in family.series {
            switch series.value {
            case .number(let value):
                append(family.name, series.labels, value, to: &text)
            case .histogram(let bounds, let snapshot):
                append(family.name, series.labels, bounds, snapshot, to: &text)
            }
        }
    }

    private static func append(
        _ name: String,
        _ labels: [MetricLabel],
        _ bounds: [Double],
        _ snapshot: Histogram.Snapshot,
        to text: inout [UInt8]
    ) {
        var total = 0
        for (index, count) in snapshot.counts.enumerated() {
            total += count
            let bound = index < bounds.count ? number(bounds[index]) : "+Inf"
            append(name + "_bucket", labels + [MetricLabel(name: "le", value: bound)], Double(total), to: &text)
        }
        append(name + "_sum", labels, snapshot.sum, to: &text)
        append(name + "_count", labels, Double(total), to: &text)
    }

    private static func append(_ name: String, _ labels: [MetricLabel], _ value: Double, to text: inout [UInt8]) {
        text += "\(name)\(self.labels(labels.map { ($0.name, $0.value) })) \(number(value))\n".utf8
    }

    /// `{name="value",…}`, or nothing without labels.
    static func labels(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.0)=\"\(escapedValue($0.1))\"" }.joined(separator: ",") + "}"
    }

    /// Whole numbers without a fraction, as counts are easier to read so.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(value)) }
        return String(value)
    }

    private static func escapedHelp(_ text: String) -> String {
        escaped(text, quote: false)
    }

    private static func escapedValue(_ text: String) -> String {
        escaped(text, quote: true)
    }

    private static func escaped(_ text: String, quote: Bool) -> String {
        // By scalar: a carriage return and a newline are one Character, and the newline must not slip through.
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
