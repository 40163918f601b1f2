internal import Dispatching
internal import LinuxSystem
internal import Synchronization
internal import TelemetryModel

/// A thread with one ``HTTPPartition``, for one delivery at a time.
final class HTTPWorker: Sendable {
    private enum Work {
        case none
        case records([Record])
        case outcomes([DeliveryReport.Outcome])
        case end
    }

    /// What passes between the thread and the dispatcher; apart from the worker, which the thread must not keep alive.
    private final class Desk: Sendable {
        let work = Mutex(Work.none)
        let hasWork = ThreadSignal()
        let isDone = ThreadSignal()
    }

    private let desk: Desk
    private let thread: LoopThread

    init(_ endpoint: HTTPEndpoint, number: Int) throws(SystemCallError) {
        let desk = Desk()
        self.desk = desk
        thread = try LoopThread(name: "http-\(number)") {
            var partition = HTTPPartition(endpoint)
            while true {
                desk.hasWork.wait()
                switch desk.work.withLock({ $0 }) {
                case .end: return
                case .none, .outcomes: continue
                case .records(let records):
                    let outcomes = partition.deliver(records)
                    desk.work.withLock { if case .records = $0 { $0 = .outcomes(outcomes) } }
                    desk.isDone.raise()
                }
            }
        }
    }

    /// Hands over records; ``finish()`` must follow.
    func begin(_ records: [Record]) {
        desk.work.withLock { $0 = .records(records) }
        desk.hasWork.raise()
    }

    /// Waits for the outcomes of the records that were handed over, in their order.
    func finish() -> [DeliveryReport.Outcome] {
        desk.isDone.wait()
        return desk.work.withLock { work in
            guard case .outcomes(let outcomes) = work else { return [] }
            work = .none
            return outcomes
        }
    }

    /// Ends the thread, which has nothing in hand, and its connection.
    func end() {
        desk.work.withLock { $0 = .end }
        desk.hasWork.raise()
        thread.join()
    }
}
