internal import TelemetryModel

/// One segment as the running spool knows it.
struct Segment: Sendable, Hashable {
    let first: UInt64
    /// Position after the last record.
    var end: UInt64
    /// Readable bytes, header included; always at the end of a frame while the segment grows.
    var bytes: Int
    let createdAtMilliseconds: Int64
    var isDamaged = false

    var name: String { SpoolFileName.segment(first) }
}

/// Records of one commit that are still in memory, and where they lie on disk.
struct RecentRecords: Sendable {
    let first: UInt64
    let records: [Record]
    let bytes: Int
    let segment: UInt64
    let offset: Int

    var end: UInt64 { first + UInt64(records.count) }
}

/// How far one dispatcher is.
struct CursorState: Sendable {
    let dispatcher: String
    /// Whether the configuration has the dispatcher: only then are segments kept for it.
    let isKnown: Bool
    /// Position of the first record that is not delivered.
    var delivered: UInt64
    /// What its file says.
    var saved: UInt64
    /// When the record at `delivered` was received, as far as that is known.
    var oldestReceivedAt: Int64?
    /// Whether somebody waits for records.
    var isAsleep = false
    var wake: (@Sendable () -> Void)?

    var isDirty: Bool { delivered != saved }
}

/// Everything about a spool that its threads share: which segments there are, what is durable, where the cursors
/// are. Guarded by one lock, held for moments and never during input or output.
struct SpoolLedger: Sendable {
    /// What a cursor finds at its position.
    enum View {
        /// Everything durable was read.
        case nothing
        case memory(ArraySlice<Record>, first: UInt64, segment: UInt64, offset: Int)
        case disk(Segment)
    }

    private let settings: SpoolSettings
    /// Ascending; positions between two of them belong to nobody.
    private(set) var segments: [Segment]
    /// Position of the next record; everything before is durable.
    private(set) var end: UInt64
    private(set) var totalBytes: Int
    private(set) var cursors: [CursorState]
    private var recent: [RecentRecords] = []
    private var recentStart = 0
    private var recentRecords = 0
    private var recentBytes = 0
    /// Whether the keeper sleeps until somebody rings.
    var isKeeperIdle = false
    var isClosed = false

    init(_ settings: SpoolSettings, segments: [Segment], end: UInt64, cursors: [CursorState]) {
        self.settings = settings
        self.segments = segments
        self.end = end
        self.cursors = cursors
        totalBytes = segments.reduce(0) { $0 + $1.bytes }
    }

    var room: Int { settings.maxBytes - totalBytes }

    // MARK: Growing

    /// A part of a commit is durable.
    ///
    /// - Returns: whom to wake.
    mutating func apply(_ part: CommittedPart, records: [Record], bytes: Int) -> [@Sendable () -> Void] {
        let partEnd = part.first + UInt64(records.count)
        if let last = segments.indices.last, segments[last].first == part.segment {
            totalBytes += part.durableBytes - segments[last].bytes
            segments[last].bytes = part.durableBytes
            segments[last].end = partEnd
        } else {
            segments.append(
                Segment(
                    first: part.segment,
                    end: partEnd,
                    bytes: part.durableBytes,
                    createdAtMilliseconds: part.segmentCreatedAt
                )
            )
            totalBytes += part.durableBytes
        }
        end = partEnd
        guard !records.isEmpty else { return [] }
        remember(
            RecentRecords(
                first: part.first,
                records: records,
                bytes: bytes,
                segment: part.segment,
                offset: part.offset
            )
        )
        var wakes: [@Sendable () -> Void] = []
        for index in cursors.indices where cursors[index].isAsleep {
            cursors[index].isAsleep = false
            if let wake = cursors[index].wake { wakes.append(wake) }
        }
        return wakes
    }

    private mutating func remember(_ more: RecentRecords) {
        recent.append(more)
        recentRecords += more.records.count
        recentBytes += more.bytes
        while recentStart < recent.count, recentRecords > settings.memoryRecords || recentBytes > settings.memoryBytes {
            forgetOldest()
        }
        compact()
    }

    private mutating func forgetOldest() {
        recentRecords -= recent[recentStart].records.count
        recentBytes -= recent[recentStart].bytes
        // Its records must go now, not when the array is compacted.
        recent[recentStart] = RecentRecords(first: 0, records: [], bytes: 0, segment: 0, offset: 0)
        recentStart += 1
    }

    private mutating func compact() {
        guard recentStart > 64, recentStart * 2 > recent.count else { return }
        recent.removeFirst(recentStart)
        recentStart = 0
    }

    // MARK: Reading

    /// What lies at a position that is not beyond the end.
    mutating func view(at position: UInt64, recordLimit: Int) -> View {
        guard position < end else { return .nothing }
        if let index = recentIndex(of: position) {
            let found = recent[index]
            let start = Int(position - found.first)
            return .memory(
                found.records[start..<min(found.records.count, start + recordLimit)],
                first: position,
                segment: found.segment,
                offset: found.offset
            )
        }
        return segment(at: position).map { .disk($0) } ?? .nothing
    }

