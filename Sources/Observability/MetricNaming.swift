/// Which names the exposition uses where the reference's are not what Prometheus recommends.
package enum MetricNaming: String, CaseIterable, Sendable {
    /// The reference's, so that its dashboards and alerts go on working.
    case reference
    /// What Prometheus recommends (prometheus.io/docs/practices/naming), and `promtool check metrics` accepts.
    case prometheus

    /// The family as it is exposed.
    func applied(to family: MetricFamily) -> MetricFamily {
        guard self == .prometheus, let (name, kind) = Self.recommended[family.name] else { return family }
        return MetricFamily(name: name, kind: kind, help: family.help, series: family.series)
    }

    /// By the reference's name: a counter without `_total`, a gauge that only rises, an abbreviated unit.
    private static let recommended: [String: (String, MetricKind)] = [
        "reliable_ack": ("reliable_ack_total", .counter),
        "reliable_ack_miss": ("reliable_ack_miss_total", .counter),
        "signal_count": ("signals_total", .counter),
        "vin_signal_count": ("vin_signals_total", .counter),
        "uptime_sec": ("uptime_seconds", .gauge),
    ]

    /// The names of the reference for which there is a recommended one.
    package static var unconventionalNames: Set<String> { Set(recommended.keys) }
}
