internal import LinuxSystem
internal import Observability
internal import Synchronization
internal import TelemetryModel

/// The bounded queue and retry loop in front of one dispatcher, on a thread of its own.
///
/// A lane takes what waits as one batch, in order, and waits for the report. What the dispatcher asks to retry
/// stays at the head: nothing newer is delivered before it, so the order per VIN holds. Whatever the dispatcher
/// does, blocking for ever included, only its own lane stands still.
package final class DispatchLane: Sendable {
    package let name: DispatcherName

    let buffer: LaneBuffer
    let meters: LaneMeters
    private let dispatcher: any Dispatcher
    private let settings: LaneSettings
    private let deadLetters: any DeadLetterSink
    private let log: Log

    private let health: Mutex<LaneHealth>
    /// `receivedAt` of the oldest record in hand; 0 when the hand is empty.
    private let oldestInHand = Atomic<Int64>(0)
    private let executor = Mutex<ThreadExecutor?>(nil)
    private let end = ThreadSignal()

    /// - Parameter gates: of the routes whose acks depend on this lane.
    init(
        name: DispatcherName,
        dispatcher: any Dispatcher,
        settings: LaneSettings,
        gates: [RoomGate],
        deadLetters: any DeadLetterSink,
        log: Log,
        metrics: MetricRegistry
    ) {
        self.name = name
        self.dispatcher = dispatcher
        self.settings = settings
        self.deadLetters = deadLetters
        self.log = log
        buffer = LaneBuffer(settings, gates: gates)
        meters = LaneMeters(dispatcher: name, registry: metrics)
        health = Mutex(.opening(since: .now))
        registerGauges(with: metrics)
    }

    private func registerGauges(with metrics: MetricRegistry) {
        let labels = [("dispatcher", name.text)]
        let buffer = self.buffer
        metrics.gauge(
            "dispatch_queue_records",
            help: "Records that wait for the dispatcher or are in its hands.",
            labels: labels,
            read: { Double(buffer.depth.records) }
        )
        metrics.gauge(
            "dispatch_queue_bytes",
            help: "Payload bytes of the records that wait for the dispatcher or are in its hands.",
            labels: labels,
            read: { Double(buffer.depth.bytes) }
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

    /// The lane at this moment.
    package var snapshot: LaneSnapshot {
        let depth = buffer.depth
        let oldest = oldestInHand.load(ordering: .relaxed)
        return LaneSnapshot(
            dispatcher: name,
            health: health.withLock { $0 },
            records: depth.records,
            bytes: depth.bytes,
            oldestReceivedAt: oldest == 0 ? nil : UnixMilliseconds(rawValue: oldest),
            isFull: depth.isFull,
            delivered: meters.delivered.value
        )
    }

    private var lagSeconds: Double {
        let oldest = oldestInHand.load(ordering: .relaxed)
        return oldest == 0 ? 0 : Double(max(0, WallClock.milliseconds - oldest)) / 1000
    }

    /// Takes a submission for later. Never waits.
    ///
    /// - Returns: false when the lane is full or closed; the records are counted as overflow.
    func offer(_ submission: Submission) -> Bool {
        guard !buffer.offer(submission) else { return true }
        meters.overflowed.add(submission.records.count)
        log.limited(
            .warning,
            "dispatch_overflow",
            [
                "dispatcher": .text(name.text),
                "records": .number(Int64(submission.records.count)),
                "acks": .text(submission.share == .none ? "independent" : "withheld"),
            ]
        )
        return false
    }

    /// Starts the thread.
    func start(observers: [any DeliveryObserver]) throws(SystemCallError) {
        // Created under no lock: the thread may end before this method does.
        let thread = try ThreadExecutor(name: "lane-\(name.text)") { [self] in
            await work(SettlementCollector(observers: observers), observers: observers)
        }
        executor.withLock { $0 = thread }
    }

    // MARK: Draining

    /// Makes the lane finish what it has and close its dispatcher. Returns at once.
    func beginDrain(until deadline: MonotonicTime) {
        buffer.drain(until: deadline)
    }

    /// Waits until the lane has ended. Only one thread may wait.
    ///
    /// - Returns: false when the moment came first.
    func waitForEnd(until moment: MonotonicTime) -> Bool {
        let isStarted = executor.withLock { $0 != nil }
        return !isStarted || health.withLock { $0 == .closed } || end.wait(until: moment)
    }

    /// Waits for the thread after ``waitForEnd(until:)`` was true: it has nothing more to do.
    func join() {
        let thread = executor.withLock { $0 }
        thread?.join()
    }

    /// Tells a dispatcher that waits to give up.
    func cancel() {
        let thread = executor.withLock { $0 }
        thread?.cancel()
    }

    // MARK: The lane's thread

    private func work(_ collector: consuming SettlementCollector, observers: [any DeliveryObserver]) async {
        var hand = LaneHand(collector: collector, observers: observers, settings: settings)
        if await open(&hand) {
            while let batch = nextBatch(&hand) {
                guard await deliver(batch, &hand) else { break }
            }
        }
        buffer.close()
        await dispatcher.close()
        health.withLock { $0 = .closed }
        end.raise()
    }

    /// - Returns: false when draining was over first.
    private func open(_ hand: inout LaneHand) async -> Bool {
        while true {
            do {
                try await dispatcher.open()
                noteSuccess(&hand)
                return true
            } catch {
                guard pauseAfter(error, &hand) else { return false }
            }
        }
    }

    /// Waits for records; nil when draining is over.
    private func nextBatch(_ hand: inout LaneHand) -> LaneBatch? {
        while true {
            if let deadline = buffer.drainDeadline, deadline <= .now { return nil }
            if let batch = hand.desk.nextBatch(settings) { return batch }
            switch hand.desk.refill(from: buffer) {
            case .collected: continue
            case .nothing: buffer.pause()
            case .drained: return nil
            }
        }
    }

    /// Delivers until nothing of the batch is left.
    ///
    /// - Returns: false when draining was over first.
    private func deliver(_ batch: LaneBatch, _ hand: inout LaneHand) async -> Bool {
        var batch = batch
        while true {
            oldestInHand.store(batch.records[0].receivedAt.rawValue, ordering: .relaxed)
            let started = MonotonicTime.now
            let report = await dispatcher.deliver(RecordBatch(batch.records))
            meters.latency.observe(seconds: Double(MonotonicTime.now.nanoseconds(since: started)) / 1e9)
            meters.batches.add()
            if report.isDelivered(of: batch.records.count) {
                settleDelivered(batch, &hand)
                return true
            }
            guard let (rest, failure) = settle(batch, report, &hand) else { return true }
            if rest.records.count < batch.records.count { hand.backoff.reset() }
            batch = rest
            meters.retried.add(rest.records.count)
            guard pauseAfter(failure, &hand) else { return false }
        }
    }

    /// The usual end of a batch.
    private func settleDelivered(_ batch: LaneBatch, _ hand: inout LaneHand) {
        hand.acknowledge(batch)
        meters.delivered.add(batch.records.count)
        oldestInHand.store(0, ordering: .relaxed)
        if hand.isFailing { noteSuccess(&hand) }
        letGo(records: batch.records.count, bytes: batch.bytes, &hand)
    }

    /// The end of a batch of which at least one record was not delivered.
    ///
    /// - Returns: what must be tried again, and why; nil when nothing must.
    private func settle(
        _ batch: LaneBatch,
        _ report: DeliveryReport,
        _ hand: inout LaneHand
    ) -> (rest: LaneBatch, failure: DispatcherFailure)? {
        var kept: [Int] = []
        var failure: DispatcherFailure?
        var rejected: [(index: Int, letter: DeadLetter)] = []
        for (index, record) in batch.records.enumerated() {
            switch report.outcome(at: index) {
            case .delivered:
                hand.settle(record, batch.share(at: index), isSafe: true)
            case .retry(let reason):
                kept.append(index)
                failure = failure ?? reason
            case .rejected(let reason):
                meters.countRejection(reason.code)
                rejected.append((index, DeadLetter(record: record, dispatcher: name, failure: reason)))
            }
        }
        if !rejected.isEmpty {
            let isSafe = deadLetters.store(rejected.map(\.letter))
            for (index, letter) in rejected {
                hand.settle(letter.record, batch.share(at: index), isSafe: isSafe)
            }
        }
        let rest = batch.keeping(kept)
        meters.delivered.add(batch.records.count - kept.count - rejected.count)
        if failure == nil {
            oldestInHand.store(0, ordering: .relaxed)
            if hand.isFailing { noteSuccess(&hand) }
        }
        letGo(records: batch.records.count - kept.count, bytes: batch.bytes - rest.bytes, &hand)
        return failure.map { (rest, $0) }
    }

    /// Tells the loops what is settled, after everything that counts these records has counted them.
    private func letGo(records: Int, bytes: Int, _ hand: inout LaneHand) {
        guard records > 0 else { return }
        let hasRoomAgain = buffer.finish(records: records, bytes: bytes)
        hand.collector.post()
        guard hasRoomAgain else { return }
        for observer in hand.observers { observer.lanesHaveRoom() }
    }

    /// Notes a failure and waits until the next attempt is due, or until draining begins: then at once.
    ///
    /// - Returns: false when draining is over.
    private func pauseAfter(_ failure: DispatcherFailure, _ hand: inout LaneHand) -> Bool {
        let milliseconds = hand.nextPauseMilliseconds()
        noteFailure(failure, pauseMilliseconds: milliseconds, &hand)
        let due = MonotonicTime.now.adding(milliseconds: milliseconds)
        let wasDraining = buffer.drainDeadline != nil
        while true {
            let deadline = buffer.drainDeadline
            if let deadline, deadline <= .now { return false }
            if due <= .now || (deadline != nil && !wasDraining) { return true }
            buffer.pause(until: min(due, deadline ?? due))
        }
    }

    // MARK: Health

    private func noteFailure(_ failure: DispatcherFailure, pauseMilliseconds: Int, _ hand: inout LaneHand) {
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
            "code": .text(failure.code.rawValue),
            "detail": .text(failure.detail),
            "retry_milliseconds": .number(Int64(pauseMilliseconds)),
        ]
        if isFirst {
            log.warning("dispatcher_failing", fields)
        } else {
            log.limited(.warning, "dispatcher_still_failing", fields)
        }
    }

    private func noteSuccess(_ hand: inout LaneHand) {
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

extension UnixMilliseconds {
    static var now: UnixMilliseconds { UnixMilliseconds(rawValue: WallClock.milliseconds) }
}
