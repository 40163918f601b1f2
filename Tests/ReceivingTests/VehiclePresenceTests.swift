import LinuxSystem
import Observability
import OpenSSLTransport
import Receiving
import TelemetryModel
import TelemetryFixtures
import Testing
import VehicleFixtures

/// One vehicle is connected or not, however many connections it has and loses.
struct VehiclePresenceTests {
    private static let vin = VIN(VehicleConversationTests.vin)

    private static func server(_ capture: LogCapture, delay: Int) throws -> TestReceiver {
        var settings = ReceiverSettings()
        settings.threads = 2
        settings.presence.disconnectDelayMilliseconds = delay
        return try TestReceiver(
            types: ["V", "connectivity"],
            settings: settings,
            log: Log(level: .info, format: .json, output: .capture(capture))
        )
    }

    @Test func `a vehicle with two connections is shown with both and counted once`() throws {
        let capture = LogCapture()
        let server = try Self.server(capture, delay: 3_600_000)
        defer { server.stop() }
        let before = WallClock.milliseconds
        let wifi = try server.vehicle(headers: [("Version", "1.1.0"), ("X-Network-Interface", "wifi")])
        let cellular = try server.vehicle(headers: [("Version", "1.2.0"), ("X-Network-Interface", "cellular")])
        let other = try server.vehicle("5YJ3E1EA7KF000317")
        for index in 0..<3 { try wifi.send(VehicleConversationTests.frame("w\(index)")) }
        for _ in 0..<3 { _ = try wifi.nextFrame() }
        server.collected.behave(.stall)
        try cellular.send(VehicleConversationTests.frame("c"))
        try cellular.send([1], opcode: 9)
        #expect(try cellular.nextFrame()?.opcode == 10)
        let snapshot = try #require(server.receiver.vehicle(Self.vin))
        #expect(snapshot.isConnected && snapshot.since.rawValue >= before)
        #expect(snapshot.sockets.map(\.networkInterface) == ["wifi", "cellular"])
        #expect(snapshot.sockets.map(\.clientVersion) == ["1.1.0", "1.2.0"])
        #expect(snapshot.sockets.map(\.records) == [3, 1] && snapshot.records == 4)
        #expect(snapshot.sockets.map(\.unacknowledged) == [0, 1] && snapshot.unacknowledged == 1)
        #expect(snapshot.recordsPerMinute == 4)
        #expect(snapshot.networkInterface == "cellular" && snapshot.clientVersion == "1.2.0")
        #expect((snapshot.lastRecordAt?.rawValue ?? 0) >= before)
        #expect(Set(snapshot.sockets.map(\.socketID)).count == 2)
        #expect(Set(server.receiver.vehicles.map(\.vin.text)) == [Self.vin.text, "5YJ3E1EA7KF000317"])
        #expect(server.metric("vehicles_connected") == 2)
        #expect(capture.lines(of: "vehicle_connected").count == 2)
        #expect(server.receiver.vehicle(VIN("nobody")) == nil)
        server.collected.behave(.take)
        try other.send([], opcode: 8)
    }

    @Test func `changing networks is no disconnection, staying away is one`() throws {
        let capture = LogCapture()
        let server = try Self.server(capture, delay: 300)
        defer { server.stop() }
        var vehicles = [try server.vehicle(headers: [("X-Network-Interface", "wifi")])]
        // Five reconnects, the next before the last has gone or after it.
        for index in 0..<5 {
            if index % 2 == 0 { vehicles = [] }
            vehicles = [try server.vehicle()]
        }
        eventually { capture.lines(of: "socket_disconnected").count == 5 }
        #expect(capture.lines(of: "socket_connected").count == 6)
        // Each connection has its records for the dispatchers.
        #expect(server.collected.waitForRecords(11).count == 11)
        // Whoever is called disconnected has been away for the whole delay.
        #expect(server.receiver.vehicle(Self.vin)?.sockets.count == 1)
        #expect(server.metric("vehicles_connected") == 1)
        #expect(capture.lines(of: "vehicle_connected").count == 1)
        #expect(capture.lines(of: "vehicle_disconnected").isEmpty)
        let left = WallClock.milliseconds
        vehicles = []
        eventually { !capture.lines(of: "vehicle_disconnected").isEmpty }
        let snapshot = try #require(server.receiver.vehicle(Self.vin))
        #expect(!snapshot.isConnected && snapshot.sockets.isEmpty && snapshot.since.rawValue >= left + 299)
        #expect(server.metric("vehicles_connected") == 0)
        let line = try #require(capture.lines(of: "vehicle_disconnected").first)
        #expect(line.contains("\"reason\":\"peer_closed\"") || line.contains("\"reason\":\"peer_reset\""), "\(line)")
        // And back.
        vehicles = [try server.vehicle()]
        #expect(capture.lines(of: "vehicle_connected").count == 2)
        #expect(server.metric("vehicles_connected") == 1)
        #expect(vehicles.count == 1)
    }

    @Test func `records count on over connections`() throws {
        let server = try Self.server(LogCapture(), delay: 3_600_000)
        defer { server.stop() }
        for round in 1...3 {
            let vehicle = try server.vehicle()
            for index in 0..<4 {
                try vehicle.send(VehicleConversationTests.frame("\(round)-\(index)"))
                _ = try vehicle.nextFrame()
            }
            #expect(server.receiver.vehicle(Self.vin)?.records == UInt64(4 * round))
        }
    }

    @Test func `without a delay the end of the last connection is the vehicle's`() throws {
        let capture = LogCapture()
        let server = try Self.server(capture, delay: 0)
        defer { server.stop() }
        let first = try server.vehicle()
        let second = try server.vehicle()
        try first.send([0x03, 0xe8], opcode: 8)
        #expect(try first.nextFrame()?.closeCode == 1000)
        #expect(server.receiver.vehicle(Self.vin)?.isConnected == true)
        try second.send([0x03, 0xe8], opcode: 8)
        #expect(try second.nextFrame()?.closeCode == 1000)
        eventually { server.metric("vehicles_connected") == 0 }
        #expect(capture.lines(of: "vehicle_disconnected").count == 1)
    }

    @Test func `at a stop every vehicle is said to be gone`() throws {
        let capture = LogCapture()
        let server = try Self.server(capture, delay: 3_600_000)
        let here = try server.vehicle()
        _ = try server.vehicle("5YJ3E1EA7KF000317")
        eventually { server.receiver.vehicle(VIN("5YJ3E1EA7KF000317"))?.sockets.isEmpty == true }
        server.stop()
        #expect(capture.lines(of: "vehicle_disconnected").count == 2)
        #expect(server.metric("vehicles_connected") == 0)
        _ = here
    }
}
