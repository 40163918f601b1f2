import Dispatchers
import Dispatching
import Foundation
import Observability
import RecordEncoding
import TelemetryModel
import Testing
import VehicleFixtures

/// An http dispatcher in front of a web server on loopback.
final class HTTPBench: Sendable {
    let server: TestWebServer
    let dispatcher: any Dispatcher
    let log = LogCapture()

    init(
        _ server: TestWebServer,
        form: TransmittedForm = .payload,
        _ settings: (inout HTTPSettings) -> Void = { _ in }
    ) {
        self.server = server
        let context = DispatcherContext(
            transmittedForm: form,
            log: Log(level: .debug, format: .json, output: .capture(log)),
            metrics: MetricRegistry()
        )
        dispatcher = Self.settings(server.url(), settings).makeDispatcher(context)
    }

    static func settings(_ url: String, _ change: (inout HTTPSettings) -> Void) -> HTTPSettings {
        var settings = HTTPSettings()
        settings.url = url
        settings.connections = 1
        settings.requestTimeout = .seconds(5)
        change(&settings)
        return settings
    }

    /// What one delivery of the records to a dispatcher that was just opened comes to.
    func deliver(_ records: [Record]) async throws -> [DeliveryReport.Outcome] {
        try await dispatcher.open()
        let report = await dispatcher.deliver(RecordBatch(records))
        await dispatcher.close()
        return report.outcomes
    }

    /// The requests that the records become.
    func requests(for records: [Record]) async throws -> [TestWebServer.Request] {
        let outcomes = try await deliver(records)
        #expect(outcomes.allSatisfy { $0 == .delivered }, "\(outcomes)")
        return server.requests
    }
}

/// The records of the documents that the formats come from.
enum HTTPRecords {
    static let vin = "5YJ3E1EA7LF000001"

    /// A few of the data that make the formats differ.
    static var vehicleData: Record {
        record(
            "txid-7",
            .vehicleData(
                VehicleData(
                    data: [
                        Datum(field: .location, value: .location(latitude: 30.2226645, longitude: -97.6213806)),
                        Datum(field: .vehicleSpeed, value: .text("34.797")),
                    ],
                    createdAt: Timestamp(seconds: 1_708_750_724, nanos: 983_607_402),
                    vin: vin
                )
            )
        )
    }

    static var connectivity: Record {
        record(
            "socket",
            .connectivity(
                VehicleConnectivity(
                    vin: vin,
                    connectionID: "socket",
                    status: .connected,
                    createdAt: Timestamp(seconds: 1_708_750_724, nanos: 0)
                )
            ),
            type: .connectivity
        )
    }

    static func record(_ txid: String, _ content: RecordContent, type: RecordType = .vehicleData) -> Record {
        Record(
            source: RecordSource(
                device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
                connection: ConnectionID(loop: 0, slot: 0, generation: 1),
                socketID: "socket"
            ),
            sequence: 7,
            type: type,
            receivedAt: UnixMilliseconds(rawValue: 1_708_750_725_123),
            content: content,
            payload: [1, 2, 3],
            txid: Array(txid.utf8)
        )
    }
}
