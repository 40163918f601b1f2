package import LinuxSystem
package import Observability
package import Spooling
internal import Synchronization
package import TelemetryModel

/// Why a router can't be made from what the configuration says.
package enum DispatchRouterError: Error, Sendable, Hashable {
    /// A record type without a dispatcher.
    case noDispatcher(RecordType)
    /// The same dispatcher twice for a record type.
    case repeatedDispatcher(DispatcherName, RecordType)
    /// A name that no dispatcher has.
    case unknownDispatcher(DispatcherName, RecordType)
    /// A reliable ack source that does not get the record type.
    case ackSourceNotRouted(DispatcherName, RecordType)
    /// Reliable ack sources for a record type that is not routed, or an empty list of them.
    case ackSourceMissing(RecordType)
}

/// Which dispatchers get which record types, and which of them acks wait for.
package struct DispatchPlan: Sendable {
    /// The dispatchers of each record type, in the configuration's order.
    package var routes: [RecordType: [DispatcherName]]
    /// The dispatchers that the ack of a type waits for; a type that is not listed waits for all of its own.
    package var ackSources: [RecordType: [DispatcherName]]
    package var dispatchers: [DispatcherName: any Dispatcher]
    /// Used by every lane that `laneSettings` does not name.
    package var defaultSettings: LaneSettings
    package var laneSettings: [DispatcherName: LaneSettings]

    package init(
        routes: [RecordType: [DispatcherName]],
        ackSources: [RecordType: [DispatcherName]] = [:],
        dispatchers: [DispatcherName: any Dispatcher],
        defaultSettings: LaneSettings = LaneSettings(),
        laneSettings: [DispatcherName: LaneSettings] = [:]
    ) {
        self.routes = routes
        self.ackSources = ackSources
        self.dispatchers = dispatchers
        self.defaultSettings = defaultSettings
        self.laneSettings = laneSettings
    }
}

