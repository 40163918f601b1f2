internal import Synchronization

/// All metrics of one server. Nothing is global, so that several servers can live in one process.
///
/// The same name with the same labels gives the same object. A name that is used for two kinds of metric, or that
/// the exposition format does not allow, is a mistake in our code and stops the program. Label values may be any
/// text; keeping their number bounded is the caller's task.
package final class MetricRegistry: Sendable {
    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// - Parameter hiddenUntilUsed: whether the metric is left out of the exposition while it is 0.
    package func counter(
        _ name: String,
        help: String,
        labels: [(String, String)] = [],
        hiddenUntilUsed: Bool = false
    ) -> Counter {
        let instrument = register(name, .counter, help, labels, hiddenUntilUsed) { .counter(Counter()) }
        guard case .counter(let counter) = instrument else { Self.stop(name, "a counter") }
        return counter
    }

    /// A counter that somebody else keeps; `read` is called at each scrape, on the scraping thread.
    package func counter(
        _ name: String,
        help: String,
        labels: [(String, String)] = [],
        read: @escaping @Sendable () -> Double
    ) {
        _ = register(name, .counter, help, labels, false) { .reading(read) }
    }

    /// - Parameter hiddenUntilUsed: whether the metric is left out of the exposition until it is first set.
    package func gauge(
        _ name: String,
        help: String,
        labels: [(String, String)] = [],
        hiddenUntilUsed: Bool = false
    ) -> Gauge {
        let instrument = register(name, .gauge, help, labels, hiddenUntilUsed) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = instrument else { Self.stop(name, "a gauge that is set") }
        return gauge
    }

    /// A gauge that is read when it is looked at. Registered again, the new `read` takes the place of the old one.
    ///
    /// - Parameter read: called at each scrape on the scraping thread; must not wait for long.
    package func gauge(
        _ name: String,
        help: String,
        labels: [(String, String)] = [],
        read: @escaping @Sendable () -> Double
    ) {
        _ = register(name, .gauge, help, labels, false) { .reading(read) }
    }

    /// - Parameter buckets: upper bounds in seconds, ascending; the same for all labels of one name.
    package func histogram(
        _ name: String,
        help: String,
        labels: [(String, String)] = [],
        buckets: [Double] = Histogram.latencyBounds
    ) -> Histogram {
        let instrument = register(name, .histogram, help, labels, false) { .histogram(Histogram(bounds: buckets)) }
        guard case .histogram(let histogram) = instrument else { Self.stop(name, "a histogram") }
        return histogram
    }

    private func register(
        _ name: String,
        _ kind: MetricKind,
        _ help: String,
        _ labels: [(String, String)],
        _ hiddenUntilUsed: Bool,
        _ make: () -> Instrument
    ) -> Instrument {
        precondition(MetricName.isValid(name), "metric name \(name) is not [a-zA-Z_:][a-zA-Z0-9_:]*")
        for (label, _) in labels {
            precondition(
                MetricName.isValidLabel(label, of: kind),
                "metric \(name): label \(label) is not [a-zA-Z_][a-zA-Z0-9_]*, or reserved"
            )
        }
        let labels = labels.sorted { $0.0 < $1.0 }
        precondition(
            zip(labels, labels.dropFirst()).allSatisfy { $0.0 != $1.0 },
            "metric \(name): a label is given twice"
        )
        let key = MetricText.labels(labels)
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: help)
            guard family.kind == kind else {
                preconditionFailure("metric \(name) is registered as \(family.kind) and as \(kind)")
            }
            // What reads from elsewhere is replaced: the old source may have gone with a reload.
            if let known = family.series[key]?.instrument, !known.isReading { return known }
            let instrument = make()
            family.series[key] = Series(labels: labels, instrument: instrument, hiddenUntilUsed: hiddenUntilUsed)
            families[name] = family
            return instrument
        }
    }

    private static func stop(_ name: String, _ wanted: String) -> Never {
        preconditionFailure("metric \(name) is wanted as \(wanted), but is read from elsewhere")
    }

    /// All visible metrics at this moment, families sorted by name, series by label text.
    package func snapshot() -> [MetricFamily] {
        // Gauges may run foreign code, which must not happen under the lock.
        let all = families.withLock { $0 }
        return all.sorted { $0.key < $1.key }.compactMap { name, family in
            let visible = family.series.sorted { $0.key < $1.key }.compactMap { $0.value.reading }
            guard !visible.isEmpty else { return nil }
            return MetricFamily(name: name, kind: family.kind, help: family.help, series: visible)
        }
    }

    /// One family at this moment, without reading any other; nil when nothing of it is visible.
    package func family(_ name: String) -> MetricFamily? {
        guard let family = families.withLock({ $0[name] }) else { return nil }
        let visible = family.series.sorted { $0.key < $1.key }.compactMap { $0.value.reading }
        return visible.isEmpty ? nil : MetricFamily(name: name, kind: family.kind, help: family.help, series: visible)
    }

    /// The metrics in Prometheus' text format, version 0.0.4.
    package func exposition(naming: MetricNaming = .reference) -> [UInt8] {
        var text: [UInt8] = []
        for family in snapshot() { MetricText.append(naming.applied(to: family), to: &text) }
        return text
    }

    /// The value of the header `Content-Type` for ``exposition(naming:)``.
    package static let expositionContentType = "text/plain; version=0.0.4; charset=utf-8"
}

private struct Family {
    let kind: MetricKind
    let help: String
    /// By label text.
    var series: [String: Series] = [:]
}

private struct Series {
    let labels: [(String, String)]
    let instrument: Instrument
    let hiddenUntilUsed: Bool

    /// Nil while the metric hides.
    var reading: MetricSeries? {
        let value: MetricValue
        switch instrument {
        case .counter(let counter):
            if hiddenUntilUsed, counter.value == 0 { return nil }
            value = .number(Double(counter.value))
        case .gauge(let gauge):
            if hiddenUntilUsed, !gauge.isSet { return nil }
            value = .number(gauge.value)
        case .reading(let read):
            value = .number(read())
        case .histogram(let histogram):
            value = .histogram(bounds: histogram.bounds, histogram.snapshot)
        }
        return MetricSeries(labels: labels.map { MetricLabel(name: $0.0, value: $0.1) }, value: value)
    }
}

private enum Instrument {
    case counter(Counter)
    case gauge(Gauge)
    case reading(@Sendable () -> Double)
    case histogram(Histogram)

    var isReading: Bool {
        if case .reading = self { true } else { false }
    }
}
