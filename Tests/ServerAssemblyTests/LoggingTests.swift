import Foundation
import LinuxSystem
import Observability
import OpenSSLTransport
import ServerAssembly
import Testing
import VehicleFixtures

/// What a whole server says in its log.
@Suite(.serialized)
struct LoggingTests {
    private static let vin = "5YJ3E1EA7KF000316"

    /// Fails to shake hands in every way that a peer can.
    private func failHandshakes(_ bench: ServerBench) throws {
        let port = bench.server.address.port
        // A proxy that ended TLS, a scanner, a health check.
        _ = try ServerBench.exchange(Array("GET / HTTP/1.1\r\n\r\n".utf8), port: port)
        _ = try ServerBench.exchange(
            [0x03, 0x00, 0x00, 0x13, 0x0e, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0],
            port: port
        )
        _ = try ServerBench.exchange([], port: port)
        // A browser; a vehicle of somebody else; a vehicle that knows another CA; one that is too old.
        let ca = bench.pki.authority.certificate
        let stranger = try TestPKI()
        try refused(port, TLSClientContext(authorities: [ca], identity: nil))
        let template = CertificateTemplate(role: .vehicle, commonName: Self.vin, days: 30)
        try refused(port, TLSClientContext(authorities: [ca], identity: try stranger.vehicleIdentity(template)))
        try refused(
            port,
            TLSClientContext(
                authorities: [stranger.authority.certificate],
                identity: try bench.pki.vehicleIdentity(template)
            )
        )
    }

