internal import LinuxSystem
internal import Receiving
internal import Synchronization

/// How much has come lately: two readings of the counters, on a thread that sleeps between them.
final class TrafficRates: Sendable {
    private struct Reading {
        let time: MonotonicTime
        let records: Int
        let acknowledgements: Int
    }

    private struct State {
        /// At least ``intervalMilliseconds`` old, except at the start.
        var older: Reading
        var newer: Reading
        var thread: LoopThread?
    }

    /// Rates are over one to two of these.
    static let intervalMilliseconds = 5_000

    private let meters: ReceivingMeters
    private let state: Mutex<State>
    private let end = ThreadSignal()

    init(_ meters: ReceivingMeters) {
        self.meters = meters
        let reading = Self.reading(meters)
        state = Mutex(State(older: reading, newer: reading))
    }

    private static func reading(_ meters: ReceivingMeters) -> Reading {
        let totals = meters.totals
        return Reading(time: .now, records: totals.records, acknowledgements: totals.acknowledgements)
    }

    /// Reads from now on. Without a thread the rates are those since the start, which is better than no answer.
    func start() {
        let thread = try? LoopThread(name: "rates") { [self] in
            while !end.wait(until: MonotonicTime.now.adding(milliseconds: Self.intervalMilliseconds)) {
                let reading = Self.reading(meters)
                state.withLock { state in
                    state.older = state.newer
                    state.newer = reading
                }
            }
        }
        state.withLock { $0.thread = thread }
    }

    func stop() {
        end.raise()
        state.withLock { $0.thread }?.join()
    }

    /// Records and acks per second.
    var perSecond: (records: Double, acknowledgements: Double) {
        let now = Self.reading(meters)
        let before = state.withLock { $0.older }
        let seconds = max(Double(now.time.nanoseconds(since: before.time)) / 1e9, 0.001)
        return (
            Double(now.records - before.records) / seconds,
            Double(now.acknowledgements - before.acknowledgements) / seconds
        )
    }
}
