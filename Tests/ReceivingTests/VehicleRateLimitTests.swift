import Observability
import OpenSSLTransport
import Receiving
import TelemetryModel
import Testing
import VehicleFixtures

/// The rate limit is the vehicle's, not the connection's.
struct VehicleRateLimitTests {
    private static func server(_ messages: Int) throws -> TestReceiver {
        var settings = ReceiverSettings()
        settings.threads = 2
        settings.rateLimit = RateLimit(messages: messages, intervalMilliseconds: 3_600_000)
        settings.trackedVINs = [VehicleConversationTests.vin]
        return try TestReceiver(types: ["V"], settings: settings)
    }

    /// How many acks come before the pong that follows everything.
    private static func acks(_ vehicle: TestVehicle) throws -> Int {
        try vehicle.send([1], opcode: 9)
        var pongs = 0
        var acks = 0
        while pongs < 1, let frame = try vehicle.nextFrame() {
            if frame.opcode == 10 { pongs += 1 } else { acks += 1 }
        }
        return acks
    }

    @Test func `it goes on where it was after a reconnect`() throws {
        let server = try Self.server(5)
        defer { server.stop() }
        for connection in 0..<4 {
            let vehicle = try server.vehicle()
            for index in 0..<2 {
                try vehicle.send(VehicleConversationTests.frame("tx-\(connection)-\(index)"))
                guard connection * 2 + index < 5 else { continue }
                let answer = try VehicleConversationTests.answer(vehicle.nextFrame())
                #expect(answer == "ack txid=tx-\(connection)-\(index) topic=V")
            }
            #expect(try Self.acks(vehicle) == 0)
        }
        #expect(server.collected.records.count == 5)
        let vin = VehicleConversationTests.vin
        #expect(server.metric("rate_limit_exceeded_total{device_id=\"\(vin)\",txtype=\"V\"}") == 3)
    }

    @Test func `two connections of one vehicle share it, and other vehicles have their own`() throws {
        let server = try Self.server(100)
        defer { server.stop() }
        // Eight, so that they live on both loops.
        let sockets = try (0..<8).map { _ in try server.vehicle() }
        for index in 0..<20 {
            for (number, socket) in sockets.enumerated() {
                try socket.send(VehicleConversationTests.frame("tx-\(number)-\(index)"))
            }
        }
        #expect(server.collected.waitForRecords(100).count == 100)
        for socket in sockets { _ = try Self.acks(socket) }
        #expect(server.collected.records.count == 100)
        let other = try server.vehicle("5YJ3E1EA7KF000317")
        try other.send(VehicleConversationTests.frame("mine"))
        #expect(try VehicleConversationTests.answer(other.nextFrame()) == "ack txid=mine topic=V")
    }
}