    private func refused(_ port: UInt16, _ context: TLSClientContext) throws {
        #expect(throws: (any Error).self) {
            let vehicle = try TestVehicle(port: port, context: context)
            try vehicle.upgrade()
        }
    }

    @Test func `failed handshakes are told apart, in words`() throws {
        let bench = try ServerBench(#""records": {"V": ["logger"]}"#)
        defer { bench.server.stop() }
        try failHandshakes(bench)
        let lines = try bench.lines(of: "tls_handshake_failed", atLeast: 6)
        var words: [String: String] = [:]
        for line in lines { words[line["reason"] as? String ?? ""] = line["error"] as? String }
        #expect(words["plain_http"]?.contains("load balancer") == true)
        #expect(words["not_tls"]?.contains("scanner") == true)
        #expect(words["connection_lost"]?.contains("health check") == true)
        #expect(words["no_client_certificate"]?.contains("proxy that ends TLS") == true)
        #expect(words["client_certificate_refused"]?.contains("add its issuer to tls.ca_file") == true)
        #expect(words["server_certificate_refused"]?.contains("send the whole chain") == true, "\(words)")
        #expect(words.count == 6, "\(words.keys)")
        var codes: [String: String] = [:]
        for line in lines { codes[line["reason"] as? String ?? ""] = line["code"] as? String }
        #expect(
            codes == [
                "plain_http": "FT-TLS-005", "not_tls": "FT-TLS-029", "connection_lost": "FT-TLS-004",
                "no_client_certificate": "FT-TLS-003", "client_certificate_refused": "FT-TLS-009",
                "server_certificate_refused": "FT-TLS-002",
            ]
        )
        #expect(lines.allSatisfy { ($0["remote_ip"] as? String)?.hasPrefix("127.0.0.1:") == true })
    }

    @Test func `failed handshakes stay out of the log where the operator wants it, and are counted`() throws {
        let bench = try ServerBench(
            #""records": {"V": ["logger"]}"#,
            environment: ["SUPPRESS_TLS_HANDSHAKE_ERROR_LOGGING": "true"]
        )
        try failHandshakes(bench)
        let text = String(decoding: bench.server.metrics.exposition(), as: UTF8.self)
        #expect(text.contains(#"tls_handshake_failure_total{reason="plain_http"} 1"#))
        bench.server.stop()
        #expect(bench.capture.lines(of: "tls_handshake_failed").isEmpty)
    }

    @Test func `a flood of failed handshakes is a few lines, and the end says how many are missing`() throws {
        let bench = try ServerBench(#""records": {"V": ["logger"]}"#)
        for _ in 0..<60 {
            _ = try ServerBench.exchange(Array("GET / HTTP/1.1\r\n\r\n".utf8), port: bench.server.address.port)
        }
        bench.server.stop()
        #expect(bench.capture.lines(of: "tls_handshake_failed").count < 40)
        let missing = try bench.lines(of: "log_lines_left_out")
        #expect(missing.contains { $0["event"] as? String == "tls_handshake_failed" })
    }

    @Test func `no line shows a whole VIN when they are masked`() throws {
        let bench = try ServerBench(
            #""records": {"V": ["logger"], "connectivity": ["logger"]}, "log": {"mask_vins": true}"#
        )
        try failHandshakes(bench)
        let vehicle = try bench.vehicle()
        try vehicle.send(Frames.record("tx-\(Self.vin)"))
        try vehicle.send(Frames.record("b", topic: "made up", sender: "vehicle_device.\(Self.vin)x"))
        try vehicle.send(Frames.record("c", topic: "V", payload: [0xff, 0xff]))
        try vehicle.send([1, 2, 3])
        try vehicle.send([])
        for _ in 0..<5 { #expect(try vehicle.nextFrame()?.opcode == 2) }
        try vehicle.send([1], opcode: 3)
        bench.server.stop()
        #expect(bench.capture.lines.count > 10)
        for event in ["socket_connected", "socket_disconnected", "unexpected_sender_id", "unexpected_record"] {
            #expect(!bench.capture.lines(of: event).isEmpty, "\(event)")
        }
        for line in bench.capture.lines { #expect(!line.contains(Self.vin), "\(line)") }
        #expect(bench.capture.lines.contains { $0.contains("5YJ**********0316") })
    }

    @Test func `a refused record is found in the log by its txid`() throws {
        let bench = try ServerBench(#""records": {"V": ["logger"]}"#)
        let vehicle = try bench.vehicle()
        try vehicle.send(Frames.record("tx-sender", topic: "made up", sender: "somebody else"))
        try vehicle.send(Frames.record("tx-damaged", topic: "V", payload: [0xff, 0xff]))
        for _ in 0..<2 { #expect(try vehicle.nextFrame()?.opcode == 2) }
        bench.server.stop()
        let sender = try #require(try bench.lines(of: "unexpected_sender_id").first)
        #expect(sender["txid"] as? String == "tx-sender" && sender["record_type"] as? String == "made up")
        #expect(sender["sender_id"] as? String == "somebody else")
        #expect(sender["expected_sender_id"] as? String == "vehicle_device.\(Self.vin)")
        let refused = try bench.lines(of: "unexpected_record")
        #expect(refused.map { $0["txid"] as? String } == ["tx-sender", "tx-damaged"])
        #expect(refused.map { $0["record_type"] as? String } == ["made up", "V"])
        #expect(refused.allSatisfy { $0["device_id"] as? String == Self.vin })
    }

    @Test func `debug lines name records and answers, never their content`() throws {
        let bench = try ServerBench(#""records": {"V": ["logger"]}"#)
        let vehicle = try bench.vehicle()
        let secret: [UInt8] = [0x0a, 0x0e, 0x08, 0x40, 0x12, 0x0a, 0x0a, 0x08] + Array("hideaway".utf8)
        try vehicle.send(Frames.record("tx-debug", payload: secret))
        #expect(try vehicle.nextFrame()?.opcode == 2)
        bench.server.stop()
        for event in ["dispatching_message", "message_respond"] {
            let line = try #require(try bench.lines(of: event).first)
            #expect(line["txid"] as? String == "tx-debug" && line["record_type"] as? String == "V", "\(event)")
            #expect(line["level"] as? String == "debug")
        }
        #expect(try String(contentsOf: bench.recordLog, encoding: .utf8).contains("hideaway"))
        #expect(!bench.capture.lines.contains { $0.contains("hideaway") })
    }

    @Test func `names of the reference are used for a life from start to stop`() throws {
        let port = TestPorts.free()
        let bench = try ServerBench(
            #""records": {"V": ["logger"]}, "status_port": \#(port), "status_host": "127.0.0.1""#,
            level: .info
        )
        let vehicle = try bench.vehicle()
        try vehicle.send(Frames.record("a"))
        #expect(try vehicle.nextFrame()?.opcode == 2)
        bench.server.stop()
        let events = bench.capture.lines.compactMap { $0.firstMatch(of: /"msg":"([a-z_]+)"/).map { String($0.1) } }
        #expect(
            events == [
                "custom_ca_file_appened", "status_server_configured", "config_skipping_empty_metrics_provider",
                "starting_server", "vehicle_connected", "socket_connected", "attempting_to_close",
                "socket_disconnected", "vehicle_disconnected", "dispatcher_drained", "stopped_server",
            ]
        )
    }

    @Test func `nothing secret stands in any line`() throws {
        let key = "very secret words"
        let bench = try ServerBench(
            """
            "records": {"V": ["logger"]}, "redis": {"addrs": ["127.0.0.1:6379"], "password": "\(key)"},
            "mqtt": {"broker": "tcp://127.0.0.1:1883", "client_id": "x", "password": "\(key)", "topic_base": "t"},
            "airbrake": {"project_key": "\(key)"}
            """
        )
        bench.server.stop()
        #expect(!bench.capture.lines.contains { $0.contains(key) || $0.contains("PRIVATE KEY") })
    }
}
