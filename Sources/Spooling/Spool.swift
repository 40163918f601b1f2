// The spool: records on disk between vehicles and dispatchers, so that an ack is a promise.
//
// Limits
//   max_bytes of segments (each of segment_bytes, overshot by at most one submission), 2 MiB per record, 64 MiB of
//   records waiting for the disk, 16,384 records or 16 MiB of the newest records also in memory. At max_bytes or on a
//   full disk nothing is dropped: `hasRoom` is false, patient submissions wait, others fail, and all goes on by itself
//   when there is room.
//
// Layout of the directory (numbers little-endian; the types named tell each byte)
//   spool.lock                       held by the process that writes
//   00000000000000004711.segment     records from position 4711 on: SegmentHeader twice, then RecordFrames, each with
//                                    a StoredRecord; every opening of the directory begins a new one
//   kafka.cursor                     CursorFile: the first position that dispatcher `kafka` has not delivered
//   *.segment.quarantined            what could not be read, or had damage in it, for people to look at
//   dead-letters.log                 DeadLetterFile: records that a dispatcher refuses for good, with the reason
//   *.tmp                            halves of replaced files, removed at the next start
// Positions number the records of a spool from 0, never go back while it is open, and may have gaps.
//
// Writing
//   Event loops or lanes hand over submissions. The writer's thread, or that of a lane that waits for its own, takes
//   all there are, writes them with one call and one fdatasync per segment, and only then completes them. While a sync
//   runs the next ones gather. A file's name is synced before the first record in it counts as durable. A part that
//   fails is cut off again; after a failed fdatasync the segment is given up, because what it holds is not known any
//   more, and the same records go to a new one.
//
// Reading
//   Each dispatcher has a cursor: it reads durable records in order of position, from memory when it follows closely
//   and from the segments when it does not, and is advanced when records are delivered. The keeper's thread writes the
//   positions down every 200 ms and deletes segments that every configured dispatcher's file has passed and that
//   retain_seconds don't keep. After a crash at most what was delivered since the last writing comes again. Cursors of
//   dispatchers that are not configured keep nothing; they stay until somebody drops them.
//
// Recovery
//   Only the newest segment can end in the middle of a frame. It is read through, cut after its last whole record, and
//   not written to again. A segment whose two headers are both damaged is renamed to *.quarantined. Damage anywhere
//   else costs the records whose own bytes it hits: readers look for the next whole frame, and the file is kept as
//   *.quarantined when its good records are delivered. A cursor that points to nothing goes to the nearest record. All
//   of it is reported in `findings`; only a directory that can't be used keeps a spool from opening.
//
// Locks, outer before inner: `appender` (a turn of writing), `saving` (cursors' files), then one of ledger,
// queue, room. A cursor's own lock is outer to the ledger's. Only under `appender`, `saving` and a
// cursor's own lock is there input or output.

internal import LinuxSystem
package import Observability
internal import Synchronization
package import TelemetryModel

