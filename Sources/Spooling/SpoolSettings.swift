/// Limits and habits of one spool.
package struct SpoolSettings: Sendable, Hashable {
    /// Where the files stand. One process uses it at a time.
    package var directory = ""
    /// The most bytes of segments. At the limit appends fail, and go on when cursors have let segments go.
    package var maxBytes = 8 << 30
    /// Where a segment ends and the next one begins. Overshot by at most one submission.
    package var segmentBytes = 64 << 20
    /// How long a sync may wait for more records, counted from the beginning of the sync before it.
    ///
    /// A spool with little to do does not wait at all; see ``CommitPacer``.
    package var syncMaxDelayMilliseconds = 1
    /// So many waiting records are synced without waiting for more.
    package var syncMaxRecords = 128
    /// How long segments stay, for replay, after every cursor has passed them. Room for new records comes first.
    package var retainSeconds = 0
    /// How often the positions of cursors are written down. What was delivered since is delivered again after a
    /// crash.
    package var cursorSaveMilliseconds = 200
    /// The newest records that are kept in memory as well, so that cursors that follow closely don't read files.
    package var memoryRecords = 16_384
    package var memoryBytes = 16 << 20
    /// Payload bytes that wait for the writer before ``Spool/hasRoom`` is false; from twice as many on submissions
    /// are refused.
    package var waitingBytes = 64 << 20

    package init(directory: String = "") {
        self.directory = directory
    }

    /// The same with relations between the limits that the code relies on.
    var checked: SpoolSettings {
        var settings = self
        settings.maxBytes = max(16_384, maxBytes)
        // The segment that is being written can't be deleted: it must not take all the room.
        settings.segmentBytes = min(max(1_024, segmentBytes), settings.maxBytes / 4)
        settings.syncMaxDelayMilliseconds = min(max(0, syncMaxDelayMilliseconds), 60_000)
        settings.syncMaxRecords = max(1, syncMaxRecords)
        settings.retainSeconds = min(max(0, retainSeconds), 100 * 366 * 86_400)
        settings.cursorSaveMilliseconds = min(max(0, cursorSaveMilliseconds), 60_000)
        settings.memoryRecords = max(0, memoryRecords)
        settings.waitingBytes = min(max(1, waitingBytes), Int.max / 2)
        return settings
    }

    /// The most that is well handed over together: it must fit when there is room at all.
    var submissionBytes: Int { min(maxBytes / 16, 2 << 20) }

    /// Below this much room vehicles are no longer read, so that what is in the loops' hands still finds room.
    var reserveBytes: Int { min(maxBytes / 8, 16 << 20) }
}

/// Limits of the format.
package enum SpoolLimit {
    /// The most bytes of payload and txid together. Vehicles may send 1,000,000 bytes per message.
    package static let recordBytes = 2 << 20
    /// The most bytes of one frame's body, names included.
    static let bodyBytes = 4 << 20
    /// The longest text (VIN, socket id, …); the rest of a longer one is cut off.
    static let textBytes = 65_536
    /// What names and frame usually add to a record.
    package static let frameBytes = 120
    /// What one sync may write.
    static let commitBytes = 8 << 20
    /// Disk room that is reserved at once.
    static let reservationBytes = 4 << 20
    /// What a reader takes into memory at once, unless a record is longer.
    static let chunkBytes = 256 << 10
}
