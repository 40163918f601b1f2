import AddressCodec
import HTTPCodec
import LinuxSystem
import Observability
import OpenSSLTransport
import Receiving
import TelemetryModel
import Testing
import VehicleFixtures

/// Who gets in, and at what pace.
struct AdmissionTests {
    private static let (first, second) = ("5YJ3E1EA7KF000316", "5YJ3E1EA7KF000317")

    /// The answer to an upgrade, with its text.
    private func refusal(_ server: TestReceiver, _ vin: String) throws -> (status: Int, text: String) {
        let vehicle = try TestVehicle(
            port: server.receiver.address.port,
            context: try server.pki.clientContext(vin: vin)
        )
        let status = try vehicle.upgrade().status
        return (status, String(decoding: try vehicle.readToEnd(), as: UTF8.self))
    }

    // MARK: VIN lists

    @Test func `a denied vehicle gets 403 with the reason, and is counted and remembered`() throws {
        var settings = ReceiverSettings()
        settings.vehicles = VehicleLists(denied: [VIN(Self.first)])
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        for _ in 0..<3 {
            let (status, text) = try refusal(server, Self.first)
            #expect(status == 403)
            #expect(text.contains("deny list"))
        }
        _ = try server.vehicle(Self.second)
        #expect(server.metric(#"vehicle_refused_total{reason="denied"}"#) == 3)
        let refused = server.receiver.refusedVehicles
        #expect(refused.map(\.vin.text) == [Self.first])
        #expect(refused.first?.count == 3)
        #expect(refused.first?.refusal == .denied)
        #expect(abs((refused.first?.lastMilliseconds ?? 0) - WallClock.milliseconds) < 60_000)
    }

    @Test func `with an allow list only its vehicles get in, and the deny list wins`() throws {
        var settings = ReceiverSettings()
        settings.vehicles = VehicleLists(allowed: [VIN(Self.first), VIN("both")], denied: [VIN("both")])
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        _ = try server.vehicle(Self.first)
        #expect(try refusal(server, Self.second).text.contains("not on the server's allow list"))
        #expect(try refusal(server, "both").text.contains("deny list"))
    }

