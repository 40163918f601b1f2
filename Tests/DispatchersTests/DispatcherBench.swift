import Dispatching
import Glibc
import LinuxSystem
import Observability
import Synchronization
import TelemetryModel

/// One dispatcher behind its lane, with an event loop that writes down what is acknowledged.
final class DispatcherBench: DeliveryObserver {
    let router: DispatchRouter
    private let acknowledged = Mutex<[Int]>([])
    private let changed = ThreadSignal()

    init(_ dispatcher: any Dispatcher, recordLimit: Int = 65_536) throws {
        var settings = LaneSettings()
        settings.retryInitialMilliseconds = 1
        settings.retryMaximumMilliseconds = 4
        settings.recordLimit = recordLimit
        let name = DispatcherName("tested")
        router = try DispatchRouter(
            DispatchPlan(routes: [.vehicleData: [name]], dispatchers: [name: dispatcher], defaultSettings: settings),
            log: .silent,
            metrics: MetricRegistry()
        )
        try router.connect(observers: [self])
    }

    var route: DispatchRoute { router.routes[0] }

    var failure: DispatcherFailure? {
        if case .retrying(_, _, let failure) = router.lanes[0].snapshot.health { failure } else { nil }
    }

    /// Waits until the lane has failed at least once in a row.
    func waitForFailure() -> DispatcherFailure {
        while true {
            if let failure { return failure }
            usleep(200)
        }
    }

    func waitForAcks(_ count: Int) -> [Int] {
        while true {
            let acknowledged = self.acknowledged.withLock { $0 }
            if acknowledged.count >= count { return acknowledged }
            changed.wait()
        }
    }

    @discardableResult
    func drain(milliseconds: Int = 30_000) -> DrainReport {
        router.drain(until: .now.adding(milliseconds: milliseconds))
    }

    func settle(_ settlements: [Settlement]) {
        acknowledged.withLock { list in
            list += settlements.filter { $0.outcome == .acknowledge }.map { Int($0.record.sequence) }
        }
        changed.raise()
    }

    func lanesHaveRoom() { changed.raise() }
}

enum TestRecords {
    static func record(
        _ sequence: Int,
        vin: String = "5YJ3E1EA7LF000001",
        type: RecordType = .vehicleData,
        content: RecordContent? = nil
    ) -> Record {
        let data = VehicleData(
            data: [Datum(field: .vehicleSpeed, value: .double(Double(sequence) / 2))],
            createdAt: Timestamp(seconds: 1_700_000_000, nanos: 0),
            vin: vin
        )
        return Record(
            source: RecordSource(
                device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
                connection: ConnectionID(loop: 0, slot: 0, generation: 1),
                socketID: "socket"
            ),
            sequence: UInt64(sequence),
            type: type,
            receivedAt: UnixMilliseconds(rawValue: 1_700_000_000_123),
            content: content ?? .vehicleData(data),
            payload: [1, 2, 3],
            txid: Array("txid-\(sequence)".utf8)
        )
    }

    static func records(_ range: Range<Int>) -> [Record] { range.map { record($0) } }
}

extension DeliveryReport.Outcome {
    var failure: DispatcherFailure? {
        switch self {
        case .delivered: nil
        case .retry(let failure), .rejected(let failure): failure
        }
    }
}
