internal import Observability

/// What one lane counts. Labels are the dispatcher's name and bounded codes, nothing from records.
struct LaneMeters: Sendable {
    let delivered: Counter
    let batches: Counter
    let retried: Counter
    let overflowed: Counter
    let latency: Histogram
    let batchRecords: Histogram
    private let rejected: [DispatcherFailure.Code: Counter]
    private let failures: [DispatcherFailure.Code: Counter]

    init(dispatcher: DispatcherName, registry: MetricRegistry) {
        let labels = [("dispatcher", dispatcher.text)]
        delivered = registry.counter(
            "dispatch_delivered_total",
            help: "Records that the dispatcher has taken.",
            labels: labels
        )
        batches = registry.counter(
            "dispatch_batches_total",
            help: "Deliveries, successful or not.",
            labels: labels
        )
        retried = registry.counter(
            "dispatch_retry_total",
            help: "Records that a delivery left for the next attempt.",
            labels: labels
        )
        overflowed = registry.counter(
            "dispatch_overflow_total",
            help: "Records that did not reach the dispatcher because its lane was full or closed.",
            labels: labels
        )
        latency = registry.histogram(
            "dispatch_latency_seconds",
            help: "Time that one delivery took.",
            labels: labels,
            buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30]
        )
        batchRecords = registry.histogram(
            "dispatch_batch_records",
            help: "Records that one delivery was given.",
            labels: labels,
            buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000]
        )
        rejected = LaneMeters.counters(
            registry,
            "dispatch_rejected_total",
            help: "Records that the dispatcher will never take.",
            labels: labels
        )
        failures = LaneMeters.counters(
            registry,
            "dispatch_failure_total",
            help: "Attempts to open or deliver that failed.",
            labels: labels
        )
    }

    private static func counters(
        _ registry: MetricRegistry,
        _ name: String,
        help: String,
        labels: [(String, String)]
    ) -> [DispatcherFailure.Code: Counter] {
        var counters: [DispatcherFailure.Code: Counter] = [:]
        for code in DispatcherFailure.Code.allCases {
            counters[code] = registry.counter(
                name,
                help: help,
                labels: labels + [("code", code.rawValue)],
                hiddenUntilUsed: true
            )
        }
        return counters
    }

    func countRejection(_ code: DispatcherFailure.Code) {
        rejected[code]?.add()
    }

    func countFailure(_ code: DispatcherFailure.Code) {
        failures[code]?.add()
    }
}
