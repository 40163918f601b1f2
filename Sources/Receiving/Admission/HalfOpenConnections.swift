internal import TelemetryModel

/// The connections of one loop that have not become vehicles yet, in the order in which they came.
///
/// Their number is limited, because a peer without any certificate can open them. When the limit is reached, whoever
/// has been silent for longest makes room, and after twice the time whoever has said something, too. While nobody has
/// kept us waiting for long, newcomers wait in the kernel's queue instead: then it is a crowd of honest vehicles, and
/// we are the slow ones.
struct HalfOpenConnections {
    private let limit: Int
    private let graceMilliseconds: UInt64
    /// How many of the oldest are looked at for a silent one.
    private static let lookedAt = 256
    private var queue: [(id: ConnectionID, since: UInt64)] = []
    private var head = 0
    private(set) var count = 0

    /// - Parameters:
    ///   - limit: of this loop.
    ///   - graceMilliseconds: how long a connection is left alone, however many others come.
    init(limit: Int, graceMilliseconds: Int) {
        self.limit = max(1, limit)
        self.graceMilliseconds = UInt64(max(1, graceMilliseconds))
    }

    var isFull: Bool { count >= limit }

    mutating func add(_ id: ConnectionID, now: UInt64) {
        queue.append((id, now))
        count += 1
    }

    /// A connection has become a vehicle, or ended.
    mutating func leave() {
        count -= 1
        if count == 0 {
            queue.removeAll(keepingCapacity: queue.count <= 1024)
            head = 0
        }
    }

    enum Room {
        case free
        /// This one has to go first.
        case after(ConnectionID)
        /// Not before that moment, in milliseconds.
        case notBefore(UInt64)
    }

    /// What has become of a connection since it came.
    enum Progress {
        case silent
        /// It has sent something, and is half open still.
        case talking
        /// It is a vehicle, or gone.
        case over
    }

    mutating func room(now: UInt64, progress: (ConnectionID) -> Progress) -> Room {
        guard isFull else { return .free }
        while head < queue.count, progress(queue[head].id) == .over { head += 1 }
        if head > 1024, head > queue.count / 2 {
            queue.removeFirst(head)
            head = 0
        }
        guard head < queue.count else { return .free }
        let oldest = queue[head]
        for entry in queue[head...].prefix(Self.lookedAt) {
            guard entry.since + graceMilliseconds <= now else { break }
            if progress(entry.id) == .silent { return .after(entry.id) }
        }
        let patience = progress(oldest.id) == .silent ? graceMilliseconds : 2 * graceMilliseconds
        guard oldest.since + patience > now else { return .after(oldest.id) }
        // Looked at again soon: a silent one behind the oldest may be due earlier.
        return .notBefore(min(oldest.since + patience, now + graceMilliseconds))
    }
}
