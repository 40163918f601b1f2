internal import LinuxSystem

/// Where a lane's records wait for it: in memory (``LaneBuffer``) or on disk (``SpoolFeed``).
protocol LaneSource: Sendable {
    /// What waits now, as much as the settings allow. Called by the lane's thread, which never has two batches.
    func next(_ desk: inout LaneDesk, _ settings: LaneSettings) -> LaneWork

    /// Blocks the lane's thread until work came, draining began, or the moment is there.
    func pause(until moment: MonotonicTime?)

    /// The lane has let go of a batch, but for the rest: delivered, or dead letters.
    ///
    /// - Returns: true when that made room for which vehicles wait.
    func finish(_ batch: LaneBatch, rest: LaneBatch?) -> Bool

    /// From now on ``next(_:_:)`` says `drained` when nothing waits.
    ///
    /// - Parameter deadline: when the lane gives up what is left.
    func drain(until deadline: MonotonicTime)

    /// When draining ends; nil before it has begun.
    var drainDeadline: MonotonicTime? { get }

    /// Takes nothing more.
    func close()

    /// What waits or is in hand.
    var depth: LaneDepth { get }

    /// Whether records that the lane never delivers are safe without it.
    var keepsRecords: Bool { get }
}

/// What the lane's thread finds when it looks for work.
enum LaneWork {
    case batch(LaneBatch)
    /// Nothing waits; ``LaneSource/pause(until:)`` returns when that changes.
    case nothing
    /// Nothing waits and nothing will come.
    case drained
    /// Records wait and can't be had now; trying again later may help.
    case unreadable(DispatcherFailure)
}

/// What waits for a lane or is in its hands.
struct LaneDepth: Sendable {
    var records = 0
    /// Payload and txid bytes; 0 where nobody counts them.
    var bytes = 0
    /// Whether it keeps vehicles from being read.
    var isFull = false
    /// Age of the oldest, in seconds; nil where only the hand is known.
    var lagSeconds: Double?
}
