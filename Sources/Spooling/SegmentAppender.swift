internal import LinuxSystem
internal import TelemetryModel

/// Records that one caller wants on disk together.
struct SpoolSubmission: Sendable {
    let records: [Record]
    /// Payload and txid bytes of all of them.
    let bytes: Int
    /// Whether the submission waits when there is no room; otherwise it fails.
    let isPatient: Bool
    let completion: @Sendable (Result<Range<UInt64>, SpoolFailure>) -> Void
}

/// Submissions that went to disk with one sync.
struct CommittedPart: Sendable, Hashable {
    /// How many submissions, from the first one on.
    let submissions: Int
    /// Position of the first record.
    let first: UInt64
    /// First position of the segment.
    let segment: UInt64
    let segmentCreatedAt: Int64
    /// Where the first frame starts.
    let offset: Int
    /// What is durable of the segment now.
    let durableBytes: Int
}

/// Writes segments. Belongs to whoever holds its lock, for as long as the disk takes.
///
/// After an error nothing of the failed part is left: the segment is cut back to what is durable, or, when even
/// that fails, given up, and the next part goes to a new one.
struct SegmentAppender {
    private struct Current {
        let file: any SpoolFile
        let header: SegmentHeader
        /// Bytes that are synced; 0 while not even the header is.
        var durableBytes = 0
        var reservedEnd = 0
        /// Whether the file's name is synced.
        var isNamed = false
    }

    private let storage: any SpoolStorage
    private let segmentBytes: Int
    private let generation: UInt64
    private var current: Current?
    private(set) var nextPosition: UInt64
    private var buffer: [UInt8] = []

    init(storage: any SpoolStorage, segmentBytes: Int, generation: UInt64, nextPosition: UInt64) {
        self.storage = storage
        self.segmentBytes = segmentBytes
        self.generation = generation
        self.nextPosition = nextPosition
    }

    /// Writes as many submissions as belong into one segment, at least one, and syncs them.
    ///
    /// - Parameters:
    ///   - room: bytes that may be added.
    ///   - used: bytes there are, for the error.
    mutating func commit(
        _ submissions: ArraySlice<SpoolSubmission>,
        room: Int,
        limit: Int,
        now: Int64
    ) throws(SpoolFailure) -> CommittedPart {
        if let current, isFull(current, with: submissions) { seal() }
        let opened = try openSegment(now)
        let start = opened.durableBytes
        buffer.removeAll(keepingCapacity: true)
        if start == 0 { buffer += opened.header.encoded }
        let offset = start + buffer.count
        let (taken, records) = encode(submissions, opened.header, start: start)
        guard buffer.count <= room else {
            let failure = SpoolFailure.limitReached(used: limit - room, limit: limit, needed: buffer.count)
            if start == 0 { abandon() }
            throw failure
        }
        try write(at: start)
        let first = nextPosition
        nextPosition += UInt64(records)
        current?.durableBytes = start + buffer.count
        if buffer.capacity > 2 * SpoolLimit.commitBytes { buffer = [] }
        return CommittedPart(
            submissions: taken,
            first: first,
            segment: opened.header.first,
            segmentCreatedAt: opened.header.createdAtMilliseconds,
            offset: offset,
            durableBytes: start + buffer.count
        )
    }

    /// Ends the segment, so that the next part begins a new one and this one can be let go.
    mutating func seal() {
        guard let current else { return }
        if current.durableBytes == 0 { return abandon() }
        // Gives back what was reserved; nobody depends on it.
        try? current.file.cut(to: current.durableBytes)
        self.current = nil
    }

    /// Ends the segment and begins the next one without a record, so that this one can be let go.
    mutating func roll(now: Int64) throws(SpoolFailure) -> CommittedPart {
        seal()
        let opened = try openSegment(now)
        buffer = opened.header.encoded
        try write(at: 0)
        current?.durableBytes = buffer.count
        return CommittedPart(
            submissions: 0,
            first: nextPosition,
            segment: opened.header.first,
            segmentCreatedAt: opened.header.createdAtMilliseconds,
            offset: buffer.count,
            durableBytes: buffer.count
        )
    }

    // MARK: Parts of a commit

