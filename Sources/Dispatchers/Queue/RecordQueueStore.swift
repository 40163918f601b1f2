internal import Dispatching
internal import LinuxSystem
internal import Synchronization
internal import TelemetryModel

/// What stands behind one ``RecordQueue``: filled by the dispatcher on its lane's thread, emptied by consumers.
final class RecordQueueStore: Sendable {
    private struct State {
        /// From `first` on, oldest first; what lies before is taken already.
        var records: [Record?] = []
        var first = 0
        var dropped = 0
        var isEnded = false
        /// Only while no record waits.
        var tasks: [(id: UInt64, continuation: CheckedContinuation<Record?, Never>)] = []
        var threads: [WaitingThread] = []
        var nextTaskID: UInt64 = 0
        var isProducerWaiting = false

        var count: Int { records.count - first }
    }

    private let state = Mutex(State())
    private let filter: RecordFilter
    private let recordLimit: Int
    private let overflow: QueueOverflow
    /// Raised when a full queue has room again, or has ended.
    private let roomSignal: ThreadSignal

    init(_ filter: RecordFilter, _ settings: QueueSettings, roomSignal: ThreadSignal) {
        self.filter = filter
        recordLimit = max(1, settings.recordLimit)
        overflow = settings.overflow
        self.roomSignal = roomSignal
    }

    var isEnded: Bool { state.withLock { $0.isEnded && $0.count == 0 } }
    var count: Int { state.withLock { $0.count } }
    var droppedRecords: Int { state.withLock { $0.dropped } }
    /// Whether it still takes records.
    var isOpen: Bool { state.withLock { !$0.isEnded } }

    // MARK: The dispatcher's side

    /// How far a put came.
    enum Progress: Hashable {
        /// Every record was put in, or is unwanted.
        case finished
        /// No room for the record at this index and those behind it. The room signal is raised when it is worth another
        /// try.
        case full(at: Int)
        /// The subscription ended before it took the record at this index and those behind it.
        case ended(at: Int)
    }

    /// Puts in what fits and what the filter wants.
    func put(_ records: [Record], from start: Int) -> Progress {
        var handovers: [Handover] = []
        let progress = state.withLock { (state) -> Progress in
            var index = start
            while index < records.count {
                guard !state.isEnded else { return .ended(at: index) }
                let record = records[index]
                if filter.matches(record), !put(record, &state, &handovers) {
                    state.isProducerWaiting = true
                    return .full(at: index)
                }
                index += 1
            }
            return .finished
        }
        for handover in handovers { handover.run() }
        return progress
    }

    /// - Returns: false when the record has to wait.
    private func put(_ record: Record, _ state: inout State, _ handovers: inout [Handover]) -> Bool {
        if !state.tasks.isEmpty {
            handovers.append(.task(state.tasks.removeFirst().continuation, record))
            return true
        }
        if !state.threads.isEmpty {
            handovers.append(.thread(state.threads.removeFirst(), record))
            return true
        }
        if state.count >= recordLimit {
            switch overflow {
            case .block:
                return false
            case .dropOldest:
                _ = takeFirst(&state)
                state.dropped += 1
            }
        }
        state.records.append(record)
        return true
    }

    /// No record comes any more.
    ///
    /// - Parameter isDiscarding: also forgets what waits.
    func end(discarding isDiscarding: Bool) {
        let handovers = state.withLock { state in
            state.isEnded = true
            if isDiscarding {
                state.records = []
                state.first = 0
            }
            var handovers = state.tasks.map { Handover.task($0.continuation, nil) }
            handovers += state.threads.map { Handover.thread($0, nil) }
            state.tasks = []
            state.threads = []
            return handovers
        }
        for handover in handovers { handover.run() }
        roomSignal.raise()
    }

    // MARK: The consumers' side

    func next(until deadline: MonotonicTime?) -> Record? {
        let thread = WaitingThread()
        switch take(orWaitWith: { $0.threads.append(thread) }) {
        case .record(let record): return record
        case .ended: return nil
        case .waiting: break
        }
        if !thread.signal.wait(until: deadline) {
            let isStillWaiting = state.withLock { state in
                let index = state.threads.firstIndex { $0 === thread }
                if let index { state.threads.remove(at: index) }
                return index != nil
            }
            if isStillWaiting { return nil }
            // A record was handed over at the last moment; it must not be lost.
            thread.signal.wait()
        }
        return thread.record
    }

    func next() async -> Record? {
        let id = state.withLock { state in
            state.nextTaskID += 1
            return state.nextTaskID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let taken = take { state in
                    // Cancelled before it waits: the handler below has run already and would not find it.
                    guard !Task.isCancelled else { return false }
                    state.tasks.append((id, continuation))
                    return true
                }
                switch taken {
                case .record(let record): continuation.resume(returning: record)
                case .ended: continuation.resume(returning: nil)
                case .waiting: break
                }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                let index = state.tasks.firstIndex { $0.id == id }
                return index.map { state.tasks.remove(at: $0).continuation }
            }
            waiting?.resume(returning: nil)
        }
    }

    private enum Taken {
        case record(Record)
        case waiting
        case ended
    }

    private func take(orWaitWith wait: (inout State) -> Void) -> Taken {
        take { state in
            wait(&state)
            return true
        }
    }

    /// - Parameter wait: registers the consumer; false when it does not want to wait.
    private func take(_ wait: (inout State) -> Bool) -> Taken {
        let (taken, mustRaise) = state.withLock { (state) -> (Taken, Bool) in
            guard state.count == 0 else {
                let record = takeFirst(&state)
                // At half, so that the producer fills many places at a time.
                guard state.isProducerWaiting, state.count <= recordLimit / 2 else { return (.record(record), false) }
                state.isProducerWaiting = false
                return (.record(record), true)
            }
            guard !state.isEnded else { return (.ended, false) }
            return (wait(&state) ? .waiting : .ended, false)
        }
        if mustRaise { roomSignal.raise() }
        return taken
    }

    private func takeFirst(_ state: inout State) -> Record {
        guard let record = state.records[state.first] else { preconditionFailure("a record was taken twice") }
        state.records[state.first] = nil
        state.first += 1
        if state.first == state.records.count || state.first >= 1024 && state.first * 2 >= state.records.count {
            state.records.removeFirst(state.first)
            state.first = 0
        }
        return record
    }
}

/// What happens after the lock is released.
private enum Handover {
    case task(CheckedContinuation<Record?, Never>, Record?)
    case thread(WaitingThread, Record?)

    func run() {
        switch self {
        case .task(let continuation, let record): continuation.resume(returning: record)
        case .thread(let thread, let record): thread.hand(record)
        }
    }
}

/// A thread that waits for one record.
private final class WaitingThread: Sendable {
    let signal = ThreadSignal()
    private let slot = Mutex<Record?>(nil)

    var record: Record? { slot.withLock { $0 } }

    func hand(_ record: Record?) {
        slot.withLock { $0 = record }
        signal.raise()
    }
}
