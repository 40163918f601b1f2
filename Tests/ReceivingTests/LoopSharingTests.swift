import LinuxSystem
import Observability
import Receiving
import TelemetryModel
import Testing
import VehicleFixtures

/// Loops that are given one socket for all of them, and loops that are asked whether they live.
struct LoopSharingTests {
    @Test func `connections of one given socket are dealt out to all loops`() throws {
        var settings = ReceiverSettings()
        settings.threads = 3
        let socket = try ListeningSocket(TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false))
        let server = try TestReceiver(settings: settings, listeners: [socket])
        defer { server.stop() }
        #expect(server.receiver.address == socket.address)
        for number in 0..<9 {
            let vehicle = try server.vehicle("VIN\(number)")
            try vehicle.send(VehicleConversationTests.frame("a"))
            #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=a topic=V")
        }
        let loops = server.collected.waitForRecords(9).map(\.source.connection.loop)
        #expect(Dictionary(grouping: loops) { $0 }.mapValues(\.count) == [0: 3, 1: 3, 2: 3])
    }

    @Test func `several given sockets are all served`() throws {
        var settings = ReceiverSettings()
        settings.threads = 2
        let sockets = try (0..<2).map { _ in
            try ListeningSocket(TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false))
        }
        let server = try TestReceiver(settings: settings, listeners: sockets)
        defer { server.stop() }
        for socket in sockets {
            let vehicle = try TestVehicle(
                port: socket.address.port,
                context: try server.pki.clientContext(vin: "5YJ3E1EA7KF000316")
            )
            #expect(try vehicle.upgrade().status == 101)
        }
    }

    @Test func `loops that go round say so, and none after the end`() throws {
        let server = try TestReceiver()
        #expect(server.receiver.isAlive(by: MonotonicTime.now.adding(milliseconds: 10_000)))
        server.stop()
        #expect(!server.receiver.isAlive(by: MonotonicTime.now.adding(milliseconds: 20)))
    }
}