    @Test func `new lists hold at once: they cut whom they refuse, and nobody else`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let (stays, goes) = (try server.vehicle(Self.first), try server.vehicle(Self.second))
        server.receiver.replace(VehicleLists(denied: [VIN(Self.second)]))
        #expect(try goes.nextFrame()?.closeCode == 1008)
        #expect(try refusal(server, Self.second).status == 403)
        try stays.send(VehicleConversationTests.frame("a"))
        #expect(try VehicleConversationTests.answer(stays.nextFrame()) == "ack txid=a topic=V")
        server.receiver.replace(VehicleLists())
        _ = try server.vehicle(Self.second)
    }

    @Test func `a million refused names leave the last thousand, the latest first`() {
        let gate = VehicleGate(VehicleLists(allowed: []), MetricRegistry())
        for number in 0..<5_000 { #expect(gate.refuse(VIN("\(number)"), now: Int64(number)) == .notAllowed) }
        let refused = gate.refused
        #expect(refused.count == VehicleGate.rememberedVehicles)
        #expect(refused.first?.vin.text == "4999")
        #expect(refused.last?.vin.text == "4000")
    }

    // MARK: Handshakes

    @Test func `an address that begins too many handshakes is closed at once, another is not`() throws {
        var settings = ReceiverSettings()
        settings.handshakeRate = HandshakeRate(perSecond: 0.001, burst: 2)
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        let vehicle = try server.vehicle(Self.first)
        _ = try server.vehicle(Self.second)
        for _ in 0..<5 { #expect(throws: (any Error).self) { try server.vehicle(Self.second) } }
        #expect(server.metric(#"connections_refused_total{reason="handshake_rate"}"#) == 5)
        let other = try TestVehicle(
            port: server.receiver.address.port,
            context: try server.pki.clientContext(vin: Self.second),
            localHost: "127.0.0.9"
        )
        #expect(try other.upgrade().status == 101)
        try vehicle.send(VehicleConversationTests.frame("a"))
        #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=a topic=V")
    }

    @Test func `tokens come back with time, and are shared by a household only`() throws {
        let rates = HandshakeRates(perSecond: 10, burst: 3)
        let address = try #require(IPAddress("2001:db8::1"))
        let neighbour = try #require(IPAddress("2001:db8::2"))
        let stranger = try #require(IPAddress("2001:db8:0:1::1"))
        #expect((0..<5).map { _ in rates.allows(address, now: 1_000) } == [true, true, true, false, false])
        #expect(!rates.allows(neighbour, now: 1_000))
        #expect(rates.allows(stranger, now: 1_000))
        #expect(!rates.allows(address, now: 1_099))
        #expect(rates.allows(address, now: 1_110))
        #expect(!rates.allows(address, now: 1_110))
        #expect((0..<4).map { _ in rates.allows(address, now: 100_000) } == [true, true, true, false])
        // The clock of another loop may be behind.
        #expect(!rates.allows(address, now: 99_000))
        for number in 0..<100_000 { _ = rates.allows(IPAddress(v4: UInt32(number)), now: 100_000) }
    }

    @Test func `half-open handshakes make room for a vehicle, and the last of them for each other`() throws {
        var settings = ReceiverSettings()
        settings.threads = 1
        settings.maxHandshakes = 16
        settings.deadlines.handshakeMilliseconds = 400
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        let port = server.receiver.address.port
        let idle = try (0..<200).map { _ in
            try OpenSocket(TCP.connect(host: "127.0.0.1", port: port, isBlocking: true))
        }
        let vehicle = try server.vehicle()
        try vehicle.send(VehicleConversationTests.frame("a"))
        #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=a topic=V")
        // Each is closed by us in the end: crowded out, or at its deadline.
        var buffer = [UInt8](repeating: 0, count: 10)
        for socket in idle { #expect(try socket.descriptor.read(into: &buffer) == 0) }
        let crowded = server.metric(#"connections_refused_total{reason="max_handshakes"}"#) ?? 0
        #expect(crowded >= 1 && crowded <= 200)
        #expect(server.receiver.meters.connections == 1)
    }

    /// Keeps a descriptor in an array.
    private final class OpenSocket {
        let descriptor: FileDescriptor

        init(_ descriptor: consuming FileDescriptor) {
            self.descriptor = descriptor
        }
    }

    // MARK: Slow readers

    @Test func `a vehicle that takes a little now and then is cut off like one that takes nothing`() throws {
        var settings = ReceiverSettings()
        settings.threads = 1
        settings.deadlines.writeMilliseconds = 300
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        let slow = try server.vehicle(Self.first)
        slow.setTimeout(milliseconds: 200)
        // Pongs that nobody reads fill the kernel's buffers and then ours, until we are not read any more.
        let pings = Array(repeating: TestVehicle.frame(Array(repeating: 7, count: 125), opcode: 9), count: 500).joined()
        do {
            while true { try slow.send(raw: Array(pings)) }
        } catch {}
        // A trickle that never empties what waited at first. Its pace is what is tested: there is nothing to wait for.
        let start = MonotonicTime.now
        let pace = ThreadSignal()
        while server.receiver.meters.connections > 0, try slow.discard(bytes: 4096) > 0 {
            pace.wait(until: MonotonicTime.now.adding(milliseconds: 20))
            try #require(MonotonicTime.now.nanoseconds(since: start) < 20_000_000_000, "it was never cut off")
        }
        #expect(server.metric("socket_err_total") == 1)
        let vehicle = try server.vehicle(Self.second)
        try vehicle.send(VehicleConversationTests.frame("a"))
        #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=a topic=V")
    }
}
