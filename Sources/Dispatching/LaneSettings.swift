/// Limits and pauses of one lane.
package struct LaneSettings: Sendable, Hashable {
    /// Records that wait or are in hand, before vehicles are no longer read (or records dropped, when no ack
    /// depends on the lane).
    package var recordLimit = 65_536
    /// The same in bytes of payload and txid as transported. The decoded form takes several times that.
    package var byteLimit = 64 * 1024 * 1024
    /// The most records in one delivery.
    package var batchRecordLimit = 1_024
    /// The most payload bytes in one delivery; a larger record goes alone.
    package var batchByteLimit = 4 * 1024 * 1024
    /// A batch that is not full begins so long after the one before it at the earliest, so that records come together
    /// into few large deliveries; the first record after a silence waits for nothing.
    package var batchDelayMilliseconds = 0
    /// Pause after the first failure. It doubles with each further one.
    package var retryInitialMilliseconds = 100
    /// The longest pause.
    package var retryMaximumMilliseconds = 30_000

    package init() {}
}

/// Where a lane refuses what its ack depends on.
///
/// Loops stop reading at the limit, but hand over what they have in hand, and records that the server makes
/// itself (connectivity) come regardless. Beyond this many times the limit such records are refused and their
/// ack withheld, so that memory stays bounded whatever happens.
enum LaneOvershoot {
    static let factor = 2
}
