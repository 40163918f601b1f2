internal import LinuxSystem
internal import Observability
internal import Synchronization
internal import TelemetryModel

/// What the lane says about itself and its dispatcher.
extension DispatchLane {
    /// The lane at this moment.
    package var snapshot: LaneSnapshot {
        let depth = source.depth
        let oldest = oldestInHand.load(ordering: .relaxed)
        return LaneSnapshot(
            dispatcher: name,
            health: health.withLock { $0 },
            records: depth.records,
            bytes: depth.bytes,
            oldestReceivedAt: oldest == 0 ? nil : UnixMilliseconds(rawValue: oldest),
            isFull: depth.isFull,
            lagSeconds: depth.lagSeconds ?? lagSeconds,
            isSpooled: source.keepsRecords,
            delivered: meters.delivered.value
        )
    }

    private var lagSeconds: Double {
        if let lag = source.depth.lagSeconds { return lag }
        let oldest = oldestInHand.load(ordering: .relaxed)
        return oldest == 0 ? 0 : Double(max(0, WallClock.milliseconds - oldest)) / 1000
    }

    func registerGauges(with metrics: MetricRegistry) {
        let labels = [("dispatcher", name.text)]
        let source = self.source
        metrics.gauge(
            "dispatch_queue_records",
            help: "Records that wait for the dispatcher or are in its hands.",
            labels: labels,
            read: { Double(source.depth.records) }
        )
        metrics.gauge(
            "dispatch_queue_bytes",
            help: "Payload bytes of the records that wait for the dispatcher or are in its hands.",
            labels: labels,
            read: { Double(source.depth.bytes) }
        )
        metrics.gauge(
            "dispatch_lag_seconds",
            help: "Age of the oldest record that the dispatcher has in hand; 0 when it has none.",
            labels: labels,
            read: { [weak self] in self?.lagSeconds ?? 0 }
        )
        metrics.gauge(
            "dispatch_healthy",
            help: "1 while the dispatcher takes records, 0 while it opens, fails or is closed.",
            labels: labels,
            read: { [weak self] in
                if case .healthy = self?.snapshot.health { 1 } else { 0 }
            }
        )
    }

    /// For records that a dispatcher refuses and the dead letters don't take.
    static func unkept(_ failure: DispatcherFailure) -> DispatcherFailure {
        DispatcherFailure(
            failure.code,
            "refuses a record (\(failure.detail)), and it can't be kept as a dead letter; see dead_letters.directory"
        )
    }

    func noteFailure(_ failure: DispatcherFailure, pauseMilliseconds: Int, _ hand: inout LaneHand) {
        meters.countFailure(failure.code)
        let isFirst = !hand.isFailing
        hand.isFailing = true
        health.withLock { health in
            if case .retrying(let since, let attempts, _) = health {
                health = .retrying(since: since, attempts: attempts + 1, failure: failure)
            } else {
                health = .retrying(since: .now, attempts: 1, failure: failure)
            }
        }
        let fields: KeyValuePairs<String, LogValue> = [
            "dispatcher": .text(name.text),
            "failure": .text(failure.code.rawValue),
            "detail": .text(failure.detail),
            "retry_milliseconds": .number(Int64(pauseMilliseconds)),
        ]
        if isFirst {
            log.observe(.dispatcherFailing, fields)
        } else {
            log.observe(.dispatcherStillFailing, fields)
        }
    }

    func noteSuccess(_ hand: inout LaneHand) {
        hand.backoff.reset()
        hand.isFailing = false
        let earlier = health.withLock { health in
            defer { health = .healthy(since: .now) }
            return health
        }
        guard case .retrying(let since, let attempts, _) = earlier else { return }
        log.info(
            "dispatcher_recovered",
            [
                "dispatcher": .text(name.text),
                "attempts": .number(Int64(attempts)),
                "failing_milliseconds": .number(UnixMilliseconds.now.rawValue - since.rawValue),
            ]
        )
    }
}
