/// Turns readings of metrics into StatsD lines with what changed between them.
///
/// Tags follow the name after commas (`record_total,record_type=V:1|c`), the form that the reference uses, but
/// without the empty tag that spoils its lines.
struct StatsDLines {
    /// What fits into one Ethernet frame with room for the headers of IP and UDP, whichever version.
    static let maximumDatagramBytes = 1432

    private let prefix: String
    /// What was last sent, by name with tags.
    private var sentCounts: [String: Double] = [:]
    private var sentGauges: [String: Double] = [:]
    private var sentHistograms: [String: Histogram.Snapshot] = [:]

    init(prefix: String) {
        self.prefix = prefix.isEmpty || prefix.hasSuffix(".") ? prefix : prefix + "."
    }

    /// The lines for everything that changed since the last call, packed into datagrams.
    mutating func datagrams(for families: [MetricFamily]) -> [[UInt8]] {
        var datagrams: [[UInt8]] = []
        var current: [UInt8] = []
        for line in lines(for: families) {
            if !current.isEmpty, current.count + 1 + line.utf8.count > Self.maximumDatagramBytes {
                datagrams.append(current)
                current.removeAll()
            }
            if !current.isEmpty { current.append(10) }
            current += line.utf8
        }
        if !current.isEmpty { datagrams.append(current) }
        return datagrams
    }

    mutating func lines(for families: [MetricFamily]) -> [String] {
        var lines: [String] = []
        for family in families {
            for series in family.series {
                let name = prefix + family.name + tags(series.labels)
                switch series.value {
                case .number(let value) where family.kind == .counter: appendCount(name, value, to: &lines)
                case .number(let value): appendGauge(name, value, to: &lines)
                case .histogram(_, let snapshot):
                    appendTiming(prefix + timer(family.name) + tags(series.labels), snapshot, to: &lines)
                }
            }
        }
        return lines
    }

    /// StatsD's timers are in milliseconds, so a name that ends in seconds would lie.
    private func timer(_ name: String) -> String {
        name.hasSuffix("_seconds") ? String(name.dropLast("_seconds".count)) : name
    }

    private mutating func appendCount(_ name: String, _ value: Double, to lines: inout [String]) {
        let difference = value - sentCounts[name, default: 0]
        guard difference > 0 else { return }
        sentCounts[name] = value
        lines.append("\(name):\(Self.number(difference))|c")
    }

    private mutating func appendGauge(_ name: String, _ value: Double, to lines: inout [String]) {
        guard value.isFinite, sentGauges[name] != value else { return }
        sentGauges[name] = value
        // A sign would make it a change of the old value, so a negative one is reached from 0.
        if value < 0 { lines.append("\(name):0|g") }
        lines.append("\(name):\(Self.number(value))|g")
    }

    /// The mean of the durations since the last time, in milliseconds, with the sample rate that says how many they
    /// were: what StatsD's timers make of it has the right count and sum.
    private mutating func appendTiming(_ name: String, _ snapshot: Histogram.Snapshot, to lines: inout [String]) {
        let earlier = sentHistograms[name]
        let count = snapshot.count - (earlier?.count ?? 0)
        guard count > 0 else { return }
        sentHistograms[name] = snapshot
        let mean = max(0, snapshot.sum - (earlier?.sum ?? 0)) / Double(count) * 1000
        lines.append("\(name):\(Self.number(mean))|ms" + (count == 1 ? "" : "|@\(Self.number(1 / Double(count)))"))
    }

    private func tags(_ labels: [MetricLabel]) -> String {
        labels.map { ",\($0.name)=\(Self.cleaned($0.value))" }.joined()
    }

    /// The value without what has a meaning in a line. An empty one would be dropped by parsers, tag and all.
    private static func cleaned(_ value: String) -> String {
        guard !value.isEmpty else { return "none" }
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case ":", "|", ",", "=", "@", "#", " ", "\u{0}"..."\u{1F}", "\u{7F}": result += "_"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Without an exponent, which many StatsD servers do not read.
    static func number(_ value: Double) -> String {
        let text = MetricText.number(value)
        guard text.utf8.contains(UInt8(ascii: "e")) else { return text }
        if value.magnitude < 1 {
            let billionths = String(Int64((value.magnitude * 1e9).rounded()))
            let zeros = String(repeating: "0", count: max(0, 9 - billionths.utf8.count))
            return (value < 0 ? "-0." : "0.") + zeros + billionths
        }
        return String(Int64(exactly: value.rounded()) ?? (value < 0 ? .min : .max))
    }
}
