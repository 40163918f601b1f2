import Dispatching
import OpenSSLTransport
import Receiving
import TelemetryModel
import TelemetryFixtures
import Testing
import VehicleFixtures

/// How connections end while their records are still on the way.
struct EndingTests {
    @Test func `a vehicle that has said goodbye gets no ack, and its end is no error`() throws {
        let server = try TestReceiver(types: ["V", "connectivity"], dispatcher: CollectingDispatcher(.stall))
        defer { server.stop() }
        let vehicle = try server.vehicle()
        try vehicle.send(VehicleConversationTests.frame("a"))
        try vehicle.send([0x03, 0xe8], opcode: 8)
        #expect(try vehicle.nextFrame()?.closeCode == 1000)
        server.collected.behave(.take)
        eventually { server.metric("ack_late_total") == 1 }
        #expect(server.metric("ack_total") == 0)
        #expect(try vehicle.nextFrame() == nil)
        vehicle.stopSending()
        eventually { server.receiver.meters.connections == 0 }
        #expect(server.metric("socket_err_total") == nil)
        #expect(server.collected.waitForRecords(3).map(\.type.topic).sorted() == ["V", "connectivity", "connectivity"])
    }

    @Test func `a vehicle that leaves while a lane is full is gone although nobody reads it`() throws {
        var settings = ReceiverSettings()
        settings.deadlines.pongMilliseconds = 50
        var lanes = LaneSettings()
        lanes.recordLimit = 1
        let server = try TestReceiver(
            types: ["V"],
            settings: settings,
            lanes: lanes,
            dispatcher: CollectingDispatcher(.stall)
        )
        defer { server.stop() }
        let vin = VIN(VehicleConversationTests.vin)
        let first = try server.vehicle()
        try first.send(VehicleConversationTests.frame("first"))
        try first.send([1], opcode: 9)
        #expect(try first.nextFrame()?.opcode == 10)
        for index in 0..<3 {
            let gone = try server.vehicle()
            // The pong says that it is read; the record after it is what it then waits with.
            try gone.send([1], opcode: 9)
            #expect(try gone.nextFrame()?.opcode == 10)
            try gone.send(VehicleConversationTests.frame("gone-\(index)"))
        }
        eventually { server.receiver.vehicle(vin)?.sockets.count == 1 }
        #expect(server.receiver.vehicle(vin)?.sockets.count == 1)
        #expect(server.collected.records.isEmpty)
        server.collected.behave(.take)
        #expect(try VehicleConversationTests.answer(first.nextFrame()) == "ack txid=first topic=V")
        #expect(server.metric("socket_err_total") == nil)
    }

    @Test func `vehicles that come and go while a lane is full are all heard in the end`() throws {
        var lanes = LaneSettings()
        lanes.recordLimit = 1
        let server = try TestReceiver(types: ["V"], lanes: lanes, dispatcher: CollectingDispatcher(.stall))
        defer { server.stop() }
        let context = try server.pki.clientContext(vin: VehicleConversationTests.vin)
        func connect() throws -> TestVehicle {
            let vehicle = try TestVehicle(port: server.receiver.address.port, context: context)
            try vehicle.upgrade()
            return vehicle
        }
        let first = try connect()
        try first.send(VehicleConversationTests.frame("first"))
        try first.send([1], opcode: 9)
        #expect(try first.nextFrame()?.opcode == 10)
        for index in 0..<30 { try connect().send(VehicleConversationTests.frame("gone-\(index)")) }
        let last = try connect()
        try last.send(VehicleConversationTests.frame("last"))
        server.collected.behave(.take)
        #expect(try VehicleConversationTests.answer(first.nextFrame()) == "ack txid=first topic=V")
        #expect(try VehicleConversationTests.answer(last.nextFrame()) == "ack txid=last topic=V")
        eventually { server.receiver.vehicle(VIN(VehicleConversationTests.vin))?.sockets.count == 2 }
        #expect(server.receiver.vehicle(VIN(VehicleConversationTests.vin))?.sockets.count == 2)
    }
}
