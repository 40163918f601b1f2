internal import TelemetryModel

/// What a lane has in hand: the records of one delivery and what each means for its ack.
struct LaneBatch {
    /// Nearly always the same for all.
    enum Shares {
        case all(AckShare)
        case each([AckShare])
    }

    private(set) var records: [Record]
    private(set) var bytes: Int
    private var shares: Shares
    /// Where the records stand in the spool, ascending; empty for those that came from memory.
    private(set) var positions: [UInt64] = []
    /// Where the spool goes on after them.
    private(set) var endPosition: UInt64 = 0

    init(records: [Record], bytes: Int, shares: Shares) {
        self.records = records
        self.bytes = bytes
        self.shares = shares
    }

    init(_ submission: Submission) {
        self.init(records: submission.records, bytes: submission.bytes, shares: .all(submission.share))
    }

    /// Records of the spool, whose acks went out when they came there.
    init(_ records: [Record], bytes: Int, positions: [UInt64], end: UInt64) {
        self.init(records: records, bytes: bytes, shares: .all(.none))
        self.positions = positions
        endPosition = end
    }

    func share(at index: Int) -> AckShare {
        switch shares {
        case .all(let share): share
        case .each(let shares): shares[index]
        }
    }

    mutating func append(_ more: ArraySlice<Record>, bytes moreBytes: Int, share: AckShare) {
        switch shares {
        case .all(share):
            break
        case .all(let earlier):
            shares = .each(
                Array(repeating: earlier, count: records.count) + Array(repeating: share, count: more.count)
            )
        case .each(var list):
            shares = .all(.none)
            list.append(contentsOf: repeatElement(share, count: more.count))
            shares = .each(list)
        }
        records.append(contentsOf: more)
        bytes += moreBytes
    }

    /// The records at the indices, in their order.
    func keeping(_ indices: [Int]) -> LaneBatch {
        let kept = indices.map { records[$0] }
        let shares: Shares =
            switch self.shares {
            case .all(let share): .all(share)
            case .each(let list): .each(indices.map { list[$0] })
            }
        var rest = LaneBatch(records: kept, bytes: kept.transportedBytes, shares: shares)
        if !positions.isEmpty { rest.positions = indices.map { positions[$0] } }
        rest.endPosition = endPosition
        return rest
    }
}

extension Sequence where Element == Record {
    /// What the lanes' byte limits count.
    var transportedBytes: Int {
        reduce(0) { $0 &+ $1.transportedBytes }
    }
}

/// Submissions that a lane has collected, cut into batches. Belongs to the lane's thread.
struct LaneDesk {
    private var submissions: [Submission] = []
    private var next = 0
    /// How much of the next submission earlier batches took.
    private var offset = 0

    /// The next batch of what was collected, as large as the settings allow; nil when nothing is left.
    mutating func nextBatch(_ settings: LaneSettings) -> LaneBatch? {
        var batch: LaneBatch?
        while next < submissions.count {
            let records = batch?.records.count ?? 0
            let bytes = batch?.bytes ?? 0
            guard take(into: &batch, records: settings.batchRecordLimit - records, settings.batchByteLimit - bytes)
            else { return batch }
        }
        submissions.removeAll(keepingCapacity: true)
        next = 0
        return batch
    }

    /// Moves what fits of the next submission into the batch.
    ///
    /// - Returns: true when the submission is used up and there may be room for more.
    private mutating func take(into batch: inout LaneBatch?, records: Int, _ bytes: Int) -> Bool {
        let submission = submissions[next]
        if offset == 0, submission.records.count <= records, submission.bytes <= bytes {
            if batch == nil {
                // The usual case: no record is touched.
                batch = LaneBatch(submission)
            } else {
                batch?.append(submission.records[...], bytes: submission.bytes, share: submission.share)
            }
            useUp()
            return true
        }
        var taken = 0
        var end = offset
        while end < submission.records.count, end - offset < max(records, batch == nil ? 1 : 0) {
            let size = submission.records[end].transportedBytes
            // A record that is larger than the limit goes alone.
            guard taken + size <= bytes || (batch == nil && end == offset) else { break }
            taken += size
            end += 1
        }
        guard end > offset else { return false }
        let piece = submission.records[offset..<end]
        if batch == nil {
            batch = LaneBatch(records: Array(piece), bytes: taken, shares: .all(submission.share))
        } else {
            batch?.append(piece, bytes: taken, share: submission.share)
        }
        offset = end
        guard end == submission.records.count else { return false }
        useUp()
        return true
    }

    private mutating func useUp() {
        // What was delivered must not stay in memory because later submissions still wait.
        submissions[next] = Submission(records: [], share: .none, bytes: 0)
        next += 1
        offset = 0
    }

    /// Collects from the buffer when nothing is left here.
    mutating func refill(from buffer: LaneBuffer) -> LaneBuffer.Work {
        buffer.collect(into: &submissions)
    }
}