/// Sends records to the lanes that their type names. Acks follow from what the lanes report.
///
/// With reliable ack sources only those lanes hold an ack back, without them every lane of the type does.
/// After a withheld ack the vehicle sends the record again, so delivery is at least once.
package struct DispatchRouter: Sendable {
    /// All routes; each stands at its own ``DispatchRoute/index``. Sorted by topic.
    package let routes: [DispatchRoute]
    /// One lane per dispatcher that some record type names, sorted by name.
    package let lanes: [DispatchLane]

    /// Where records go that rules refuse.
    package let rejections: RejectedRecords

    private let table: [RecordType: DispatchRoute]
    private let observers: ObserverList
    private let spool: Spool?

    /// Makes routes and lanes; nothing runs before ``connect(observers:)``.
    ///
    /// - Parameters:
    ///   - spool: opened with the names of all the plan's dispatchers; its threads are started by
    ///     ``connect(observers:)``, and it is closed by whoever opened it, after ``drain(until:)``. Acks then wait for
    ///     it and for nothing else. Nil for lanes in memory.
    ///   - deadLetters: nil logs rejected records; without a spool it withholds their acks, with one it lets their
    ///     dispatcher wait.
    package init(
        _ plan: DispatchPlan,
        spool: Spool? = nil,
        deadLetters: (any DeadLetterSink)? = nil,
        log: Log,
        metrics: MetricRegistry
    ) throws(DispatchRouterError) {
        try DispatchRouter.check(plan)
        let types = plan.routes.keys.sorted { $0.topic < $1.topic }
        let gates = types.map { _ in RoomGate() }
        let names = plan.dispatcherNames
        let letters = deadLetters ?? LoggedDeadLetters(log: log)
        var lanesByName: [DispatcherName: DispatchLane] = [:]
        for name in names {
            guard let dispatcher = plan.dispatchers[name] else { continue }
            let feed = spool.flatMap { SpoolFeed($0, dispatcher: name, types: plan.types(of: name)) }
            precondition(feed != nil || spool == nil, "the spool was opened without naming \(name)")
            lanesByName[name] = DispatchLane(
                name: name,
                dispatcher: dispatcher,
                settings: plan.laneSettings[name] ?? plan.defaultSettings,
                feed: feed,
                gates: zip(types, gates).filter { plan.isAckSource(name, of: $0.0) }.map(\.1),
                deadLetters: letters,
                log: log,
                metrics: metrics
            )
        }
        let observers = ObserverList()
        let intake = spool.map { SpoolIntake($0, observers: observers, log: log, metrics: metrics) }
        var routes: [DispatchRoute] = []
        for (type, gate) in zip(types, gates) {
            let names = plan.routes[type] ?? []
            routes.append(
                DispatchRoute(
                    type: type,
                    index: routes.count,
                    ackLanes: names.filter { plan.isAckSource($0, of: type) }.compactMap { lanesByName[$0] },
                    otherLanes: names.filter { !plan.isAckSource($0, of: type) }.compactMap { lanesByName[$0] },
                    gate: gate,
                    spool: intake,
                    observers: observers
                )
            )
        }
        self.routes = routes
        self.spool = spool
        self.observers = observers
        rejections = RejectedRecords(letters, observers: observers, limits: plan.defaultSettings)
        lanes = names.compactMap { lanesByName[$0] }
        table = Dictionary(uniqueKeysWithValues: routes.map { ($0.type, $0) })
    }

    private static func check(_ plan: DispatchPlan) throws(DispatchRouterError) {
        for (type, names) in plan.routes {
            guard !names.isEmpty else { throw .noDispatcher(type) }
            for (position, name) in names.enumerated() {
                guard plan.dispatchers[name] != nil else { throw .unknownDispatcher(name, type) }
                guard !names[..<position].contains(name) else { throw .repeatedDispatcher(name, type) }
            }
        }
        for (type, sources) in plan.ackSources {
            guard let names = plan.routes[type], !sources.isEmpty else { throw .ackSourceMissing(type) }
            for source in sources where !names.contains(source) { throw .ackSourceNotRouted(source, type) }
        }
    }

    /// Where records of a type go; nil when the type is not configured.
    package func route(for type: RecordType) -> DispatchRoute? {
        table[type]
    }

    /// Starts the lanes. Called once, when the event loops exist.
    ///
    /// - Parameter observers: the loops, each at the index that its connections' ids name.
    /// - Throws: when the system gives no more threads; lanes that were started then run on until ``drain(until:)``.
    package func connect(observers: [any DeliveryObserver]) throws(SystemCallError) {
        self.observers.set(observers)
        let list = self.observers
        try spool?.start { hasRoom in
            guard hasRoom else { return }
            for observer in list.all { observer.lanesHaveRoom() }
        }
        for lane in lanes { try lane.start(observers: observers) }
    }

    /// Lets every dispatcher open its files anew, for SIGHUP. Never waits.
    package func reopen() {
        for lane in lanes { lane.reopen() }
    }

    /// Finishes what the lanes hold and closes the dispatchers. Blocks the caller.
    ///
    /// All lanes drain side by side. A lane that fails tries again at once and then with its usual pauses. Records
    /// that are left at the deadline are not settled, so their vehicles keep them. Closing may take
    /// ``closingGraceMilliseconds`` more.
    package func drain(until deadline: MonotonicTime) -> DrainReport {
        // What the loops have handed over counts as received: on the disk first, then to the dispatchers.
        spool?.flush()
        let before = lanes.map { $0.meters.delivered.value }
        for lane in lanes { lane.beginDrain(until: deadline) }
        var isEnded = lanes.map { $0.waitForEnd(until: deadline) }
        for index in lanes.indices where !isEnded[index] { lanes[index].cancel() }
        let grace = max(deadline, MonotonicTime.now).adding(milliseconds: DispatchRouter.closingGraceMilliseconds)
        for index in lanes.indices where !isEnded[index] {
            isEnded[index] = lanes[index].waitForEnd(until: grace)
        }
        for index in lanes.indices where isEnded[index] { lanes[index].join() }
        rejections.drain(until: grace)
        // The loops hold the router: nobody would ever let go of the other.
        observers.set([])
        return DrainReport(
            lanes: lanes.indices.map { index in
                DrainReport.Lane(
                    dispatcher: lanes[index].name,
                    delivered: lanes[index].meters.delivered.value - before[index],
                    left: lanes[index].source.depth.records,
                    isSpooled: spool != nil,
                    isClosed: isEnded[index]
                )
            }
        )
    }

    /// How long draining waits beyond its deadline for dispatchers to flush and close.
    package static let closingGraceMilliseconds = 500
}

/// The event loops, known only after the routes were made.
final class ObserverList: Sendable {
    private let list = Mutex<[any DeliveryObserver]>([])

    func set(_ observers: [any DeliveryObserver]) {
        list.withLock { $0 = observers }
    }

    var all: [any DeliveryObserver] { list.withLock { $0 } }
}

extension DispatchPlan {
    /// Whom records go to; what a spool must be opened with.
    package var dispatcherNames: [DispatcherName] {
        Set(routes.values.joined()).sorted { $0.text < $1.text }
    }

    fileprivate func types(of name: DispatcherName) -> [RecordType] {
        routes.filter { $0.value.contains(name) }.map(\.key)
    }

    fileprivate func isAckSource(_ name: DispatcherName, of type: RecordType) -> Bool {
        guard routes[type]?.contains(name) == true else { return false }
        return ackSources[type]?.contains(name) ?? true
    }
}