    private func isFull(_ current: Current, with submissions: ArraySlice<SpoolSubmission>) -> Bool {
        guard let next = submissions.first, current.durableBytes > 0 else { return false }
        if current.durableBytes >= segmentBytes { return true }
        // The limit is a soft one.
        let estimate = next.bytes + next.records.count * SpoolLimit.frameBytes
        return current.durableBytes > SegmentHeader.bytes && current.durableBytes + estimate > segmentBytes
            // 2^32 records of a few bytes each can't be counted by the frames' index.
            || nextPosition - current.header.first > UInt64(UInt32.max) - UInt64(next.records.count)
    }

    private mutating func openSegment(_ now: Int64) throws(SpoolFailure) -> Current {
        if let current { return current }
        while true {
            let header = SegmentHeader(
                first: nextPosition,
                generation: generation,
                salt: .random(),
                createdAtMilliseconds: now
            )
            do throws(SystemCallError) {
                let opened = Current(file: try storage.create(SpoolFileName.segment(nextPosition)), header: header)
                current = opened
                return opened
            } catch {
                guard error.code == SystemCallError.exists else { throw SpoolFailure(writing: error) }
                // Something stands there that could not be moved out of the way. Positions may have gaps.
                nextPosition += 1
            }
        }
    }

    /// Puts frames into the buffer until the segment or the commit is full.
    private mutating func encode(
        _ submissions: ArraySlice<SpoolSubmission>,
        _ header: SegmentHeader,
        start: Int
    ) -> (submissions: Int, records: Int) {
        var taken = 0
        var records = 0
        for submission in submissions {
            let before = buffer.count
            if taken > 0, before >= SpoolLimit.commitBytes { break }
            var index = UInt32(truncatingIfNeeded: nextPosition - header.first) &+ UInt32(records)
            for record in submission.records {
                let frame = RecordFrame.begin(&buffer)
                StoredRecord.append(record, to: &buffer)
                RecordFrame.finish(&buffer, at: frame, index: index, salt: header.salt)
                index &+= 1
            }
            if taken > 0, start + buffer.count > segmentBytes {
                buffer.removeLast(buffer.count - before)
                break
            }
            taken += 1
            records += submission.records.count
        }
        return (taken, records)
    }

    private mutating func write(at start: Int) throws(SpoolFailure) {
        guard let opened = current else { return }
        do throws(SystemCallError) {
            try reserve(opened, upTo: start + buffer.count)
            try opened.file.write(buffer, at: start)
        } catch {
            takeBack(opened)
            throw SpoolFailure(writing: error)
        }
        do throws(SystemCallError) {
            try opened.file.sync()
            if !opened.isNamed { try storage.syncNames() }
            current?.isNamed = true
        } catch {
            // What the disk has of it is not known any more, so nothing is added to this file.
            abandon()
            throw SpoolFailure(writing: error)
        }
    }

    private mutating func reserve(_ opened: Current, upTo end: Int) throws(SystemCallError) {
        guard end > opened.reservedEnd else { return }
        let from = max(opened.reservedEnd, opened.durableBytes)
        let generous = max(end, min(end + SpoolLimit.reservationBytes, segmentBytes))
        if opened.file.reserve(from..<generous) == nil {
            current?.reservedEnd = generous
        } else if let error = opened.file.reserve(from..<end) {
            throw error
        } else {
            current?.reservedEnd = end
        }
    }

    /// Removes the half of a part that may stand behind what is durable.
    private mutating func takeBack(_ opened: Current) {
        guard opened.durableBytes > 0 else { return abandon() }
        do throws(SystemCallError) {
            try opened.file.cut(to: opened.durableBytes)
            current?.reservedEnd = opened.durableBytes
        } catch {
            current = nil
        }
    }

    /// Leaves the segment as it is, without what is not durable if possible.
    private mutating func abandon() {
        guard let opened = current else { return }
        current = nil
        if opened.durableBytes > 0 {
            try? opened.file.cut(to: opened.durableBytes)
        } else {
            // If it stays, recovery finds a segment without acknowledged records.
            try? storage.remove(SpoolFileName.segment(opened.header.first))
        }
    }
}

extension SpoolFailure {
    init(writing error: SystemCallError) {
        self = error.isLackOfRoom ? .diskFull(error) : .unwritable(error)
    }
}
