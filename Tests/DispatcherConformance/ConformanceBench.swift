internal import Dispatching
internal import LinuxSystem
internal import Observability
internal import Synchronization
internal import TelemetryModel

/// A server's delivery side around one dispatcher: lane, acks, dead letters.
final class ConformanceBench: DeliveryObserver, DeadLetterSink {
    /// Small, so that few records are enough to fill the lane.
    static let recordLimit = 400
    static let batchLimit = 50
    /// No wait of a scenario takes longer; when one does, the dispatcher hangs.
    private static let patienceMilliseconds = 300_000

    private struct State {
        var acknowledged: [SinkRecord] = []
        var withheld: [SinkRecord] = []
        var letters: [SinkRecord] = []
        var texts: Set<String> = []
    }

    private let state = Mutex(State())
    private let changed = ThreadSignal()
    private let router: Mutex<DispatchRouter?> = Mutex(nil)
    private let secrets: [String]

    init(_ sink: any SinkUnderTest) throws {
        secrets = sink.secrets
        var settings = LaneSettings()
        settings.retryInitialMilliseconds = 1
        settings.retryMaximumMilliseconds = 8
        settings.recordLimit = Self.recordLimit
        settings.batchRecordLimit = Self.batchLimit
        let name = DispatcherName("tested")
        let plan = DispatchPlan(
            routes: [.vehicleData: [name]],
            dispatchers: [name: try sink.makeDispatcher()],
            defaultSettings: settings
        )
        let router = try DispatchRouter(plan, deadLetters: self, log: .silent, metrics: MetricRegistry())
        self.router.withLock { $0 = router }
        try router.connect(observers: [self])
    }

    // MARK: Records in

    private var route: DispatchRoute? { router.withLock { $0?.routes[0] } }

    var snapshot: LaneSnapshot? { router.withLock { $0?.lanes[0].snapshot } }

    /// Hands over records as an event loop does: in small portions, and only while there is room.
    func submit(_ records: [Record]) throws {
        var rest = records[...]
        while !rest.isEmpty {
            try wait("room in the lane") { route?.hasRoom != false }
            route?.submit(Array(rest.prefix(10)))
            rest = rest.dropFirst(10)
        }
    }

    /// Hands over records whether or not there is room.
    func force(_ records: [Record]) {
        for start in stride(from: 0, to: records.count, by: 10) {
            route?.submit(Array(records[start..<min(records.count, start + 10)]))
        }
    }

    // MARK: What became of them

    var acknowledged: [SinkRecord] { state.withLock { $0.acknowledged } }
    var withheld: [SinkRecord] { state.withLock { $0.withheld } }
    var letters: [SinkRecord] { state.withLock { $0.letters } }

    func waitForAcknowledgements(_ count: Int) throws {
        try wait("\(count) acks") { state.withLock { $0.acknowledged.count } >= count }
    }

    /// Waits until opening or delivering has failed.
    func waitForFailure() throws -> DispatcherFailure {
        var failure: DispatcherFailure?
        try wait("a failure of the dispatcher") {
            if case .retrying(_, _, let latest)? = snapshot?.health { failure = latest }
            return failure != nil
        }
        guard let failure else { throw ConformanceFailure("no failure") }
        try require(!failure.detail.isEmpty, "a failure without words")
        state.withLock { _ = $0.texts.insert(failure.detail) }
        return failure
    }

    func wait(_ what: String, until isThere: () throws -> Bool) throws {
        let deadline = MonotonicTime.now.adding(milliseconds: Self.patienceMilliseconds)
        while try !isThere() {
            guard MonotonicTime.now < deadline else {
                throw ConformanceFailure("waited \(Self.patienceMilliseconds / 1000) s for \(what); \(standing)")
            }
            // Not everything that is waited for raises the signal.
            changed.wait(until: .now.adding(milliseconds: 2))
        }
    }

    private var standing: String {
        let lane = snapshot.map { "\($0.records) records wait, \($0.health)" } ?? "the lane has ended"
        return state.withLock { "\($0.acknowledged.count) acks, \($0.withheld.count) withheld; \(lane)" }
    }

    // MARK: The end

    /// Drains as a server that stops. Must be called: the lane's thread keeps the bench.
    ///
    /// - Returns: nil when it was stopped already.
    @discardableResult
    func stop(milliseconds: Int = 10_000) -> DrainReport? {
        let router = router.withLock { router in
            defer { router = nil }
            return router
        }
        return router?.drain(until: .now.adding(milliseconds: milliseconds))
    }

    /// Nothing that was said about failures contains a secret.
    func requireSilenceAboutSecrets() throws {
        for text in state.withLock({ $0.texts }) {
            for secret in secrets {
                try require(!text.contains(secret), "a failure tells a secret: \(text)")
            }
        }
    }

    // MARK: Called by the lane

    func settle(_ settlements: [Settlement]) {
        state.withLock { state in
            for settlement in settlements {
                switch settlement.outcome {
                case .acknowledge: state.acknowledged.append(settlement.record.asInSink)
                case .withhold: state.withheld.append(settlement.record.asInSink)
                }
            }
        }
        changed.raise()
    }

    func lanesHaveRoom() { changed.raise() }

    func store(_ letters: [DeadLetter]) -> Bool {
        state.withLock { state in
            for letter in letters {
                state.letters.append(letter.record.asInSink)
                state.texts.insert(letter.detail)
            }
        }
        return true
    }
}
