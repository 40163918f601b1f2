internal import LinuxSystem

/// Submissions on their way to the writer.
struct SpoolQueue: Sendable {
    enum Offer {
        /// Taken; the writer must be rung when the flag says so.
        case taken(mustRing: Bool, isFull: Bool)
        case refused(SpoolFailure)
    }

    /// What the writer does, which decides who rings it.
    private enum Writer {
        case working
        /// Sleeps until so many records wait.
        case asleep(untilRecords: Int)
    }

    private let limitBytes: Int
    private var waiting: [SpoolSubmission] = []
    private(set) var records = 0
    private(set) var bytes = 0
    private var writer = Writer.working
    private(set) var isClosed = false

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    var isEmpty: Bool { waiting.isEmpty }
    var isFull: Bool { bytes >= limitBytes }
    /// With room for what was in the loops' hands when it filled.
    var isHalfEmpty: Bool { bytes <= limitBytes / 2 }

    mutating func offer(_ submission: SpoolSubmission) -> Offer {
        guard !isClosed else { return .refused(.closed) }
        guard bytes < 2 * limitBytes else { return .refused(.crowded(waitingBytes: bytes)) }
        waiting.append(submission)
        records += submission.records.count
        bytes += submission.bytes
        var mustRing = false
        if case .asleep(let wanted) = writer, submission.isPatient, records >= wanted {
            writer = .working
            mustRing = true
        }
        return .taken(mustRing: mustRing, isFull: isFull)
    }

    /// Everything that waits.
    mutating func takeAll() -> [SpoolSubmission] {
        defer {
            waiting = []
            records = 0
            bytes = 0
        }
        return waiting
    }

    /// What could not be written goes back to the front.
    mutating func putBack(_ submissions: some Collection<SpoolSubmission>) {
        guard !submissions.isEmpty else { return }
        waiting = Array(submissions) + waiting
        for submission in submissions {
            records += submission.records.count
            bytes += submission.bytes
        }
    }

    /// - Returns: false when there is no reason to sleep any more.
    mutating func sleep(untilRecords wanted: Int) -> Bool {
        guard !isClosed, records < wanted else { return false }
        writer = .asleep(untilRecords: wanted)
        return true
    }

    mutating func wake() {
        writer = .working
    }

    mutating func close() {
        isClosed = true
        writer = .working
    }
}
