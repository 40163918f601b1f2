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
/// This is the seam for a spool on disk: a reader that collects from segments and moves a cursor in `finish`
/// takes the buffer's place, and the lane stays as it is.
final class LaneBuffer: Sendable {
    /// What the lane's thread finds when it looks for work.
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

    /// The lane has let go of records: delivered, or dead letters.
    ///
    /// - Returns: true when the buffer was full and is now at most half full.
    func finish(records: Int, bytes: Int) -> Bool {
        state.withLock { state in
            state.records -= records
            state.bytes -= bytes
            guard state.isFull, state.records <= recordLimit / 2, state.bytes <= byteLimit / 2 else { return false }
            state.isFull = false
            for gate in gates { gate.open() }
            return true
        }
    }

    /// Blocks the lane's thread until work came, draining began, or the moment is there.
    func pause(until moment: MonotonicTime? = nil) {
        signal.wait(until: moment)
    }

    /// From now on ``collect(into:)`` says `drained` when nothing waits.
    ///
    /// - Parameter deadline: when the lane gives up what is left.
    func drain(until deadline: MonotonicTime) {
        state.withLock { state in
            state.drainDeadline = deadline
            state.isLaneAsleep = false
        }
        signal.raise()
    }

    /// When draining ends; nil before it has begun.
    var drainDeadline: MonotonicTime? {
        state.withLock { $0.drainDeadline }
    }

    /// Refuses offers from now on.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    /// What waits or is in hand.
    var depth: (records: Int, bytes: Int, isFull: Bool) {
        state.withLock { ($0.records, $0.bytes, $0.isFull) }
    }
}

extension Int {
    /// Limits come from a configuration: a huge one must not trap.
    fileprivate func multipliedOrMaximum(by factor: Int) -> Int {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? .max : product
    }
}
