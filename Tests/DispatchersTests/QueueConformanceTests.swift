import DispatcherConformance
import Dispatchers
import Dispatching
import LinuxSystem
import Synchronization
import TelemetryModel
import Testing

@Suite struct QueueConformanceTests {
    @Test(arguments: ConformanceScenario.all(for: QueueSink.self))
    func `a program that takes records from the queue`(scenario: ConformanceScenario) throws {
        try scenario.run(on: QueueSink())
    }
}

/// A program that subscribes: down when it has no subscription, stalled when it takes nothing.
private final class QueueSink: SinkUnderTest {
    static let conditions: Set<SinkCondition> = [.up, .down, .stalled]

    private struct State {
        /// A server's life: each has a dispatcher of its own.
        var dispatcher: QueueDispatcher?
        var isDown = false
        var consumer: QueueConsumer?
        var taken: [SinkRecord] = []
    }

    private let state = Mutex(State())

    func makeDispatcher() throws -> any Dispatcher {
        var settings = QueueSettings()
        settings.recordLimit = 100
        let dispatcher = QueueDispatcher(settings)
        try state.withLock { state in
            retire(&state)
            state.dispatcher = dispatcher
            if !state.isDown { state.consumer = try QueueConsumer(dispatcher.subscribe()) }
        }
        return dispatcher
    }

    func become(_ condition: SinkCondition) throws {
        try state.withLock { state in
            state.isDown = condition == .down
            if state.isDown { retire(&state) }
            if !state.isDown, state.consumer == nil, let dispatcher = state.dispatcher {
                state.consumer = try QueueConsumer(dispatcher.subscribe())
            }
            state.consumer?.isTaking = condition == .up
        }
    }

    func received() -> [SinkRecord] {
        state.withLock { $0.taken + ($0.consumer?.taken ?? []) }
    }

    private func retire(_ state: inout State) {
        state.consumer?.finish()
        state.taken += state.consumer?.taken ?? []
        state.consumer = nil
    }
}

/// A thread that takes records of one subscription to its end.
private final class QueueConsumer: Sendable {
    private struct State {
        var taken: [SinkRecord] = []
        var isTaking = true
    }

    private let queue: RecordQueue
    private let state = Mutex(State())
    private let changed = ThreadSignal()
    private let thread = Mutex<LoopThread?>(nil)

    init(_ queue: RecordQueue) throws {
        self.queue = queue
        let thread = try LoopThread(name: "consumer") { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    var taken: [SinkRecord] { state.withLock { $0.taken } }

    var isTaking: Bool {
        get { state.withLock { $0.isTaking } }
        set {
            state.withLock { $0.isTaking = newValue }
            changed.raise()
        }
    }

    /// Subscribes no longer, and takes what waits.
    func finish() {
        queue.finish()
        isTaking = true
        thread.withLock { $0 }?.join()
    }

    private func run() {
        while true {
            guard isTaking else {
                changed.wait()
                continue
            }
            guard let record = queue.next() else { return }
            state.withLock { $0.taken.append(SinkRecord(vin: record.vin.text, txid: record.txidText)) }
        }
    }
}