/// Records on disk, in the order in which they came. See the head of this file.
///
/// Once ``start(whenRoomChanges:)`` was called the spool lives until ``close()``, whoever lets go of it.
package final class Spool: Sendable {
    /// Decodes a payload when a record is read from disk.
    package typealias ContentReader = @Sendable (StoredRecord) -> RecordContent

    let settings: SpoolSettings
    let storage: any SpoolStorage
    let log: Log
    let meters: SpoolMeters
    let readContent: ContentReader
    let ledger: Mutex<SpoolLedger>

    /// Held while cursors' files are written.
    let saving = Mutex(())

    let appender: Mutex<SegmentAppender>
    let reserve: DiskReserve
    let queue: Mutex<SpoolQueue>
    let writerBell = ThreadSignal()
    let keeperBell = ThreadSignal()
    let room = Mutex(Room())
    /// A copy of what `room` knows, for loops that ask per record.
    let isOpenForRecords = Atomic<Bool>(true)
    let threads = Mutex(Threads())

    /// What recovery found; empty after a clean end.
    package let findings: [SpoolFinding]

    struct Room: Sendable {
        /// Why the last write failed, until one succeeds or room is seen.
        var failure: SpoolFailure?
        var failedAt: Int64 = 0
        /// More waits for the disk than should.
        var isCrowded = false
        var changed: (@Sendable (Bool) -> Void)?
    }

    struct Threads: Sendable {
        var writer: LoopThread?
        var keeper: LoopThread?
        var isClosed = false
    }

    /// Opens the directory, repairs what a crash left, and reads the cursors. No thread runs yet.
    ///
    /// - Parameters:
    ///   - dispatchers: all that have a cursor; segments are kept for these.
    ///   - storage: the directory of the settings when nothing is given.
    ///   - readContent: called on the threads that read cursors, for records that are no longer in memory.
    package init(
        _ settings: SpoolSettings,
        dispatchers: [String],
        storage: (any SpoolStorage)? = nil,
        log: Log = .silent,
        metrics: MetricRegistry = MetricRegistry(),
        readContent: @escaping ContentReader = { _ in .opaque }
    ) throws(SpoolOpeningError) {
        let settings = settings.checked
        let storage = storage ?? DirectoryStorage(directory: settings.directory)
        try storage.acquire()
        let outcome: SpoolRecovery.Outcome
        do throws(SpoolOpeningError) {
            outcome = try SpoolRecovery.run(storage, dispatchers: dispatchers, now: WallClock.milliseconds)
        } catch {
            storage.release()
            throw error
        }
        self.settings = settings
        self.storage = storage
        reserve = DiskReserve(storage)
        self.log = log
        self.readContent = readContent
        meters = SpoolMeters(metrics)
        findings = outcome.findings
        ledger = Mutex(
            SpoolLedger(settings, segments: outcome.segments, end: outcome.end, cursors: outcome.cursors)
        )
        appender = Mutex(
            SegmentAppender(
                storage: storage,
                segmentBytes: settings.segmentBytes,
                generation: outcome.generation,
                nextPosition: outcome.end
            )
        )
        queue = Mutex(SpoolQueue(limitBytes: settings.waitingBytes))
        report(outcome)
        registerGauges(with: metrics)
    }

    private func report(_ outcome: SpoolRecovery.Outcome) {
        log.observe(
            .spoolOpened,
            [
                "directory": .text(storage.location),
                "segments": .count(outcome.segments.count),
                "bytes": .count(outcome.segments.reduce(0) { $0 + $1.bytes }),
                "position": .count(outcome.end),
            ]
        )
        for finding in outcome.findings {
            log.observe(.spoolRepaired, ["directory": .text(storage.location), "finding": .text("\(finding)")])
        }
    }

    private func registerGauges(with metrics: MetricRegistry) {
        metrics.gauge("spool_bytes", help: "Bytes of all segments.") { [weak self] in
            self.map { Double($0.ledger.withLock { $0.totalBytes }) } ?? 0
        }
        metrics.gauge("spool_segments", help: "Segments on disk.") { [weak self] in
            self.map { Double($0.ledger.withLock { $0.segments.count }) } ?? 0
        }
        metrics.gauge("spool_has_room", help: "0 while records can't be written, so that vehicles are not read.") {
            [weak self] in self?.hasRoom == false ? 0 : 1
        }
        let known = ledger.withLock { $0.cursors.filter(\.isKnown).map(\.dispatcher) }
        for (index, dispatcher) in known.enumerated() {
            metrics.gauge(
                "spool_lag_records",
                help: "Records on disk that the dispatcher has not taken.",
                labels: [("dispatcher", dispatcher)]
            ) { [weak self] in Double(self?.lag(ofCursor: index).records ?? 0) }
            metrics.gauge(
                "spool_lag_seconds",
                help: "Age of the oldest record on disk that the dispatcher has not taken.",
                labels: [("dispatcher", dispatcher)]
            ) { [weak self] in self?.lag(ofCursor: index).seconds ?? 0 }
        }
    }

    // MARK: Writing

    /// Whether vehicles should be read: false while records can't be written, or while too many wait for it.
    ///
    /// Costs one load. What is submitted although it is false waits, up to twice the limit.
    package var hasRoom: Bool { isOpenForRecords.load(ordering: .relaxed) }

    /// Who has more bytes than this, frames included, hands them over one part after the other: a submission is
    /// written as a whole, and one that is larger than the spool would wait for ever.
    package var submissionBytes: Int { settings.submissionBytes }

    /// Hands over records of any connections, oldest first. Never waits.
    ///
    /// The submission waits for room as long as that takes. It fails only when a record is too large, when far more
    /// waits than may, or when the spool is closed before there is room.
    ///
    /// - Parameter completion: called once, with the positions when the records are durable. Called on the thread that
    ///   wrote them, or before this method returns; it must neither wait nor call ``append(_:)``.
    package func submit(
        _ records: [Record],
        completion: @escaping @Sendable (Result<Range<UInt64>, SpoolFailure>) -> Void
    ) {
        offer(records, isPatient: true, completion)
    }

    /// Writes records and returns when they are durable: a dispatcher's delivery.
    ///
    /// Blocks the calling thread, which does the writing unless another is at it. Unlike ``submit(_:completion:)`` it
    /// fails at once when there is no room.
    package func append(_ records: [Record]) throws(SpoolFailure) -> Range<UInt64> {
        let answer = AppendAnswer()
        offer(records, isPatient: false) { answer.give($0) }
        appender.withLock { appender in
            // Whoever had the turn before may have written these records with his own.
            if answer.result == nil { _ = commitWaiting(&appender) }
        }
        // A turn answers everybody who does not wait for room, so the answer is there.
        return try (answer.result ?? .failure(.closed)).get()
    }

    private func offer(
        _ records: [Record],
        isPatient: Bool,
        _ completion: @escaping @Sendable (Result<Range<UInt64>, SpoolFailure>) -> Void
    ) {
        var bytes = 0
        for record in records {
            let size = record.transportedBytes
            guard size <= SpoolLimit.recordBytes else { return completion(.failure(.tooLarge(bytes: size))) }
            bytes += size
        }
        guard !records.isEmpty else { return completion(.success(0..<0)) }
        let submission = SpoolSubmission(
            records: records,
            bytes: bytes,
            isPatient: isPatient,
            completion: completion
        )
        switch queue.withLock({ $0.offer(submission) }) {
        case .refused(let failure):
            completion(.failure(failure))
        case .taken(let mustRing, let isFull):
            if mustRing { writerBell.raise() }
            if isFull { noteRoom { $0.isCrowded = true } }
        }
    }

    /// Why records can't be written; nil when they can.
    package var blocked: SpoolFailure? { room.withLock { $0.failure } }
}

/// What became of a submission whose caller waits.
private final class AppendAnswer: Sendable {
    private let answer = Mutex<Result<Range<UInt64>, SpoolFailure>?>(nil)

    func give(_ result: Result<Range<UInt64>, SpoolFailure>) {
        answer.withLock { $0 = result }
    }

    var result: Result<Range<UInt64>, SpoolFailure>? { answer.withLock { $0 } }
}
