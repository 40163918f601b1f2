internal import LinuxSystem
internal import Synchronization
internal import TelemetryModel

/// Records that rules refuse, on their way to the dead letters: a bounded queue, and a thread that may wait for the
/// disk.
///
/// A record is acknowledged when its dead letter is safe. When it can't be kept its ack is withheld, and the vehicle
/// sends the record again.
package final class RejectedRecords: Sendable {
    private struct State {
        var waiting: [DeadLetter] = []
        /// Of what waits and of what the thread has in hand.
        var records = 0
        var bytes = 0
        var isFull = false
        var thread: LoopThread?
        var isDraining = false
    }

    private let state = Mutex(State())
    private let signal = ThreadSignal()
    /// Raised when the thread has nothing more to do.
    private let end = ThreadSignal()
    private let isOpen = Atomic<Bool>(true)
    private let deadLetters: any DeadLetterSink
    private let observers: ObserverList
    private let recordLimit: Int
    private let byteLimit: Int

    /// - Parameter limits: of what may wait; the rest of the settings means nothing here.
    init(_ deadLetters: any DeadLetterSink, observers: ObserverList, limits: LaneSettings) {
        self.deadLetters = deadLetters
        self.observers = observers
        recordLimit = max(1, limits.recordLimit)
        byteLimit = max(1, limits.byteLimit)
    }

    /// Whether records should be read that rules may refuse. Costs one load; after false,
    /// ``DeliveryObserver/lanesHaveRoom()`` tells when to ask again.
    package var hasRoom: Bool { isOpen.load(ordering: .relaxed) }

    /// Hands records over. Never waits.
    ///
    /// Those that come although ``hasRoom`` is false are taken up to twice the limit, and then withheld.
    package func submit(_ letters: [DeadLetter]) {
        guard !letters.isEmpty else { return }
        let size = letters.reduce(0) { $0 + $1.record.transportedBytes }
        let isTaken = state.withLock { state in
            guard !state.isDraining, start(&state),
                state.records <= LaneOvershoot.factor * recordLimit,
                state.bytes <= LaneOvershoot.factor * byteLimit
            else { return false }
            state.waiting += letters
            state.records += letters.count
            state.bytes += size
            if state.records >= recordLimit || state.bytes >= byteLimit {
                state.isFull = true
                isOpen.store(false, ordering: .relaxed)
            }
            return true
        }
        guard isTaken else { return settle(letters, .withhold) }
        signal.raise()
    }

    /// The thread is there from the first refused record on: mostly never.
    ///
    /// - Returns: false when the system gives none.
    private func start(_ state: inout State) -> Bool {
        if state.thread != nil { return true }
        state.thread = try? LoopThread(name: "rejected") { [self] in work() }
        return state.thread != nil
    }

    private func work() {
        while true {
            let (letters, isDraining) = state.withLock { state in
                let letters = state.waiting
                state.waiting = []
                return (letters, state.isDraining)
            }
            guard letters.isEmpty else {
                settle(letters, deadLetters.store(letters) ? .acknowledge : .withhold)
                letGo(letters)
                continue
            }
            if isDraining { return end.raise() }
            signal.wait()
        }
    }

    private func letGo(_ letters: [DeadLetter]) {
        let size = letters.reduce(0) { $0 + $1.record.transportedBytes }
        let hasRoomAgain = state.withLock { state in
            state.records -= letters.count
            state.bytes -= size
            guard state.isFull, state.records <= recordLimit / 2, state.bytes <= byteLimit / 2 else { return false }
            state.isFull = false
            isOpen.store(true, ordering: .relaxed)
            return true
        }
        guard hasRoomAgain else { return }
        for observer in observers.all { observer.lanesHaveRoom() }
    }

    private func settle(_ letters: [DeadLetter], _ outcome: Settlement.Outcome) {
        var collector = SettlementCollector(observers: observers.all)
        for letter in letters { collector.add(letter.record, outcome, expected: letters.count) }
        collector.post()
    }

    /// Keeps what waits, and takes nothing more. Blocks until that is done; a disk that does not answer until the
    /// deadline is not waited for, and the vehicles keep their records.
    func drain(until deadline: MonotonicTime) {
        let thread = state.withLock { state in
            state.isDraining = true
            return state.thread
        }
        signal.raise()
        if let thread, end.wait(until: deadline) { thread.join() }
    }
}