    private func recentIndex(of position: UInt64) -> Int? {
        guard recentStart < recent.count, position >= recent[recentStart].first else { return nil }
        var low = recentStart
        var high = recent.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if recent[middle].first <= position { low = middle } else { high = middle }
        }
        return position < recent[low].end ? low : nil
    }

    /// The segment that holds the position, or the next one after it.
    func segment(at position: UInt64) -> Segment? {
        segments.first { position < $0.end }
    }

    mutating func markDamaged(_ segment: UInt64) {
        for index in segments.indices where segments[index].first == segment { segments[index].isDamaged = true }
    }

    // MARK: Cursors

    /// - Parameter isJump: the position may also be an earlier one.
    /// - Returns: true when the keeper must be rung.
    mutating func advance(
        _ cursor: Int,
        to position: UInt64,
        lastReceivedAt: Int64? = nil,
        isJump: Bool = false
    ) -> Bool {
        let target = min(position, end)
        guard isJump ? target != cursors[cursor].delivered : target > cursors[cursor].delivered else { return false }
        cursors[cursor].delivered = target
        cursors[cursor].oldestReceivedAt = lastReceivedAt
        forgetDelivered()
        defer { isKeeperIdle = false }
        return isKeeperIdle
    }

    /// What every cursor has passed needs no memory.
    private mutating func forgetDelivered() {
        let passed = cursors.lazy.filter(\.isKnown).map(\.delivered).min() ?? end
        while recentStart < recent.count, recent[recentStart].end <= passed { forgetOldest() }
        compact()
    }

    /// Changes what is known of one cursor besides its position.
    mutating func update<Value>(_ cursor: Int, _ change: (inout CursorState) -> Value) -> Value {
        change(&cursors[cursor])
    }

    /// Those of configured dispatchers come first, so the places of these don't change.
    ///
    /// - Returns: false for a cursor that is in use, or not there.
    mutating func removeUnknownCursor(of dispatcher: String) -> Bool {
        guard let index = cursors.firstIndex(where: { $0.dispatcher == dispatcher && !$0.isKnown }) else {
            return false
        }
        cursors.remove(at: index)
        return true
    }

    func lag(_ cursor: Int, now: Int64) -> SpoolLag {
        let state = cursors[cursor]
        guard state.delivered < end else { return SpoolLag(records: 0, seconds: 0) }
        // Of a dispatcher that has not read yet only the segment is known, which is older than its records.
        var received = state.oldestReceivedAt ?? segment(at: state.delivered)?.createdAtMilliseconds
        if let index = recentIndex(of: state.delivered) {
            let found = recent[index]
            received = found.records[Int(state.delivered - found.first)].receivedAt.rawValue
        }
        let age = received.map { max(0, now.subtractingReportingOverflow($0).partialValue) } ?? 0
        return SpoolLag(records: Int(clamping: end - state.delivered), seconds: Double(age) / 1000)
    }

    // MARK: Shrinking

    /// Takes the segments off the list that nobody needs: passed by every cursor whose dispatcher is configured, as
    /// its file says, and old enough. The newest one stays: it tells after a restart where positions go on.
    ///
    /// - Parameter needed: for so much room segments go before `retain_seconds` are over.
    mutating func releaseSegments(needed: Int, now: Int64) -> [Segment] {
        let passed = cursors.lazy.filter(\.isKnown).map { min($0.saved, $0.delivered) }.min() ?? end
        let retained = Int64(settings.retainSeconds) * 1000
        var released: [Segment] = []
        while segments.count > 1, segments[0].end <= passed {
            let isOld = now - segments[1].createdAtMilliseconds >= retained
            guard isOld || room < needed else { break }
            totalBytes -= segments[0].bytes
            released.append(segments.removeFirst())
        }
        return released
    }

    /// Whether the segment that grows holds nothing that a cursor still needs.
    var isNewestPassed: Bool {
        guard let newest = segments.last else { return false }
        return cursors.allSatisfy { !$0.isKnown || min($0.saved, $0.delivered) >= newest.end }
    }

    /// Whether the oldest segment has records, and all of them are delivered, whatever the cursors' files say.
    var isOldestDelivered: Bool {
        guard let oldest = segments.first, oldest.end > oldest.first else { return false }
        return cursors.allSatisfy { !$0.isKnown || $0.delivered >= oldest.end }
    }

    /// When the oldest passed segment's time is over; nil when there is none.
    func nextRelease() -> Int64? {
        guard settings.retainSeconds > 0, segments.count > 1 else { return nil }
        let passed = cursors.lazy.filter(\.isKnown).map(\.saved).min() ?? end
        guard segments[0].end <= passed else { return nil }
        return segments[1].createdAtMilliseconds + Int64(settings.retainSeconds) * 1000
    }
}

/// How far a dispatcher is behind.
package struct SpoolLag: Sendable, Hashable {
    /// Durable records that are not delivered.
    package let records: Int
    /// Age of the oldest of them; 0 when there is none.
    package let seconds: Double

    package init(records: Int, seconds: Double) {
        self.records = records
        self.seconds = seconds
    }
}
