package import LinuxSystem

/// Something that was not as a clean end leaves it, and what was done about it. Reported when a spool opens, and
/// when a cursor comes upon damage.
package enum SpoolFinding: Sendable, Hashable {
    /// The newest segment ended with `cutBytes` that were no whole record, as after a crash. They were cut off;
    /// no record in them had been acknowledged, unless the disk damaged it later.
    case tornTail(segment: String, keptRecords: Int, cutBytes: Int)
    /// A file that was begun and never held a record was removed.
    case emptySegmentRemoved(segment: String)
    /// A segment can't be read at all. It was renamed to `file`, and reading goes on with the next one.
    case quarantined(segment: String, file: String, reason: SegmentDefect)
    /// `bytes` from `offset` on are no records. The whole records before and after are delivered; the file is
    /// kept as `*.quarantined` when all are.
    case damaged(segment: String, offset: Int, bytes: Int)
    /// A cursor pointed to a record that is not there, and was moved to the nearest one that is or will be.
    case cursorMoved(dispatcher: String, from: UInt64, to: UInt64)
    /// A cursor's file can't be read. Its dispatcher gets everything from the oldest record on.
    case cursorUnreadable(file: String, dispatcher: String?)
    /// No dispatcher of the configuration has this name. Its records are not kept for it.
    case cursorUnknown(dispatcher: String, position: UInt64)
    /// The file system refused what recovery wanted to do; the spool works without.
    case notDone(SystemCallError)
}

/// What is wrong with a segment's beginning.
package enum SegmentDefect: Sendable, Hashable {
    case header
    /// Written by a newer program. Rename it back when that one runs again.
    case newerVersion(Int)
    /// Its name says another first position than its header.
    case misnamed
    case unreadable(SystemCallError)
}

extension SpoolFinding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tornTail(let segment, let records, let bytes):
            "\(segment): cut \(bytes) bytes that are no whole record after \(records) whole ones"
        case .emptySegmentRemoved(let segment):
            "\(segment): removed, it holds no record"
        case .quarantined(let segment, let file, let reason):
            "\(segment): renamed to \(file), \(reason)"
        case .damaged(let segment, let offset, let bytes):
            "\(segment): \(bytes) bytes from \(offset) on are no records and are left out"
        case .cursorMoved(let dispatcher, let from, let to):
            "cursor of \(dispatcher): moved from position \(from), where no record is, to \(to)"
        case .cursorUnreadable(let file, let dispatcher):
            "\(file): damaged; \(dispatcher ?? "its dispatcher") gets all records that are there again"
        case .cursorUnknown(let dispatcher, let position):
            """
            cursor of \(dispatcher) at position \(position): no such dispatcher is configured, so records are not \
            kept for it; configure it, or remove the cursor with `fleet-telemetry spool drop`
            """
        case .notDone(let error):
            "\(error)"
        }
    }
}

extension SegmentDefect: CustomStringConvertible {
    package var description: String {
        switch self {
        case .header: "its header is damaged"
        case .newerVersion(let version): "its format \(version) is newer than this program"
        case .misnamed: "its name doesn't fit its header"
        case .unreadable(let error): "it can't be read: \(error.reason)"
        }
    }
}
