import Dispatching
import EnvelopeCodec
import LinuxSystem
import OpenSSLTransport
import Receiving
import TelemetryModel
import TelemetryFixtures
import Testing
import VehicleFixtures

/// Records that a vehicle sends again: answered, and dispatched once.
struct DeduplicationTests {
    private static func server(
        _ behaviour: CollectingDispatcher.Behaviour = .take,
        threads: Int = 2,
        _ change: (inout DeduplicationSettings) -> Void = { _ in }
    ) throws -> TestReceiver {
        var settings = ReceiverSettings()
        settings.threads = threads
        var deduplication = DeduplicationSettings()
        change(&deduplication)
        settings.deduplication = deduplication
        return try TestReceiver(settings: settings, dispatcher: CollectingDispatcher(behaviour))
    }

    private static let frame = VehicleConversationTests.frame(_:topic:payload:sender:)

    private static func send(
        _ txid: String,
        by vehicle: TestVehicle,
        topic: String = "V",
        payload: [UInt8] = []
    ) throws {
        try vehicle.send(frame(txid, topic, payload, "vehicle_device.\(VehicleConversationTests.vin)"))
    }

    private static func answer(_ vehicle: TestVehicle) throws -> String {
        try VehicleConversationTests.answer(vehicle.nextFrame())
    }

    /// The server has read what the vehicle sent before, and has said nothing about it.
    private static func expectSilence(_ vehicle: TestVehicle) throws {
        try vehicle.send([1], opcode: 9)
        #expect(try vehicle.nextFrame()?.opcode == 10)
    }

    @Test func `a resend after a lost ack is acknowledged again and dispatched once`() throws {
        let server = try Self.server()
        defer { server.stop() }
        var vehicle = try server.vehicle()
        try Self.send("a", by: vehicle)
        #expect(try Self.answer(vehicle) == "ack txid=a topic=V")
        // By the same connection and by eight new ones, which come to both loops.
        for _ in 0..<9 {
            try Self.send("a", by: vehicle)
            #expect(try Self.answer(vehicle) == "ack txid=a topic=V")
            vehicle = try server.vehicle()
        }
        try Self.send("b", by: vehicle)
        #expect(try Self.answer(vehicle) == "ack txid=b topic=V")
        #expect(server.collected.records.map(\.txidText) == ["a", "b"])
        #expect(server.metric("record_duplicate_total") == 9)
        #expect(server.metric("record_total{record_type=\"V\"}") == 2)
    }

