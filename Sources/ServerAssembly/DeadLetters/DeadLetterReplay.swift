internal import Dispatching
internal import LinuxSystem
package import Observability
internal import Spooling
internal import Synchronization
internal import TelemetryModel

/// Offers dead letters to a dispatcher once more, and forgets those that it takes.
package struct DeadLetterReplay: Sendable {
    /// How it went.
    package struct Outcome: Sendable, Hashable {
        package var delivered = 0
        /// Refused again; they stay.
        package var rejected = 0
        /// Neither, when the time was over; they stay.
        package var left = 0
        /// Why the latest attempt failed; nil when none did.
        package var failure: String?
    }

    private let desk: DeadLetterDesk
    private let configuration: ServerConfiguration
    private let log: Log

    package init(_ desk: DeadLetterDesk, _ configuration: ServerConfiguration, log: Log) {
        self.desk = desk
        self.configuration = configuration
        self.log = log
    }

    /// Delivers through a lane, as the server does: in order, with batches and retries.
    ///
    /// - Parameters:
    ///   - name: the dispatcher that gets the letters; nil for the one that refused each.
    ///   - patienceMilliseconds: how long it tries.
    package func run(
        _ selection: DeadLetterSelection,
        to name: String?,
        patienceMilliseconds: Int
    ) throws(DeadLetterDesk.Refusal) -> Outcome {
        try desk.alone { (file) throws(DeadLetterDesk.Refusal) in
            let letters: [StoredDeadLetter]
            do throws(DeadLetterFailure) {
                letters = try file.list(where: selection.contains)
            } catch {
                throw desk.refusal(error)
            }
            var outcome = Outcome()
            let deadline = MonotonicTime.now.adding(milliseconds: patienceMilliseconds)
            let byDispatcher = Dictionary(grouping: letters) { name ?? $0.dispatcher }
            // All of them are there before the first is asked to deliver.
            let dispatchers = try self.dispatchers(Set(byDispatcher.keys))
            for (target, letters) in byDispatcher.sorted(by: { $0.key < $1.key }) {
                guard let dispatcher = dispatchers[DispatcherName(target)] else { continue }
                let delivered = try deliver(letters, to: dispatcher, target, until: deadline, &outcome)
                do throws(DeadLetterFailure) {
                    try file.drop { delivered.contains($0.id) }
                } catch {
                    throw desk.refusal(error)
                }
            }
            return outcome
        }
    }

    private func dispatchers(
        _ names: Set<String>
    ) throws(DeadLetterDesk.Refusal) -> [DispatcherName: any Dispatcher] {
        let known = Set(configuration.records.values.joined())
        for name in names.sorted() where !known.contains(name) || name == "queue" {
            let all = known.subtracting(["queue"]).sorted().joined(separator: ", ")
            throw DeadLetterDesk.Refusal(
                description:
                    "\(name): no dispatcher that letters can be given to from here; choose one with --deliver-to, "
                    + "the configuration has \(all)"
            )
        }
        do {
            let plan = try configuration.dispatchPlan(custom: [], queue: nil, log: log, metrics: MetricRegistry())
            return plan.dispatchers
        } catch {
            throw DeadLetterDesk.Refusal(description: "\(error)")
        }
    }

    /// - Returns: the ids of the letters that were taken.
    private func deliver(
        _ letters: [StoredDeadLetter],
        to dispatcher: any Dispatcher,
        _ name: String,
        until deadline: MonotonicTime,
        _ outcome: inout Outcome
    ) throws(DeadLetterDesk.Refusal) -> Set<UInt64> {
        let records = letters.map { desk.record($0) }
        let noting = NotingDispatcher(dispatcher)
        let lane = DispatcherName(name)
        var settings = LaneSettings()
        settings.recordLimit = .max
        settings.byteLimit = .max
        do {
            let router = try DispatchRouter(
                DispatchPlan(
                    routes: Dictionary(uniqueKeysWithValues: Set(records.map(\.type)).map { ($0, [lane]) }),
                    dispatchers: [lane: noting],
                    defaultSettings: settings
                ),
                deadLetters: Unkept(),
                log: log,
                metrics: MetricRegistry()
            )
            try router.connect(observers: [])
            for record in records { router.route(for: record.type)?.submit([record]) }
            _ = router.drain(until: deadline)
        } catch {
            throw DeadLetterDesk.Refusal(description: "\(name): \(error)")
        }
        let notes = noting.notes
        outcome.delivered += notes.delivered.count
        outcome.rejected += notes.rejected.count
        outcome.left += letters.count - notes.delivered.count - notes.rejected.count
        outcome.failure = notes.failure ?? outcome.failure
        return Set(zip(letters, records).filter { notes.delivered.contains(ObjectIdentifier($0.1)) }.map(\.0.id))
    }
}

/// Letters that are refused again stand in the file already.
private struct Unkept: DeadLetterSink {
    func store(_ letters: [DeadLetter]) -> Bool { true }
}

/// Passes everything on, and remembers what became of each record.
private final class NotingDispatcher: Dispatcher {
    struct Notes {
        var delivered: Set<ObjectIdentifier> = []
        var rejected: Set<ObjectIdentifier> = []
        var failure: String?
    }

    private let inner: any Dispatcher
    private let state = Mutex(Notes())

    init(_ inner: any Dispatcher) {
        self.inner = inner
    }

    var notes: Notes { state.withLock { $0 } }

    func open() async throws(DispatcherFailure) {
        do throws(DispatcherFailure) {
            try await inner.open()
        } catch {
            state.withLock { $0.failure = error.detail }
            throw error
        }
    }

    func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        let report = await inner.deliver(batch)
        state.withLock { notes in
            for (record, outcome) in zip(batch.records, report.outcomes) {
                switch outcome {
                case .delivered: notes.delivered.insert(ObjectIdentifier(record))
                case .rejected(let failure):
                    notes.rejected.insert(ObjectIdentifier(record))
                    notes.failure = failure.detail
                case .retry(let failure): notes.failure = failure.detail
                }
            }
        }
        return report
    }

    func close() async { await inner.close() }
}
