import Dispatching
import LinuxSystem
import OpenSSLTransport
import Receiving
import TelemetryFixtures
import TelemetryModel
import Testing
import VehicleFixtures

/// What happens when dispatchers or vehicles are slow, gone, or hostile.
struct BackpressureTests {
    @Test func `no ack leaves before the dispatcher has the record`() throws {
        let server = try TestReceiver(dispatcher: CollectingDispatcher(.stall))
        defer { server.stop() }
        let vehicle = try server.vehicle()
        try vehicle.send(VehicleConversationTests.frame("held"))
        // A ping that is answered shows that the record before it has been read, and that no ack came first.
        try vehicle.send([1], opcode: 9)
        #expect(try vehicle.nextFrame()?.opcode == 10)
        server.collected.behave(.take)
        #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=held topic=V")
    }

    @Test func `a stalled dispatcher stops its vehicles and nobody else, and nothing is lost`() throws {
        var lanes = LaneSettings()
        lanes.recordLimit = 10
        let server = try TestReceiver(types: ["V"], lanes: lanes, dispatcher: CollectingDispatcher(.stall))
        defer { server.stop() }
        let busy = try server.vehicle()
        for index in 0..<200 { try busy.send(VehicleConversationTests.frame("tx-\(index)")) }
        // A newcomer is served although the lane is full: an unlisted topic needs no room.
        let other = try server.vehicle("5YJ3E1EA7KF000317")
        try other.send([1], opcode: 9)
        #expect(try other.nextFrame()?.opcode == 10)
        server.collected.behave(.take)
        for index in 0..<200 {
            #expect(try VehicleConversationTests.answer(busy.nextFrame()) == "ack txid=tx-\(index) topic=V")
        }
        #expect(server.collected.records.map(\.txidText) == (0..<200).map { "tx-\($0)" })
    }

    @Test func `a vehicle with too many unacknowledged records is read again when half are settled`() throws {
        var settings = ReceiverSettings()
        settings.unacknowledgedRecordsLimit = 8
        let server = try TestReceiver(types: ["V"], settings: settings, dispatcher: CollectingDispatcher(.stall))
        defer { server.stop() }
        let vehicle = try server.vehicle()
        for index in 0..<100 { try vehicle.send(VehicleConversationTests.frame("tx-\(index)")) }
        server.collected.behave(.take)
        for index in 0..<100 {
            #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=tx-\(index) topic=V")
        }
    }

    @Test func `a silent vehicle gets a ping, and without a pong the connection ends`() throws {
        var settings = ReceiverSettings()
        settings.deadlines.pingIntervalMilliseconds = 50
        settings.deadlines.pongMilliseconds = 50
        let server = try TestReceiver(types: ["V", "connectivity"], settings: settings)
        defer { server.stop() }
        let vehicle = try server.vehicle()
        #expect(try vehicle.nextFrame()?.opcode == 9)
        try vehicle.send([], opcode: 10)
        #expect(try vehicle.nextFrame()?.opcode == 9)
        #expect(try vehicle.nextFrame()?.closeCode == 1001)
        #expect(try vehicle.nextFrame() == nil)
        #expect(server.collected.waitForRecords(2).count == 2)
    }

    @Test func `a connection that never starts TLS ends at its deadline`() throws {
        var settings = ReceiverSettings()
        settings.deadlines.handshakeMilliseconds = 50
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        let socket = try TCP.connect(host: "127.0.0.1", port: server.receiver.address.port, isBlocking: true)
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(try socket.read(into: &buffer) == 0)
        #expect(server.metric("tls_handshake_failure_total") == 1)
    }

    @Test func `a vehicle that trickles its request ends at its deadline`() throws {
        var settings = ReceiverSettings()
        settings.deadlines.requestMilliseconds = 50
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        let vehicle = try TestVehicle(
            port: server.receiver.address.port,
            context: try server.pki.clientContext(vin: "VIN")
        )
        try vehicle.send(raw: Array("GET / HT".utf8))
        #expect(try vehicle.nextFrame() == nil)
    }

    @Test func `plain HTTP is answered in plain HTTP`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let socket = try TCP.connect(host: "127.0.0.1", port: server.receiver.address.port, isBlocking: true)
        _ = try TCP.send(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).span, to: socket)
        var buffer = [UInt8](repeating: 0, count: 1000)
        let count = try #require(try socket.read(into: &buffer))
        #expect(String(decoding: buffer[..<count], as: UTF8.self).hasPrefix("HTTP/1.1 400 "))
    }

    @Test func `garbage of every kind leaves the server as it was`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var numbers = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let socket = try TCP.connect(host: "127.0.0.1", port: server.receiver.address.port, isBlocking: true)
            let garbage = (0..<Int.random(in: 0..<600, using: &numbers)).map { _ in
                UInt8.random(in: 0...255, using: &numbers)
            }
            _ = try? TCP.send(garbage.span, to: socket)
        }
        let vehicle = try server.vehicle()
        for _ in 0..<300 {
            let garbage = (0..<Int.random(in: 0..<300, using: &numbers)).map { _ in
                UInt8.random(in: 0...255, using: &numbers)
            }
            try vehicle.send(garbage)
        }
        try vehicle.send(VehicleConversationTests.frame("still here"))
        var answer = ""
        while !answer.contains("still here"), answer != "end of stream" {
            answer = try VehicleConversationTests.answer(vehicle.nextFrame())
        }
        #expect(answer == "ack txid=still here topic=V")
    }

    @Test func `at the connection limit newcomers are closed and counted`() throws {
        var settings = ReceiverSettings()
        settings.maxConnections = 1
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        let vehicle = try server.vehicle()
        #expect(throws: (any Error).self) { try server.vehicle("5YJ3E1EA7KF000317") }
        #expect(server.metric("connections_refused_total") == 1)
        try vehicle.send(VehicleConversationTests.frame("a"))
        #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=a topic=V")
    }

    @Test func `a stop acknowledges what was delivered, says 1001, and loses nothing`() throws {
        let server = try TestReceiver(types: ["V", "connectivity"], dispatcher: CollectingDispatcher(.stall))
        let vehicle = try server.vehicle()
        try vehicle.send(VehicleConversationTests.frame("last"))
        try vehicle.send([1], opcode: 9)
        #expect(try vehicle.nextFrame()?.opcode == 10)
        server.collected.behave(.take)
        let report = server.stop()
        #expect(report.left == 0)
        #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=last topic=V")
        #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "close 1001")
        #expect(try vehicle.nextFrame() == nil)
        #expect(server.collected.records.map(\.type.topic) == ["connectivity", "V", "connectivity"])
    }
}