    @Test func `without the section everything is dispatched as it comes`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let vehicle = try server.vehicle()
        for _ in 0..<2 {
            try Self.send("a", by: vehicle)
            #expect(try Self.answer(vehicle) == "ack txid=a topic=V")
        }
        #expect(server.collected.records.map(\.txidText) == ["a", "a"])
        #expect(server.metric("record_duplicate_total") == 0)
    }

    @Test func `another payload, type or vehicle is another record, and an empty txid is none`() throws {
        let server = try Self.server()
        defer { server.stop() }
        let vehicle = try server.vehicle()
        let other = try server.vehicle("5YJ3E1EA7KF000317")
        // Field 3, a VIN, of two lengths.
        let payloads: [[UInt8]] = [[], [0x1a, 1, 0x41], [0x1a, 1, 0x42], [0x1a, 2, 0x41, 0x41]]
        for payload in payloads {
            try Self.send("a", by: vehicle, payload: payload)
            #expect(try Self.answer(vehicle) == "ack txid=a topic=V")
        }
        try Self.send("a", by: vehicle, topic: "errors")
        #expect(try Self.answer(vehicle) == "ack txid=a topic=errors")
        try Self.send("a", by: other)
        #expect(try Self.answer(other) == "ack txid=a topic=V")
        for _ in 0..<3 {
            try Self.send("", by: vehicle)
            #expect(try Self.answer(vehicle) == "ack txid= topic=V")
        }
        #expect(server.collected.records.map(\.txidText) == ["a", "a", "a", "a", "a", "a", "", "", ""])
        #expect(server.metric("record_duplicate_total") == 0)
    }

    @Test func `a resend of what is on its way is answered with the first, never before`() throws {
        let server = try Self.server(.stall)
        defer { server.stop() }
        let first = try server.vehicle()
        try Self.send("a", by: first)
        try Self.expectSilence(first)
        var others: [TestVehicle] = []
        // Enough for both loops, and no more than one record keeps in mind.
        for _ in 0..<7 {
            let other = try server.vehicle()
            try Self.send("a", by: other)
            try Self.expectSilence(other)
            others.append(other)
        }
        try Self.send("a", by: first)
        try Self.expectSilence(first)
        server.collected.behave(.take)
        for vehicle in [first, first] + others { #expect(try Self.answer(vehicle) == "ack txid=a topic=V") }
        for vehicle in [first] + others { try Self.expectSilence(vehicle) }
        #expect(server.collected.records.count == 1)
        #expect(server.receiver.vehicle(VIN(VehicleConversationTests.vin))?.unacknowledged == 0)
    }

    @Test func `who waits is answered although the connection of the first has gone`() throws {
        let server = try Self.server(.stall)
        defer { server.stop() }
        var first: TestVehicle? = try server.vehicle()
        try Self.send("a", by: try #require(first))
        try Self.expectSilence(try #require(first))
        let second = try server.vehicle()
        try Self.send("a", by: second)
        try Self.expectSilence(second)
        first = nil
        server.collected.behave(.take)
        #expect(try Self.answer(second) == "ack txid=a topic=V")
        #expect(server.collected.records.count == 1)
    }

    @Test func `more connections than are kept in mind get no answer, and one when they ask later`() throws {
        let server = try Self.server(.stall)
        defer { server.stop() }
        let first = try server.vehicle()
        try Self.send("a", by: first)
        try Self.expectSilence(first)
        let others = try (0..<9).map { _ in
            let other = try server.vehicle()
            try Self.send("a", by: other)
            try Self.expectSilence(other)
            return other
        }
        server.collected.behave(.take)
        for vehicle in [first] + others[..<8] { #expect(try Self.answer(vehicle) == "ack txid=a topic=V") }
        try Self.expectSilence(others[8])
        try Self.send("a", by: others[8])
        #expect(try Self.answer(others[8]) == "ack txid=a topic=V")
        #expect(server.collected.records.count == 1)
    }

    @Test func `a record that was refused is tried again when it comes again`() throws {
        let server = try Self.server(.stall)
        defer { server.stop() }
        let first = try server.vehicle()
        let second = try server.vehicle()
        try Self.send("a", by: first)
        try Self.expectSilence(first)
        try Self.send("a", by: second)
        try Self.expectSilence(second)
        server.collected.behave(.refuse)
        eventually { server.metric("ack_withheld_total") == 2 }
        try Self.expectSilence(first)
        try Self.expectSilence(second)
        server.collected.behave(.take)
        try Self.send("a", by: second)
        #expect(try Self.answer(second) == "ack txid=a topic=V")
        #expect(server.collected.records.map(\.txidText) == ["a"])
        // Neither counts as waiting any more.
        #expect(server.receiver.vehicle(VIN(VehicleConversationTests.vin))?.unacknowledged == 0)
    }

    @Test func `a message that is no record is an error each time`() throws {
        let server = try Self.server()
        defer { server.stop() }
        let vehicle = try server.vehicle()
        for _ in 0..<3 {
            try Self.send("a", by: vehicle, payload: [0xff, 0xff])
            #expect(try Self.answer(vehicle) == "error incorrect message format txid=a topic=")
        }
        try Self.send("a", by: vehicle)
        #expect(try Self.answer(vehicle) == "ack txid=a topic=V")
        #expect(server.metric("record_duplicate_total") == 0)
    }

    @Test func `only so many are remembered, the latest ones`() throws {
        let server = try Self.server { $0.entriesPerVehicle = 2 }
        defer { server.stop() }
        let vehicle = try server.vehicle()
        for txid in ["a", "b", "c", "c", "b", "a", "c"] {
            try Self.send(txid, by: vehicle)
            #expect(try Self.answer(vehicle) == "ack txid=\(txid) topic=V")
        }
        #expect(server.collected.records.map(\.txidText) == ["a", "b", "c", "a"])
    }

    @Test func `after the window a record is new again`() throws {
        let server = try Self.server(threads: 1) { $0.windowMilliseconds = 50 }
        defer { server.stop() }
        let vehicle = try server.vehicle()
        var sent = 0
        while server.collected.records.count < 2, sent < 100_000 {
            try Self.send("a", by: vehicle)
            #expect(try Self.answer(vehicle) == "ack txid=a topic=V")
            sent += 1
        }
        #expect(server.collected.records.count == 2)
    }

    @Test func `a vehicle that repeats itself without end is not read on, and then gets every answer`() throws {
        var settings = ReceiverSettings()
        settings.unacknowledgedRecordsLimit = 8
        settings.deduplication = DeduplicationSettings()
        let server = try TestReceiver(settings: settings, dispatcher: CollectingDispatcher(.stall))
        defer { server.stop() }
        let vehicle = try server.vehicle()
        for _ in 0..<100 { try Self.send("a", by: vehicle) }
        server.collected.behave(.take)
        for _ in 0..<100 { #expect(try Self.answer(vehicle) == "ack txid=a topic=V") }
        #expect(server.collected.records.count == 1)
    }
}
