package import TelemetryModel

/// How a lane's dispatcher is doing.
package enum LaneHealth: Sendable, Hashable {
    /// Not open yet, and no attempt has failed.
    case opening(since: UnixMilliseconds)
    /// Open; the last delivery went through, or none was needed.
    case healthy(since: UnixMilliseconds)
    /// Opening or delivering fails. Records wait; the lane tries again by itself.
    ///
    /// - `since`: the first failure of this row; `attempts`: failures in this row; `failure`: the latest.
    case retrying(since: UnixMilliseconds, attempts: Int, failure: DispatcherFailure)
    /// Drained and closed.
    case closed
}

/// A lane at one moment, for health answers and people.
package struct LaneSnapshot: Sendable {
    package let dispatcher: DispatcherName
    package let health: LaneHealth
    /// Records that wait or are in hand.
    package let records: Int
    /// Their payload bytes.
    package let bytes: Int
    /// When the oldest of the records in hand was received; nil when nothing is in hand.
    package let oldestReceivedAt: UnixMilliseconds?
    /// Whether the lane is at its limit and keeps vehicles from being read.
    package let isFull: Bool
    /// Age in seconds of the oldest record that is not delivered, as far as it is known; 0 when there is none.
    package let lagSeconds: Double
    /// Whether the records wait in the spool, so that vehicles neither wait for the dispatcher nor lose by it.
    package let isSpooled: Bool
    /// Records delivered since the start.
    package let delivered: Int
}
