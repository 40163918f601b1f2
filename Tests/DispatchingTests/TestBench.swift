import Dispatching
import Glibc
import LinuxSystem
import Observability
import Spooling
import TelemetryModel

/// A router with its observers, started, with pauses short enough for tests.
struct TestBench {
    let router: DispatchRouter
    let observers: [RecordingObserver]

    static var quickSettings: LaneSettings {
        var settings = LaneSettings()
        settings.retryInitialMilliseconds = 1
        settings.retryMaximumMilliseconds = 4
        return settings
    }

    /// - Parameter routes: by default all vehicle data to all dispatchers.
    init(
        _ dispatchers: [String: any Dispatcher],
        routes: [RecordType: [String]]? = nil,
        ackSources: [RecordType: [String]] = [:],
        settings: LaneSettings = quickSettings,
        laneSettings: [String: LaneSettings] = [:],
        loops: Int = 1,
        spool: Spool? = nil,
        deadLetters: (any DeadLetterSink)? = nil,
        metrics: MetricRegistry = MetricRegistry()
    ) throws {
        let routes = routes ?? [.vehicleData: dispatchers.keys.sorted()]
        let plan = DispatchPlan(
            routes: routes.mapValues { $0.map { DispatcherName($0) } },
            ackSources: ackSources.mapValues { $0.map { DispatcherName($0) } },
            dispatchers: Dictionary(uniqueKeysWithValues: dispatchers.map { (DispatcherName($0), $1) }),
            defaultSettings: settings,
            laneSettings: Dictionary(uniqueKeysWithValues: laneSettings.map { (DispatcherName($0), $1) })
        )
        router = try DispatchRouter(plan, spool: spool, deadLetters: deadLetters, log: .silent, metrics: metrics)
        observers = (0..<loops).map { _ in RecordingObserver() }
        try router.connect(observers: observers)
    }

    var observer: RecordingObserver { observers[0] }

    func route(_ type: RecordType = .vehicleData) -> DispatchRoute { router.route(for: type)! }

    func lane(_ name: String) -> DispatchLane { router.lanes.first { $0.name.text == name }! }

    @discardableResult
    func drain(milliseconds: Int = 60_000) -> DrainReport {
        router.drain(until: .now.adding(milliseconds: milliseconds))
    }
}

extension LaneHealth {
    var isRetrying: Bool {
        if case .retrying = self { true } else { false }
    }
}
