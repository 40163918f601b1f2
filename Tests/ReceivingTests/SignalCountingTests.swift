import Dispatching
import LinuxSystem
import PayloadCodec
import Receiving
import SignalMetering
import TelemetryModel
import Testing
import VehicleFixtures

/// Which signals are counted for what they cost: those that vehicles sent, once.
final class SignalCountingTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory(prefix: "signals")
    }

    private static func payload(_ fields: [Int32], isResend: Bool = false) -> [UInt8] {
        var writer = PayloadWriter()
        let data = fields.map { Datum(field: Field(number: $0), value: .double(1)) }
        return writer.bytes(of: .vehicleData(VehicleData(data: data, isResend: isResend)))
    }

    private static func send(
        _ txid: String,
        by vehicle: TestVehicle,
        topic: String = "V",
        _ payload: [UInt8]
    ) throws {
        let sender = "vehicle_device.\(VehicleConversationTests.vin)"
        try vehicle.send(VehicleConversationTests.frame(txid, topic: topic, payload: payload, sender: sender))
    }

    private func counts(
        types: [String] = ["V"],
        _ change: (inout ReceiverSettings) -> Void = { _ in },
        _ body: (TestReceiver) throws -> Void
    ) throws -> CostReport {
        var settings = ReceiverSettings()
        settings.threads = 2
        change(&settings)
        let server = try TestReceiver(types: types, settings: settings, costs: directory.path)
        do {
            try body(server)
        } catch {
            server.stop()
            throw error
        }
        server.stop()
        return try CostReport(
            directory: directory.path,
            days: 2,
            upTo: .now,
            by: .field,
            price: nil,
            monthlyBudget: nil
        )
    }

    @Test func `signals of every connection are counted, by their fields`() throws {
        let report = try counts { server in
            for number in 0..<6 {
                let vehicle = try server.vehicle()
                try Self.send("\(number)", by: vehicle, Self.payload([4, 21]))
                try Self.send("again-\(number)", by: vehicle, Self.payload([4], isResend: true))
                _ = try vehicle.nextFrame()
                _ = try vehicle.nextFrame()
            }
        }
        #expect(report.rows.map { "\($0.name) \($0.signals)" } == ["VehicleSpeed 12", "Location 6"])
        #expect(report.resent == 6)
    }

    @Test func `a record that is dispatched nowhere was sent all the same`() throws {
        let report = try counts(types: ["alerts"]) { server in
            let vehicle = try server.vehicle()
            try Self.send("a", by: vehicle, Self.payload([4, 8, 21]))
            _ = try vehicle.nextFrame()
        }
        #expect(report.signals == 3)
    }

    @Test func `what is no record, and what is too much, is not counted`() throws {
        let report = try counts({ $0.rateLimit = RateLimit(messages: 2, intervalMilliseconds: 3_600_000) }) { server in
            let vehicle = try server.vehicle()
            try Self.send("bad", by: vehicle, [0xFF, 0xFF])
            _ = try vehicle.nextFrame()
            try Self.send("good", by: vehicle, Self.payload([4]))
            _ = try vehicle.nextFrame()
            for number in 0..<5 { try Self.send("much-\(number)", by: vehicle, Self.payload([4])) }
            try vehicle.send([1], opcode: 9)
            _ = try vehicle.nextFrame()
        }
        #expect(report.signals == 1)
    }

    @Test func `a record that waits for room is counted once`() throws {
        var lanes = LaneSettings()
        lanes.recordLimit = 1
        let dispatcher = CollectingDispatcher(.stall)
        var settings = ReceiverSettings()
        settings.threads = 1
        let server = try TestReceiver(
            types: ["V"],
            settings: settings,
            lanes: lanes,
            dispatcher: dispatcher,
            costs: directory.path
        )
        let vehicle = try server.vehicle()
        for number in 0..<20 { try Self.send("\(number)", by: vehicle, Self.payload([4, 21])) }
        dispatcher.behave(.take)
        for _ in 0..<20 { _ = try vehicle.nextFrame() }
        server.stop()
        let report = try CostReport(
            directory: directory.path,
            days: 2,
            upTo: .now,
            by: .field,
            price: nil,
            monthlyBudget: nil
        )
        #expect(report.signals == 40)
        #expect(dispatcher.records.count == 20)
    }

    @Test func `records that come again and are recognised are not counted again`() throws {
        let report = try counts({ $0.deduplication = DeduplicationSettings() }) { server in
            let vehicle = try server.vehicle()
            for _ in 0..<4 {
                try Self.send("same", by: vehicle, Self.payload([4, 21]))
                _ = try vehicle.nextFrame()
            }
        }
        #expect(report.signals == 2)
    }
}
