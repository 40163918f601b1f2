internal import LinuxSystem
internal import Observability
internal import Synchronization
package import TelemetryModel

/// Records that a cursor hands out together, oldest first. Never empty.
package struct SpoolBatch: Sendable {
    package let records: [Record]
    /// As many as records, ascending; gaps are records that damage has taken.
    package let positions: [UInt64]
    /// Payload and txid bytes.
    package let bytes: Int

    /// What to advance to when the first `count` records are delivered.
    package func position(afterDelivering count: Int) -> UInt64 {
        count == 0 ? positions[0] : positions[min(count, positions.count) - 1] + 1
    }

    /// What to advance to when all are.
    package var end: UInt64 { position(afterDelivering: positions.count) }
}

/// One dispatcher's way through the spool. Used by one thread at a time.
///
/// Reading goes ahead of delivering: ``read(recordLimit:byteLimit:)`` continues after what it handed out last, and
/// ``advance(to:)`` says what is delivered. Only the latter is written down, so that after a crash everything that
/// was not delivered comes again.
package final class SpoolCursor: Sendable {
    package let dispatcher: String
    private let spool: Spool
    private let index: Int
    private let reading: Mutex<Reading>

    private struct Reading: Sendable {
        var next: UInt64
        /// What was handed out ends here.
        var handedOut: UInt64
        var reader: SegmentReader?
        /// Where a commit starts that lies before `next`, so that a reader need not begin at the segment's start.
        var hint: (segment: UInt64, offset: Int)?
        var sources = SourceCache()

        mutating func move(to position: UInt64) {
            next = position
            handedOut = position
            reader = nil
            hint = nil
        }
    }

    init(_ spool: Spool, index: Int, dispatcher: String, position: UInt64) {
        self.spool = spool
        self.index = index
        self.dispatcher = dispatcher
        reading = Mutex(Reading(next: position, handedOut: position))
    }

    /// The next durable records.
    ///
    /// - Parameters:
    ///   - recordLimit: at least 1.
    ///   - byteLimit: a larger record comes alone.
    /// - Returns: nil when everything durable was handed out; the cursor's `wake` is called when that changes.
    package func read(recordLimit: Int, byteLimit: Int) throws(SpoolFailure) -> SpoolBatch? {
        let result = reading.withLock { reading in
            Result { () throws(SpoolFailure) in
                try read(&reading, BatchDraft(recordLimit: max(1, recordLimit), byteLimit: byteLimit))
            }
        }
        return try result.get()
    }

    /// Records before the position are delivered, or are dead letters that are safe.
    package func advance(to position: UInt64, lastReceivedAt: UnixMilliseconds? = nil) {
        let mustRing = spool.ledger.withLock {
            $0.advance(index, to: position, lastReceivedAt: lastReceivedAt?.rawValue)
        }
        if mustRing { spool.keeperBell.raise() }
    }

    /// The whole batch is delivered.
    package func advance(past batch: SpoolBatch) {
        advance(to: batch.end, lastReceivedAt: batch.records.last?.receivedAt)
    }

    /// Reads again from the first record that is not delivered.
    package func rewind() {
        let position = delivered
        reading.withLock { $0.move(to: position) }
    }

    /// Goes to any position, back for a replay or forward to leave records out, and takes it for delivered so far.
    package func jump(to position: UInt64) {
        let (mustRing, target) = spool.ledger.withLock { ledger in
            let mustRing = ledger.advance(index, to: position, isJump: true)
            return (mustRing, ledger.cursors[index].delivered)
        }
        reading.withLock { $0.move(to: target) }
        if mustRing { spool.keeperBell.raise() }
    }

    /// Position of the first record that is not delivered.
    package var delivered: UInt64 { spool.ledger.withLock { $0.cursors[index].delivered } }

    package var lag: SpoolLag { spool.lag(ofCursor: index) }

    // MARK: Reading

    private func read(_ reading: inout Reading, _ draft: consuming BatchDraft) throws(SpoolFailure) -> SpoolBatch? {
        var draft = draft
        while !draft.isFull {
            let wanted = draft.recordLimit - draft.records.count
            let view = spool.ledger.withLock { ledger in
                let view = ledger.view(at: reading.next, recordLimit: wanted)
                if case .nothing = view, draft.records.isEmpty { ledger.update(index) { $0.isAsleep = true } }
                return view
            }
            switch view {
            case .nothing:
                guard draft.records.isEmpty else { return finish(&reading, draft) }
                return nil
            case .memory(let records, let first, let segment, let offset):
                let taken = draft.take(records, first: first)
                reading.reader = nil
                reading.hint = (segment, offset)
                reading.next = first + UInt64(taken)
                if taken < records.count { return finish(&reading, draft) }
            case .disk(let segment):
                do throws(SystemCallError) {
                    try read(segment, &reading, &draft)
                } catch {
                    // What was read so far is good.
                    guard draft.records.isEmpty else { return finish(&reading, draft) }
                    throw .unreadable(error)
                }
            }
        }
        return finish(&reading, draft)
    }

    private func finish(_ reading: inout Reading, _ draft: consuming BatchDraft) -> SpoolBatch {
        let batch = SpoolBatch(records: draft.records, positions: draft.positions, bytes: draft.bytes)
        reading.handedOut = batch.end
        let oldest = batch.records[0].receivedAt.rawValue
        let first = batch.positions[0]
        spool.ledger.withLock { ledger in
            ledger.update(index) { state in
                if state.delivered == first { state.oldestReceivedAt = oldest }
            }
        }
        return batch
    }

    /// Reads on in one segment until the draft is full or the segment ends.
    private func read(
        _ segment: Segment,
        _ reading: inout Reading,
        _ draft: inout BatchDraft
    ) throws(SystemCallError) {
        if reading.next < segment.first { skip(to: segment.first, &reading, draft) }
        guard try openReader(segment, &reading) else { return skip(to: segment.end, &reading, draft) }
        defer { reportDamage(segment, &reading) }
        do throws(SystemCallError) {
            while !draft.isFull {
                guard let found = try reading.reader?.next(limit: segment.bytes, before: segment.end) else {
                    return skip(to: segment.end, &reading, draft)
                }
                take(found, segment, &reading, &draft)
            }
        } catch {
            guard !error.isTransient else {
                reading.reader = nil
                throw error
            }
            loseRest(of: segment, offset: reading.reader?.offset ?? 0, &reading)
            skip(to: segment.end, &reading, draft)
        }
    }

    private func take(
        _ found: SegmentReader.Found,
        _ segment: Segment,
        _ reading: inout Reading,
        _ draft: inout BatchDraft
    ) {
        let position = segment.first + UInt64(found.index)
        // A reader that began at a hint, or at the segment's start, passes records that were delivered.
        guard position >= reading.next else { return }
        guard let chunk = reading.reader?.chunk else { return }
        guard let stored = StoredRecord.read(chunk, found.body, sources: &reading.sources) else {
            spool.meters.undecodable.add()
            spool.noteDamage(
                .damaged(segment: segment.name, offset: found.offset, bytes: found.count),
                segment: segment.first
            )
            return
        }
        draft.take(stored.record(spool.readContent(stored)), at: position)
        reading.next = position + 1
    }

    /// - Returns: false when the segment is not there or is none any more.
    private func openReader(_ segment: Segment, _ reading: inout Reading) throws(SystemCallError) -> Bool {
        if let reader = reading.reader, reader.header.first == segment.first { return true }
        let hint = reading.hint
        reading.hint = nil
        do throws(SystemCallError) {
            switch try SegmentReader.open(segment.name, in: spool.storage) {
            case .success(var reader):
                if let hint, hint.segment == segment.first { reader.start(at: hint.offset) }
                reading.reader = reader
                return true
            case .failure:
                loseRest(of: segment, offset: 0, &reading)
                return false
            }
        } catch {
            guard !error.isTransient else { throw error }
            loseRest(of: segment, offset: 0, &reading)
            return false
        }
    }

    private func loseRest(of segment: Segment, offset: Int, _ reading: inout Reading) {
        reading.reader = nil
        spool.noteDamage(
            .damaged(segment: segment.name, offset: offset, bytes: max(0, segment.bytes - offset)),
            segment: segment.first
        )
    }

    private func reportDamage(_ segment: Segment, _ reading: inout Reading) {
        for range in reading.reader?.takeDamage() ?? [] {
            spool.noteDamage(
                .damaged(segment: segment.name, offset: range.lowerBound, bytes: range.count),
                segment: segment.first
            )
        }
    }

    /// Goes on behind positions that hold nothing. When everything before them is delivered, so are they: nothing
    /// else would ever let their segment go.
    private func skip(to position: UInt64, _ reading: inout Reading, _ draft: borrowing BatchDraft) {
        guard position > reading.next else { return }
        reading.next = position
        guard draft.records.isEmpty else { return }
        let handedOut = reading.handedOut
        let mustRing = spool.ledger.withLock { ledger in
            guard ledger.cursors[index].delivered >= handedOut else { return false }
            return ledger.advance(index, to: position)
        }
        if mustRing { spool.keeperBell.raise() }
    }
}

extension SystemCallError {
    /// Whether the same call may succeed a little later without anybody having done anything to the file.
    fileprivate var isTransient: Bool { SystemCallError.transientCodes.contains(code) }
}

/// A batch that is being collected.
private struct BatchDraft {
    let recordLimit: Int
    let byteLimit: Int
    private(set) var records: [Record] = []
    private(set) var positions: [UInt64] = []
    private(set) var bytes = 0

    init(recordLimit: Int, byteLimit: Int) {
        self.recordLimit = recordLimit
        self.byteLimit = byteLimit
    }

    var isFull: Bool { records.count >= recordLimit || (bytes >= byteLimit && !records.isEmpty) }

    mutating func take(_ record: Record, at position: UInt64) {
        records.append(record)
        positions.append(position)
        bytes += record.transportedBytes
    }

    /// - Returns: how many of them fit.
    mutating func take(_ more: ArraySlice<Record>, first: UInt64) -> Int {
        var taken = 0
        for record in more {
            if isFull { break }
            take(record, at: first + UInt64(taken))
            taken += 1
        }
        return taken
    }
}
