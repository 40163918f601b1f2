import Dispatching
import LinuxSystem
import Synchronization
import TelemetryModel

/// A dispatcher that does what the test wrote down, call by call, and delivers everything after that.
final class ScriptedDispatcher: Dispatcher {
    enum Step: Sendable {
        case deliver
        case retry
        case reject
        /// Waits until the test calls `release()` or the lane cancels, then delivers or retries.
        case stall
        /// Waits for `release()` only, whatever the lane does.
        case hang
        case answer(@Sendable (RecordBatch) -> [DeliveryReport.Outcome])
    }

    private struct State {
        var openings: [DispatcherFailure]
        var script: [Step]
        var batches: [[Record]] = []
        var delivered: [Record] = []
        var openCount = 0
        var closeCount = 0
    }

    static let failure = DispatcherFailure(.unreachable, "scripted")

    private let state: Mutex<State>
    private let released = ThreadSignal()
    private let changed = ThreadSignal()
    private let answer: (@Sendable (RecordBatch) -> [DeliveryReport.Outcome])?

    /// - Parameter always: what to answer when the script is over; nil delivers.
    init(
        failingOpens: Int = 0,
        _ script: [Step] = [],
        always: (@Sendable (RecordBatch) -> [DeliveryReport.Outcome])? = nil
    ) {
        let failures = Array(repeating: ScriptedDispatcher.failure, count: failingOpens)
        state = Mutex(State(openings: failures, script: script))
        answer = always
    }

    var batches: [[Record]] { state.withLock { $0.batches } }
    var delivered: [Record] { state.withLock { $0.delivered } }
    var openCount: Int { state.withLock { $0.openCount } }
    var closeCount: Int { state.withLock { $0.closeCount } }

    func release() { released.raise() }

    /// Waits until the dispatcher was given so many batches, the one in hand included.
    func waitForBatches(_ count: Int) {
        while batches.count < count { changed.wait() }
    }

    func waitForOpens(_ count: Int) {
        while openCount < count { changed.wait() }
    }

    func open() async throws(DispatcherFailure) {
        let failure = state.withLock { state in
            state.openCount += 1
            return state.openings.popLast()
        }
        changed.raise()
        if let failure { throw failure }
    }

    func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        let step = state.withLock { state in
            state.batches.append(batch.records)
            return state.script.isEmpty ? nil : state.script.removeFirst()
        }
        changed.raise()
        let outcomes = await outcomes(of: step, batch)
        state.withLock { state in
            for (record, outcome) in zip(batch.records, outcomes) where outcome == .delivered {
                state.delivered.append(record)
            }
        }
        if outcomes.allSatisfy({ $0 == .delivered }), outcomes.count == batch.records.count {
            return DeliveryReport(all: .delivered, of: batch)
        }
        return DeliveryReport(outcomes)
    }

    private func outcomes(of step: Step?, _ batch: RecordBatch) async -> [DeliveryReport.Outcome] {
        func all(_ outcome: DeliveryReport.Outcome) -> [DeliveryReport.Outcome] {
            Array(repeating: outcome, count: batch.records.count)
        }
        switch step {
        case nil: return answer?(batch) ?? all(.delivered)
        case .deliver: return all(.delivered)
        case .retry: return all(.retry(ScriptedDispatcher.failure))
        case .reject: return all(.rejected(DispatcherFailure(.refused, "scripted")))
        case .answer(let answer): return answer(batch)
        case .hang:
            block()
            return all(.delivered)
        case .stall:
            await withTaskCancellationHandler {
                block()
            } onCancel: {
                released.raise()
            }
            return Task.isCancelled ? all(.retry(ScriptedDispatcher.failure)) : all(.delivered)
        }
    }

    private func block() { released.wait() }

    func close() async {
        state.withLock { $0.closeCount += 1 }
        changed.raise()
    }
}
