internal import Dispatching
package import LinuxSystem
package import Observability
internal import Spooling
internal import Synchronization
internal import TelemetryModel

/// Delivers records of a spool once more: to a dispatcher of the configuration that a server runs with, beside it.
package struct SpoolReplay: Sendable {
    /// How it went.
    package struct Outcome: Sendable, Hashable {
        package var delivered = 0
        /// Refused for good.
        package var rejected = 0
        /// Why it ended before its end.
        package var failure: String?
    }

    /// Why it did not begin, for people.
    package struct Refusal: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private static let batchRecords = 512
    private static let batchBytes = 4 << 20

    private let inspector: SpoolInspector
    private let dispatcher: any Dispatcher
    private let types: Set<RecordType>
    private let settings: LaneSettings
    private let content = SpooledContent()

    /// - Parameters:
    ///   - directory: nil for the configuration's own spool.
    ///   - name: of a dispatcher in `records`; it gets the record types that `records` gives it.
    package init(
        _ configuration: ServerConfiguration,
        directory: String?,
        dispatcher name: String,
        log: Log
    ) throws(Refusal) {
        guard let directory = directory ?? configuration.spool?.directory else {
            throw Refusal(description: "the configuration has no spool; name its directory as DIR")
        }
        let names = Set(configuration.records.values.joined()).sorted()
        guard names.contains(name), name != "queue" else {
            throw Refusal(
                description: "--dispatcher \(name): no record type goes there; the configuration has "
                    + names.joined(separator: ", ")
            )
        }
        let plan: DispatchPlan
        do {
            plan = try configuration.dispatchPlan(custom: [], queue: nil, log: log, metrics: MetricRegistry())
        } catch {
            throw Refusal(description: "--dispatcher \(name): \(error)")
        }
        guard let dispatcher = plan.dispatchers[DispatcherName(name)] else {
            throw Refusal(description: "--dispatcher \(name): this build has none; see 'config check'")
        }
        self.dispatcher = dispatcher
        types = Set(plan.routes.filter { $0.value.contains(DispatcherName(name)) }.keys)
        settings = plan.defaultSettings
        inspector = SpoolInspector(directory: directory)
    }

    /// Delivers in the spool's order, and waits for the destination with pauses, as lanes do.
    ///
    /// - Parameters:
    ///   - patienceMilliseconds: how long nothing may get through before it gives up.
    ///   - note: hears after each batch how far it is.
    package func run(
        _ selection: SpoolSelection,
        patienceMilliseconds: Int,
        _ note: (Outcome) -> Void = { _ in }
    ) throws(SystemCallError) -> Outcome {
        var attempt = Attempt(patienceMilliseconds: patienceMilliseconds, settings)
        attempt.outcome.failure = try opening(&attempt)
        var batch: [Record] = []
        var bytes = 0
        var trouble: SystemCallError?
        /// - Returns: false when the reading must end.
        func deliver() -> Bool {
            guard !batch.isEmpty else { return true }
            do throws(SystemCallError) {
                try delivery(of: batch, &attempt)
                note(attempt.outcome)
            } catch {
                trouble = error
            }
            batch = []
            bytes = 0
            return trouble == nil && attempt.outcome.failure == nil
        }
        if attempt.outcome.failure == nil {
            try inspector.records(receivedIn: selection.received) { _, stored in
                guard types.contains(stored.type), selection.contains(stored) else { return true }
                let record = stored.record(content.content(stored))
                batch.append(record)
                bytes += record.transportedBytes
                guard batch.count >= Self.batchRecords || bytes >= Self.batchBytes else { return true }
                return deliver()
            }
            _ = deliver()
        }
        try onThread { await $0.close() }
        if let trouble { throw trouble }
        return attempt.outcome
    }

    /// - Returns: why the destination can't be opened; nil when it is.
    private func opening(_ attempt: inout Attempt) throws(SystemCallError) -> String? {
        while true {
            let failure = try onThread { dispatcher -> DispatcherFailure? in
                do throws(DispatcherFailure) {
                    try await dispatcher.open()
                    return nil
                } catch {
                    return error
                }
            }
            guard let failure else { return nil }
            guard attempt.pause() else { return failure.detail }
        }
    }

    private func delivery(of records: [Record], _ attempt: inout Attempt) throws(SystemCallError) {
        var rest = records
        while !rest.isEmpty {
            let batch = RecordBatch(rest)
            let outcomes = try onThread { await $0.deliver(batch).outcomes }
            var kept: [Record] = []
            var reason: String?
            for (record, outcome) in zip(rest, outcomes) {
                switch outcome {
                case .delivered: attempt.outcome.delivered += 1
                case .rejected: attempt.outcome.rejected += 1
                case .retry(let failure):
                    kept.append(record)
                    reason = failure.detail
                }
            }
            if kept.count < rest.count { attempt.noteProgress() }
            rest = kept
            guard let reason else { return }
            guard attempt.pause() else {
                attempt.outcome.failure = reason
                return
            }
        }
    }

    /// Runs a call of the dispatcher to its end; what a dispatcher awaits stays on the thread.
    private func onThread<Value: Sendable>(
        _ call: @escaping @Sendable (any Dispatcher) async -> Value
    ) throws(SystemCallError) -> Value {
        let answer = Answer<Value>()
        let thread = try ThreadExecutor(name: "replay") { [dispatcher] in answer.give(await call(dispatcher)) }
        thread.join()
        return answer.value
    }
}

/// What a call on another thread gave. Read after that thread was joined.
private final class Answer<Value: Sendable>: Sendable {
    private let given = Mutex<Value?>(nil)

    func give(_ value: Value) { given.withLock { $0 = value } }

    var value: Value {
        guard let value = given.withLock({ $0 }) else { preconditionFailure("the thread ended without an answer") }
        return value
    }
}

/// How a replay goes, and how long it still waits.
private struct Attempt {
    var outcome = SpoolReplay.Outcome()
    private let patienceMilliseconds: Int
    private let firstPauseMilliseconds: Int
    private let longestPauseMilliseconds: Int
    private var pauseMilliseconds: Int
    private var givesUpAt: MonotonicTime

    init(patienceMilliseconds: Int, _ settings: LaneSettings) {
        self.patienceMilliseconds = patienceMilliseconds
        firstPauseMilliseconds = max(1, settings.retryInitialMilliseconds)
        longestPauseMilliseconds = max(1, settings.retryMaximumMilliseconds)
        pauseMilliseconds = firstPauseMilliseconds
        givesUpAt = MonotonicTime.now.adding(milliseconds: patienceMilliseconds)
    }

    mutating func noteProgress() {
        pauseMilliseconds = firstPauseMilliseconds
        givesUpAt = MonotonicTime.now.adding(milliseconds: patienceMilliseconds)
    }

    /// - Returns: false when it has waited long enough.
    mutating func pause() -> Bool {
        guard MonotonicTime.now < givesUpAt else { return false }
        ThreadSignal().wait(until: min(MonotonicTime.now.adding(milliseconds: pauseMilliseconds), givesUpAt))
        pauseMilliseconds = min(pauseMilliseconds * 2, longestPauseMilliseconds)
        return true
    }
}
