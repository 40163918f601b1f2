package import Dispatching
internal import HTTPCodec
package import LinuxSystem
package import Observability
internal import OpenSSLTransport
package import Receiving
internal import SignalMetering
internal import Synchronization
package import TelemetryModel

/// A receiver on a port of its own, with dispatchers that keep what they are given: one unless told otherwise.
package final class TestReceiver: Sendable {
    package let receiver: VehicleReceiver
    package let router: DispatchRouter
    package let collected: CollectingDispatcher
    /// `collected` and the others.
    package let allCollected: [CollectingDispatcher]
    package let pki: TestPKI
    package let metrics = MetricRegistry()
    private let meter: SignalMeter?

    /// - Parameters:
    ///   - types: all go to every dispatcher.
    ///   - listeners: in the place of a port of its own.
    ///   - others: besides `dispatcher`.
    ///   - costs: where signals are counted; nil for nowhere.
    package init(
        types: [String] = ["V", "alerts", "errors"],
        settings: ReceiverSettings = ReceiverSettings(),
        listeners: [ListeningSocket] = [],
        lanes: LaneSettings = LaneSettings(),
        dispatcher: CollectingDispatcher = CollectingDispatcher(),
        others: [CollectingDispatcher] = [],
        pki: TestPKI? = nil,
        costs: String? = nil,
        log: Log = .silent
    ) throws {
        self.pki = try pki ?? TestPKI()
        collected = dispatcher
        allCollected = [dispatcher] + others
        var dispatchers = [DispatcherName("collected"): dispatcher]
        for (index, other) in others.enumerated() { dispatchers[DispatcherName("other\(index)")] = other }
        let names = dispatchers.keys.sorted { $0.text < $1.text }
        router = try DispatchRouter(
            DispatchPlan(
                routes: Dictionary(uniqueKeysWithValues: types.map { (RecordType(topic: $0), names) }),
                dispatchers: dispatchers,
                defaultSettings: lanes
            ),
            log: log,
            metrics: metrics
        )
        var settings = settings
        settings.host = "127.0.0.1"
        let metrics = metrics
        let meter = try costs.map { try SignalMeter(SignalMeterSettings(directory: $0), log: log, metrics: metrics) }
        self.meter = meter
        receiver = try VehicleReceiver(
            settings,
            tls: self.pki.serverSettings,
            listeners: listeners,
            router: router,
            log: log,
            metrics: metrics,
            meter: meter
        )
    }

    /// A vehicle that has come as far as the upgrade.
    package func vehicle(
        _ vin: String = "5YJ3E1EA7KF000316",
        headers: [(name: String, value: String)] = []
    ) throws -> TestVehicle {
        let vehicle = try TestVehicle(port: receiver.address.port, context: try pki.clientContext(vin: vin))
        let answer = try vehicle.upgrade(headers: headers)
        guard answer.status == 101 else { throw TestVehicle.Failure(description: "upgrade answered \(answer.status)") }
        return vehicle
    }

    package func metric(_ name: String) -> Double? {
        let text = String(decoding: metrics.exposition(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }
        return line.flatMap { Double($0.split(separator: " ").last ?? "") }
    }

    /// Stops as a server does.
    @discardableResult
    package func stop() -> DrainReport {
        let deadline = MonotonicTime.now.adding(milliseconds: 5_000)
        receiver.stopReading(until: deadline)
        let report = router.drain(until: deadline)
        // Tests hold on to their vehicles, which therefore never close their ends.
        receiver.finish(lingerMilliseconds: 50)
        meter?.stop()
        return report
    }
}

/// Keeps every record; can be told to hold back, to fail and to refuse.
package final class CollectingDispatcher: Dispatcher {
    package enum Behaviour: Sendable {
        case take
        /// Waits, inside of the delivery, until the behaviour is another one.
        case stall
        case fail
        /// Will never take it.
        case refuse
        /// Takes some records of each batch, from the first on, and asks for another try with the rest: 0 up to all,
        /// by chance.
        case falter(seed: UInt64)
    }

    private struct State {
        var records: [Record] = []
        var behaviour = Behaviour.take
        var deliveriesGoingOn = 0
        var mostAtOnce = 0
    }

    private let state: Mutex<State>
    private let changed = ThreadSignal()
    private let arrived = ThreadSignal()

    package init(_ behaviour: Behaviour = .take) {
        state = Mutex(State(behaviour: behaviour))
    }

    package func open() async throws(DispatcherFailure) {}

    package func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        state.withLock { state in
            state.deliveriesGoingOn += 1
            state.mostAtOnce = max(state.mostAtOnce, state.deliveriesGoingOn)
        }
        defer { state.withLock { $0.deliveriesGoingOn -= 1 } }
        while case .stall = behaviour { changed.wait(until: MonotonicTime.now.adding(milliseconds: 1_000)) }
        if case .fail = behaviour {
            return DeliveryReport(all: .retry(DispatcherFailure(.unreachable, "told to fail")), of: batch)
        }
        if case .refuse = behaviour {
            return DeliveryReport(all: .rejected(DispatcherFailure(.refused, "told to refuse")), of: batch)
        }
        let count = state.withLock { state in
            var count = batch.records.count
            if case .falter(let seed) = state.behaviour {
                count = Int(seed >> 33) % (batch.records.count + 1)
                state.behaviour = .falter(seed: seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407)
            }
            state.records += batch.records[..<count]
            return count
        }
        arrived.raise()
        return DeliveryReport(
            delivered: count,
            rest: .retry(DispatcherFailure(.unreachable, "told to falter")),
            of: batch
        )
    }

    package func close() async {}

    package func behave(_ behaviour: Behaviour) {
        state.withLock { $0.behaviour = behaviour }
        changed.raise()
    }

    private var behaviour: Behaviour { state.withLock { $0.behaviour } }

    package var records: [Record] { state.withLock { $0.records } }
    /// Most deliveries that overlapped.
    package var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

    /// Waits until at least so many records have come; returns them all, or what has come by the deadline.
    package func waitForRecords(_ count: Int, milliseconds: Int = 10_000) -> [Record] {
        let deadline = MonotonicTime.now.adding(milliseconds: milliseconds)
        while records.count < count {
            guard arrived.wait(until: deadline) else { break }
        }
        return records
    }

    package func forget() {
        state.withLock { $0.records = [] }
    }
}
