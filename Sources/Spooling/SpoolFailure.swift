package import LinuxSystem

/// Why records are not on disk, or can't be read from it.
package enum SpoolFailure: Error, Sendable, Hashable {
    /// The spool's own limit is reached: `used` of `limit` bytes, and the records need `needed` more.
    case limitReached(used: Int, limit: Int, needed: Int)
    /// The disk or a quota is full.
    case diskFull(SystemCallError)
    /// The disk refuses to write or to sync.
    case unwritable(SystemCallError)
    /// A segment can't be opened or read now, and may be later.
    case unreadable(SystemCallError)
    /// A record is longer than ``SpoolLimit/recordBytes``.
    case tooLarge(bytes: Int)
    /// More waits for the writer than may.
    case crowded(waitingBytes: Int)
    /// The spool is closed, or about to be.
    case closed

    /// Whether nothing but room is missing, so that the same records can be appended later.
    package var isLackOfRoom: Bool {
        switch self {
        case .limitReached, .diskFull, .crowded: true
        case .unwritable, .unreadable, .tooLarge, .closed: false
        }
    }

    /// Few and fixed, for a metric's label.
    package var code: String {
        switch self {
        case .limitReached: "limit_reached"
        case .diskFull: "disk_full"
        case .unwritable: "unwritable"
        case .unreadable: "unreadable"
        case .tooLarge: "too_large"
        case .crowded: "crowded"
        case .closed: "closed"
        }
    }
}

extension SpoolFailure: CustomStringConvertible {
    /// What happened and what to do, for people.
    package var description: String {
        switch self {
        case .limitReached(let used, let limit, let needed):
            """
            the spool holds \(used) of \(limit) bytes and \(needed) more don't fit; see which dispatcher lags, \
            or raise spool.max_bytes
            """
        case .diskFull(let error):
            "\(error.subject): \(error.reason); free room on its disk, vehicles keep their records meanwhile"
        case .unwritable(let error):
            "\(error.call) \(error.subject): \(error.reason); see whether its disk is in order"
        case .unreadable(let error):
            "\(error.call) \(error.subject): \(error.reason); the spool tries again by itself"
        case .tooLarge(let bytes):
            "a record of \(bytes) bytes is above the spool's limit of \(SpoolLimit.recordBytes)"
        case .crowded(let bytes):
            "\(bytes) bytes wait for the disk already; it is slower than the vehicles send"
        case .closed:
            "the spool is closed"
        }
    }
}

/// Why a spool's directory can't be used. The only thing that keeps a spool from starting.
package struct SpoolOpeningError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        /// Another process has it; its number when that is known.
        case inUse(by: Int?)
        /// It can't be made, listed or locked.
        case unusable(SystemCallError)
    }

    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// What to do, in plain words.
    package var remedy: String {
        switch reason {
        case .inUse: "stop the other server, or give this one a spool.directory of its own"
        case .unusable(let error) where error.isLackOfRoom: "free room on its disk"
        case .unusable(let error) where error.isRefusal:
            "let the server's user write there (mode 0700, owned by it), or change spool.directory"
        case .unusable: "make spool.directory a directory on a local disk"
        }
    }

    package var description: String {
        switch reason {
        case .inUse(let process?): "spool directory \(path) is in use by process \(process); \(remedy)"
        case .inUse(nil): "spool directory \(path) is in use by another process; \(remedy)"
        case .unusable(let error): "spool directory \(path): \(error.call): \(error.reason); \(remedy)"
        }
    }
}
