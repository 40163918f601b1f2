internal import AddressCodec
internal import TelemetryModel

/// The connections of one loop that have not become vehicles yet, in the order in which they came.
///
/// Their number is limited, because a peer without any certificate can open them. When the limit is reached, whoever
/// has been silent for longest makes room, and after twice the time whoever has said something, too. While nobody has
/// kept us waiting for long, newcomers wait in the kernel's queue instead: then it is a crowd of honest vehicles, and
/// we are the slow ones.
///
/// An address that has more than half of the places gets little patience, so that one peer can't keep all others in
/// that queue: whoever of it has said nothing for ``crowdMilliseconds`` makes room. What has been sent is read in every
/// turn, so this silence is the peer's own.
struct HalfOpenConnections {
    private let limit: Int
    private let graceMilliseconds: UInt64
    /// How many of the oldest are looked at for a silent one.
    private static let lookedAt = 256
    /// A handshake's answers are a round trip apart, on mobile links too; an address with so many connections at once
    /// is a flood, or a proxy near us.
    static let crowdMilliseconds: UInt64 = 500

    private struct Entry {
        let id: ConnectionID
        let since: UInt64
        /// Nil for a trusted proxy, which may have as many as it likes.
        let household: IPAddress?
    }

    private var queue: [Entry] = []
    private var head = 0
    private var households: [IPAddress: Int] = [:]
    private(set) var count = 0

    /// - Parameters:
    ///   - limit: of this loop.
    ///   - graceMilliseconds: how long a connection is left alone, however many others come.
    init(limit: Int, graceMilliseconds: Int) {
        self.limit = max(1, limit)
        self.graceMilliseconds = UInt64(max(1, graceMilliseconds))
    }

    var isFull: Bool { count >= limit }

    /// - Parameter household: whose address it is; nil for a trusted proxy's.
    mutating func add(_ id: ConnectionID, from household: IPAddress?, now: UInt64) {
        queue.append(Entry(id: id, since: now, household: household))
        count += 1
        if let household { households[household, default: 0] += 1 }
    }

    /// A connection has become a vehicle, or ended.
    ///
    /// - Parameter household: as it was added.
    mutating func leave(_ household: IPAddress?) {
        count -= 1
        if let household, let left = households[household] { households[household] = left > 1 ? left - 1 : nil }
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
        /// It has sent something, last at that moment in milliseconds, and is half open still.
        case talking(UInt64)
        /// It is a vehicle, or gone.
        case over
    }

    mutating func room(now: UInt64, progress: (ConnectionID) -> Progress) -> Room {
        guard isFull else { return .free }
        forgetOldest { if case .over = progress($0) { true } else { false } }
        guard head < queue.count else { return .free }
        var soonest = UInt64.max
        for (place, entry) in queue[head...].prefix(Self.lookedAt).enumerated() {
            guard let due = due(entry, progress(entry.id), isOldest: place == 0) else { continue }
            // The oldest may have its say for twice as long, unless nobody else is to go.
            if due.isFirst, due.time <= now { return .after(entry.id) }
            soonest = min(soonest, due.time)
        }
        guard soonest > now else { return .after(queue[head].id) }
        // Looked at again soon: one behind those that were looked at may be due earlier.
        return .notBefore(min(soonest, now + graceMilliseconds))
    }

    /// When an entry has to go; nil for never.
    ///
    /// - Returns: with whether it goes before the oldest of those who talk.
    private func due(_ entry: Entry, _ progress: Progress, isOldest: Bool) -> (time: UInt64, isFirst: Bool)? {
        let graceEnds = entry.since + graceMilliseconds
        switch progress {
        case .over: return nil
        case .silent:
            return (isCrowding(entry) ? min(graceEnds, entry.since + Self.crowdMilliseconds) : graceEnds, true)
        case .talking(let heardAt):
            if isCrowding(entry) { return (min(graceEnds, heardAt + Self.crowdMilliseconds), true) }
            return isOldest ? (graceEnds + graceMilliseconds, false) : nil
        }
    }

    private func isCrowding(_ entry: Entry) -> Bool {
        entry.household.flatMap { households[$0] }.map { $0 > limit / 2 } ?? false
    }

    private mutating func forgetOldest(while isOver: (ConnectionID) -> Bool) {
        while head < queue.count, isOver(queue[head].id) { head += 1 }
        if head > 1024, head > queue.count / 2 {
            queue.removeFirst(head)
            head = 0
        }
    }
}
