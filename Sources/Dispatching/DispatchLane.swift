internal import LinuxSystem
internal import Observability
internal import Synchronization
internal import TelemetryModel

/// The queue and retry loop in front of one dispatcher, on a thread of its own.
///
/// A lane takes what waits as one batch, in order, and waits for the report. What the dispatcher asks to retry
/// stays at the head: nothing newer is delivered before it, so the order per VIN holds. Whatever the dispatcher
/// does, blocking for ever included, only its own lane stands still.
package final class DispatchLane: Sendable {
    package let name: DispatcherName

    let source: any LaneSource
    let meters: LaneMeters
    private let dispatcher: any Dispatcher
    private let settings: LaneSettings
    private let deadLetters: any DeadLetterSink
    /// Nil with a spool, where nobody hands records over.
    private let buffer: LaneBuffer?
    let log: Log

    let health: Mutex<LaneHealth>
    /// `receivedAt` of the oldest record in hand; 0 when the hand is empty.
    let oldestInHand = Atomic<Int64>(0)
    private let executor = Mutex<ThreadExecutor?>(nil)
    private let end = ThreadSignal()

    /// - Parameters:
    ///   - feed: from the spool; nil for a buffer in memory.
    ///   - gates: of the routes whose acks depend on this lane, with a buffer.
    init(
        name: DispatcherName,
        dispatcher: any Dispatcher,
        settings: LaneSettings,
        feed: SpoolFeed?,
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
        if let feed {
            buffer = nil
            source = feed
        } else {
            let memory = LaneBuffer(settings, gates: gates)
            buffer = memory
            source = memory
        }
        meters = LaneMeters(dispatcher: name, registry: metrics)
        health = Mutex(.opening(since: .now))
        registerGauges(with: metrics)
        registerStates(with: metrics)
    }

    /// Takes a submission for later. Never waits.
    ///
    /// - Returns: false when the lane is full or closed; the records are counted as overflow.
    func offer(_ submission: Submission) -> Bool {
        guard buffer?.offer(submission) != true else { return true }
        meters.overflowed.add(submission.records.count)
        log.observe(
            .dispatchOverflow,
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

    /// See ``Dispatcher/reopen()``.
    func reopen() { dispatcher.reopen() }

    // MARK: Draining

    /// Makes the lane finish what it has and close its dispatcher. Returns at once.
    func beginDrain(until deadline: MonotonicTime) {
        source.drain(until: deadline)
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
                keepPace(after: batch, &hand)
                guard await deliver(batch, &hand) else { break }
            }
        }
        source.close()
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
        while let moment = hand.nextBatchTime, moment > .now, source.drainDeadline == nil {
            source.pause(until: moment)
        }
        while true {
            if let deadline = source.drainDeadline, deadline <= .now { return nil }
            switch source.next(&hand.desk, settings) {
            case .batch(let batch): return batch
            case .nothing: source.pause(until: nil)
            case .drained: return nil
            case .unreadable(let failure):
                guard pauseAfter(failure, &hand) else { return nil }
            }
        }
    }

    /// Lets records come together for the next batch, unless so many wait that this one is full.
    private func keepPace(after batch: LaneBatch, _ hand: inout LaneHand) {
        let mustWait = settings.batchDelayMilliseconds > 0 && batch.records.count < settings.batchRecordLimit
        hand.nextBatchTime = mustWait ? .now.adding(milliseconds: settings.batchDelayMilliseconds) : nil
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
            meters.batchRecords.observe(count: batch.records.count)
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
        letGo(batch, rest: nil, &hand)
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
        var firstRejection: DispatcherFailure?
        for (index, record) in batch.records.enumerated() {
            switch report.outcome(at: index) {
            case .delivered:
                hand.settle(record, batch.share(at: index), isSafe: true)
            case .retry(let reason):
                kept.append(index)
                failure = failure ?? reason
            case .rejected(let reason):
                meters.countRejection(reason.code)
                firstRejection = firstRejection ?? reason
                rejected.append((index, DeadLetter(record: record, dispatcher: name, failure: reason)))
            }
        }
        meters.delivered.add(batch.records.count - kept.count - rejected.count)
        if let firstRejection {
            let isSafe = deadLetters.store(rejected.map(\.letter))
            if !isSafe, source.keepsRecords {
                // Passing over it would be losing it: its vehicle has been told that it is safe.
                kept = (kept + rejected.map(\.index)).sorted()
                failure = failure ?? DispatchLane.unkept(firstRejection)
            } else {
                for (index, letter) in rejected {
                    hand.settle(letter.record, batch.share(at: index), isSafe: isSafe)
                }
            }
        }
        let rest = batch.keeping(kept)
        if failure == nil {
            oldestInHand.store(0, ordering: .relaxed)
            if hand.isFailing { noteSuccess(&hand) }
        }
        letGo(batch, rest: rest.records.isEmpty ? nil : rest, &hand)
        return failure.map { (rest, $0) }
    }

    /// Tells the loops what is settled, after everything that counts these records has counted them.
    private func letGo(_ batch: LaneBatch, rest: LaneBatch?, _ hand: inout LaneHand) {
        guard batch.records.count > rest?.records.count ?? 0 else { return }
        let hasRoomAgain = source.finish(batch, rest: rest)
        hand.collector.post()
        guard hasRoomAgain else { return }
        for observer in hand.observers { observer.lanesHaveRoom() }
    }

    /// Notes a failure and waits until the next attempt is due, or until draining begins: then at once.
    ///
    /// A lane whose records the spool keeps does not wait while the server stops: the next start goes on.
    ///
    /// - Returns: false when draining is over.
    private func pauseAfter(_ failure: DispatcherFailure, _ hand: inout LaneHand) -> Bool {
        let milliseconds = max(hand.nextPauseMilliseconds(), failure.retryMilliseconds ?? 0)
        noteFailure(failure, pauseMilliseconds: milliseconds, &hand)
        let due = MonotonicTime.now.adding(milliseconds: milliseconds)
        let wasDraining = source.drainDeadline != nil
        if wasDraining, source.keepsRecords { return false }
        while true {
            let deadline = source.drainDeadline
            if let deadline, deadline <= .now { return false }
            if due <= .now || (deadline != nil && !wasDraining) { return true }
            source.pause(until: min(due, deadline ?? due))
        }
    }
}

extension UnixMilliseconds {
    static var now: UnixMilliseconds { UnixMilliseconds(rawValue: WallClock.milliseconds) }
}
