import ControlPlane
import Foundation
import LinuxSystem
import Observability
import OpenSSLTransport
import TelemetryFixtures
import Testing
import VehicleFixtures

@testable import ServerAssembly

/// What a whole server in this process tells over its control socket.
struct ControlTests {
    private static let vin = "5YJ3E1EA7KF000316"

    private static func bench(_ members: String = #""records": {"V": ["logger"]}"#) throws -> ServerBench {
        let folder = try ServerBench.makeFolder()
        return try ServerBench(members, folder: folder, controlPath: folder.path + "/c.sock")
    }

    private static func client(_ bench: ServerBench) throws -> ControlClient {
        ControlClient(path: try #require(bench.server.controlPath))
    }

    @Test func `status tells what came, from whom, and where it went`() throws {
        let bench = try Self.bench(
            #""records": {"V": ["logger", "file"], "alerts": ["logger"]}, "file": {"path": "FOLDER/out.jsonl"}"#
        )
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle()
        for number in 0..<5 { try vehicle.send(Frames.record("a\(number)")) }
        try vehicle.send(Frames.record("b", topic: "alerts", payload: []))
        try vehicle.send(Frames.record("c", topic: "made up"))
        for _ in 0..<7 { #expect(try vehicle.nextFrame()?.opcode == 2) }
        _ = try ServerBench.exchange(Array("GET / HTTP/1.1\r\n\r\n".utf8), port: bench.server.address.port)
        _ = try bench.lines(of: "tls_handshake_failed")
        let status = try Self.client(bench).status()
        #expect(status.process.id == ProcessFacts.id && status.process.version == ProductVersion.text)
        #expect(status.process.uptimeSeconds > 0 && status.process.residentBytes > 1 << 20)
        #expect(status.process.openDescriptors > 3 && status.process.remembersSeconds == 86_400)
        #expect(abs(status.process.startedAt - Int(WallClock.milliseconds)) < 3_600_000)
        #expect(status.readiness.isReady && status.readiness.failing.isEmpty)
        #expect(status.listeners.map(\.name) == ["vehicles", "control"])
        #expect(status.listeners[0].address == bench.server.address.description)
        #expect(status.connections.open == 1 && status.connections.vehicles == 1)
        #expect(status.connections.opened == 2 && status.connections.closed == 1)
        #expect(status.handshakes.succeeded == 1)
        #expect(status.handshakes.failed.map(\.reason) == ["plain_http"])
        #expect(status.records.received == 7)
        #expect(status.records.byType.map { "\($0.reason) \($0.count)" } == ["V 5", "alerts 1", "other 1"])
        #expect(status.records.perSecond > 0 && status.records.perSecondSinceStart > 0)
        #expect(status.acks.sent == 7 && status.acks.withheld == 0)
        #expect(status.dispatchers.map(\.name) == ["file", "logger"])
        #expect(status.dispatchers.map(\.delivered) == [5, 6])
        #expect(status.dispatchers.allSatisfy { $0.state == .healthy && $0.since != nil && !$0.isSpooled })
        #expect(status.spool == nil && status.warnings.isEmpty)
        #expect(status.certificates.authorities == 1 && status.certificates.endedAuthorities == 0)
        #expect(status.certificates.server.map { (29...30).contains($0.daysLeft) } == true)
        vehicle.stopSending()
    }

    @Test func `a failing dispatcher makes the server not ready, and its reason is told`() throws {
        let bench = try Self.bench(
            #""records": {"V": ["file"]}, "file": {"path": "FOLDER/missing/out.jsonl"}"#
        )
        defer { bench.server.stop() }
        let client = try Self.client(bench)
        let deadline = MonotonicTime.now.adding(milliseconds: 20_000)
        var status = try client.status()
        while status.readiness.isReady, MonotonicTime.now < deadline { status = try client.status() }
        #expect(status.readiness.failing.contains { $0.hasPrefix("file: failing") })
        let lane = try #require(status.dispatchers.first)
        #expect(lane.state == .retrying && lane.attempts > 0)
        #expect(lane.failure?.contains("No such file") == true)
    }

    @Test func `vehicles are listed with all that is known of them`() throws {
        let bench = try Self.bench()
        defer { bench.server.stop() }
        let before = Int(WallClock.milliseconds)
        let vehicle = try bench.vehicle(
            headers: [("X-Network-Interface", "wifi"), ("Version", "1.2.0"), ("X-TXID", "the-socket")]
        )
        let others = try ["LRW3E7FA0MC000003", "7SAYGDEE0PA000002"].map { try bench.vehicle($0) }
        try vehicle.send(Frames.record("a"))
        #expect(try vehicle.nextFrame()?.opcode == 2)
        let client = try Self.client(bench)
        #expect(
            try client.vehicles(VehicleQuery()).vehicles.map(\.vin) == [
                Self.vin, "7SAYGDEE0PA000002", "LRW3E7FA0MC000003",
            ]
        )
        var query = VehicleQuery()
        query.vin = Self.vin
        let found = try #require(try client.vehicles(query).vehicles.first)
        #expect(found.isConnected && found.since >= before && found.records == 1 && found.recordsPerMinute == 1)
        #expect(found.networkInterface == "wifi" && found.clientVersion == "1.2.0")
        #expect((found.lastRecordAt ?? 0) >= before && found.lastRecordType == "V" && found.connections == 1)
        #expect(found.sockets.first?.remoteAddress.hasPrefix("127.0.0.1:") == true)
        #expect(found.sockets.first?.records == 1)
        query.vin = "unknown"
        #expect(try client.vehicles(query).vehicles.isEmpty)
        var page = VehicleQuery()
        page.limit = 2
        let first = try client.vehicles(page)
        #expect(first.vehicles.count == 2)
        #expect(first.next == "7SAYGDEE0PA000002")
        page.after = first.next
        let second = try client.vehicles(page)
        #expect(second.vehicles.map(\.vin) == ["LRW3E7FA0MC000003"] && second.next == nil)
        withExtendedLifetime(others) {}
        vehicle.stopSending()
    }

    @Test func `what a peer writes into its request is cut short, and many connections are counted, not listed`() throws
    {
        let bench = try Self.bench()
        defer { bench.server.stop() }
        let long = String(repeating: "é", count: 1_000)
        let vehicles = try (0..<12).map { _ in
            try bench.vehicle(headers: [("X-Network-Interface", long), ("Version", long)])
        }
        let found = try #require(try Self.client(bench).vehicles(VehicleQuery()).vehicles.first)
        #expect(found.connections == 12 && found.sockets.count == VehicleStatus.shownConnections)
        #expect(found.clientVersion.count < 70)
        #expect(found.sockets.allSatisfy { $0.networkInterface.count < 70 && $0.clientVersion.count < 70 })
        withExtendedLifetime(vehicles) {}
    }

    @Test func `refused vehicles are told whole, although the log hides them`() throws {
        let bench = try Self.bench(
            #""records": {"V": ["logger"]}, "log": {"mask_vins": true}, "vehicles": {"allow": ["LRW3E7FA0MC000003"],"#
                + #" "deny": ["7SAYGDEE0PA000002"]}"#
        )
        defer { bench.server.stop() }
        for vin in [Self.vin, "7SAYGDEE0PA000002", Self.vin] {
            let vehicle = try TestVehicle(port: bench.server.address.port, context: bench.pki.clientContext(vin: vin))
            #expect(try vehicle.upgrade().status == 403)
        }
        let refused = try Self.client(bench).refusedVehicles().refused.sorted { $0.vin < $1.vin }
        #expect(refused.map(\.vin) == [Self.vin, "7SAYGDEE0PA000002"])
        #expect(refused.map(\.reason) == [.notAllowed, .denied] && refused.map(\.count) == [2, 1])
        let status = try Self.client(bench).status()
        #expect(status.connections.refusedVehicles.map { "\($0.reason) \($0.count)" } == ["not_allowed 2", "denied 1"])
        #expect(status.connections.refusedRequests.map { "\($0.reason) \($0.count)" } == ["403 3"])
        #expect(status.warnings.contains { $0.contains("refused 3 times") && $0.contains("vehicles --refused") })
        #expect(!bench.capture.lines(of: "vehicle_refused").contains { $0.contains(Self.vin) })
    }

    @Test func `a spool is told with its use`() throws {
        let bench = try Self.bench(
            #""records": {"V": ["file"]}, "file": {"path": "FOLDER/missing/out.jsonl"}, "spool": {"directory": "#
                + #""FOLDER/spool"}"#
        )
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle()
        try vehicle.send(Frames.record("a"))
        #expect(try vehicle.nextFrame()?.opcode == 2)
        let status = try Self.client(bench).status()
        let spool = try #require(status.spool)
        #expect(spool.bytes > 0 && spool.maximumBytes == 8 << 30 && spool.hasRoom && spool.blocked == nil)
        #expect(spool.directory.hasSuffix("/spool") && spool.segments == 1)
        #expect(status.dispatchers.first?.isSpooled == true && status.dispatchers.first?.records == 1)
        #expect(status.readiness.isReady)
        vehicle.stopSending()
    }

    // MARK: The socket

    @Test func `without a path that can be made the server serves, and says what to do`() throws {
        let bench = try ServerBench(#""records": {"V": ["logger"]}"#, controlPath: "/proc/absent/c.sock")
        defer { bench.server.stop() }
        #expect(bench.server.controlPath == nil)
        let line = try #require(try bench.lines(of: "control_socket_unavailable").first)
        #expect((line["error"] as? String)?.hasPrefix("/proc/absent/c.sock: ") == true)
        let vehicle = try bench.vehicle()
        try vehicle.send(Frames.record("a"))
        #expect(try vehicle.nextFrame()?.opcode == 2)
        vehicle.stopSending()
    }

    @Test func `without the path that the configuration names it does not start`() throws {
        let error = #expect(throws: StartError.self) {
            _ = try ServerBench(#""records": {"V": ["logger"]}, "control": {"socket": "/proc/absent/c.sock"}"#)
        }
        #expect(error?.description.hasPrefix("control.socket: /proc/absent/c.sock: ") == true)
    }

    @Test func `the configuration's path wins, an embedding program gets it too, and it can be switched off`() throws {
        let named = try ServerBench(#""records": {"V": ["logger"]}, "control": {"socket": "FOLDER/own.sock"}"#)
        #expect(named.server.controlPath == named.folder.path + "/own.sock")
        #expect(try Self.client(named).status().readiness.isReady)
        named.server.stop()
        #expect(!Files.isOccupied(named.folder.path + "/own.sock"))
        let none = try ServerBench(#""records": {"V": ["logger"]}"#)
        #expect(none.server.controlPath == nil)
        none.server.stop()
        let off = try Self.bench(#""records": {"V": ["logger"]}, "control": {"enabled": false}"#)
        #expect(off.server.controlPath == nil && !Files.isOccupied(off.folder.path + "/c.sock"))
        off.server.stop()
    }

    @Test(
        arguments: [
            (#""relative.sock""#, "not the full path"), (#""/run/""#, "not the full path"), ("3", "text"),
            ("\"/\(String(repeating: "x", count: 107))\"", "108 bytes long"),
        ]
    )
    func `a path that cannot be one is found before the start`(_ value: String, _ words: String) {
        let text = #"{"port": 4443, "control": {"socket": \#(value)}}"#
        let loaded = ServerConfiguration.load(text: text, fileName: "x", environment: [:])
        let finding = loaded.findings.first { $0.path == "control.socket" }
        #expect(finding?.severity == .error && "\(finding?.problem ?? "")".contains(words), "\(loaded.findings)")
    }

    // MARK: Certificates

    private static func certificate(_ days: Int, _ issuer: CertificateIssuer) throws -> Certificate {
        var template = CertificateTemplate(role: .server, commonName: "x", days: 30)
        template.notBefore = WallClock.milliseconds / 1000 - 400 * 86_400
        template.notAfter = WallClock.milliseconds / 1000 + Int64(days) * 86_400 + 600
        return try issuer.issue(template).certificate
    }

    @Test func `of a chain and of many authorities the first end counts`() throws {
        let issuer = try CertificateIssuer.makeRoot(commonName: "CA")
        let now = Int(WallClock.milliseconds)
        let (near, far, ended) = (
            try Self.certificate(3, issuer), try Self.certificate(300, issuer), try Self.certificate(-2, issuer)
        )
        var status = CertificatesStatus(chain: [far, near], authorities: [far, near, far], now: now)
        #expect(status.server?.daysLeft == 3 && status.authority?.daysLeft == 3)
        #expect(status.authorities == 3 && status.endedAuthorities == 0)
        // One of one's own that has ended is a fault; Tesla's would not be.
        status = CertificatesStatus(chain: [far], authorities: [far, ended], now: now)
        #expect(status.authority?.daysLeft == -2 && status.endedAuthorities == 1)
        #expect(CertificatesStatus(chain: [], authorities: [], now: now).server == nil)
    }

    @Test func `warnings name what to mend`() {
        var status = ServerStatus()
        #expect(StatusWarnings.of(status).isEmpty)
        var end = CertificateEnd()
        end.daysLeft = 20
        status.certificates.server = end
        end.daysLeft = -1
        status.certificates.authority = end
        (status.connections.open, status.connections.limit) = (80, 100)
        (status.process.openDescriptors, status.process.descriptorLimit) = (9, 10)
        var spool = SpoolUse()
        (spool.bytes, spool.maximumBytes) = (81, 100)
        status.spool = spool
        var lane = DispatcherStatus()
        (lane.name, lane.state, lane.isSpooled, lane.failure) = ("kafka", .retrying, true, "unreachable: x")
        status.dispatchers = [lane]
        status.readiness.notices = ["vehicles: not reloaded"]
        let warnings = StatusWarnings.of(status)
        for words in [
            "ends in 20 days", "ended 1 days ago", "raise max_connections", "raise LimitNOFILE", "81 % full",
            "kafka: failing", "vehicles: not reloaded",
        ] { #expect(warnings.contains { $0.contains(words) }, "\(words): \(warnings)") }
        #expect(warnings.count == 7)
    }
}
