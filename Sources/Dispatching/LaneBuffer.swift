internal import LinuxSystem
internal import Synchronization
internal import TelemetryModel

/// Records of one type, handed over together by one event loop.
struct Submission: Sendable {
    let records: [Record]
    let share: AckShare
    /// Payload bytes of all its records.
    let bytes: Int
}

/// The bounded memory in front of one dispatcher: event loops put in, the lane's thread takes out.
///
/// It counts what waits and what the lane has in hand, until the lane says that it is finished with it.
final class LaneBuffer: LaneSource {
    /// What there is to collect.
    enum Work {
        /// Submissions were handed over.
        case collected
        /// Nothing waits; ``pause(until:)`` returns when that changes.
        case nothing
        /// Nothing waits and nothing will come: the buffer is drained and refuses offers from now on.
        case drained
    }

    private struct State {
        var waiting: [Submission] = []
        var records = 0
        var bytes = 0
        var isFull = false
        var isLaneAsleep = false
        var isClosed = false
        var drainDeadline: MonotonicTime?
    }

    private let state = Mutex(State())
    private let signal = ThreadSignal()
    private let gates: [RoomGate]
    private let recordLimit: Int
    private let byteLimit: Int

    /// - Parameter gates: closed whenever this buffer is full.
    init(_ settings: LaneSettings, gates: [RoomGate]) {
        recordLimit = max(1, settings.recordLimit)
        byteLimit = max(1, settings.byteLimit)
        self.gates = gates
    }

    /// Takes a submission without waiting.
    ///
    /// A submission is taken whole or not at all, so the limit is overshot by at most one of them; those that
    /// an ack depends on are taken up to ``LaneOvershoot/factor`` times the limit.
    ///
    /// - Returns: false when it was refused.
    func offer(_ submission: Submission) -> Bool {
        let factor = submission.share == .none ? 1 : LaneOvershoot.factor
        let (isTaken, mustWake) = state.withLock { state in
            guard
                !state.isClosed,
                state.records < recordLimit.multipliedOrMaximum(by: factor),
                state.bytes < byteLimit.multipliedOrMaximum(by: factor)
            else { return (false, false) }
            state.waiting.append(submission)
            state.records += submission.records.count
            state.bytes += submission.bytes
            if !state.isFull, state.records >= recordLimit || state.bytes >= byteLimit {
                state.isFull = true
                for gate in gates { gate.close() }
            }
            defer { state.isLaneAsleep = false }
            return (true, state.isLaneAsleep)
        }
        if mustWake { signal.raise() }
        return isTaken
    }

    /// Hands over everything that waits, oldest first.
    ///
    /// - Parameter submissions: must be empty; its memory is kept for the submissions to come.
    func collect(into submissions: inout [Submission]) -> Work {
        state.withLock { state in
            guard state.waiting.isEmpty else {
                swap(&state.waiting, &submissions)
                return .collected
            }
            guard state.drainDeadline == nil else {
                state.isClosed = true
                return .drained
            }
            state.isLaneAsleep = true
            return .nothing
        }
    }

    func next(_ desk: inout LaneDesk, _ settings: LaneSettings) -> LaneWork {
        while true {
            if let batch = desk.nextBatch(settings) { return .batch(batch) }
            switch desk.refill(from: self) {
            case .collected: continue
            case .nothing: return .nothing
            case .drained: return .drained
            }
        }
    }

    /// - Returns: true when the buffer was full and is now at most half full.
    func finish(_ batch: LaneBatch, rest: LaneBatch?) -> Bool {
        let records = batch.records.count - (rest?.records.count ?? 0)
        let bytes = batch.bytes - (rest?.bytes ?? 0)
        return state.withLock { state in
            state.records -= records
            state.bytes -= bytes
            guard state.isFull, state.records <= recordLimit / 2, state.bytes <= byteLimit / 2 else { return false }
            state.isFull = false
            for gate in gates { gate.open() }
            return true
        }
    }

    func pause(until moment: MonotonicTime?) {
        signal.wait(until: moment)
    }

    func drain(until deadline: MonotonicTime) {
        state.withLock { state in
            state.drainDeadline = deadline
            state.isLaneAsleep = false
        }
        signal.raise()
    }

    var drainDeadline: MonotonicTime? {
        state.withLock { $0.drainDeadline }
    }

    /// Refuses offers from now on.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    var depth: LaneDepth {
        state.withLock { LaneDepth(records: $0.records, bytes: $0.bytes, isFull: $0.isFull) }
    }

    var keepsRecords: Bool { false }
}

extension Int {
    /// Limits come from a configuration: a huge one must not trap.
    fileprivate func multipliedOrMaximum(by factor: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? .max : product
    }
}
