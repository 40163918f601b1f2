import EnvelopeCodec
import Foundation
import Glibc
import LinuxSystem
import Observability
import ServerAssembly
import TelemetryFixtures
import Testing
import VehicleFixtures

/// What `promtool check metrics` says to an exposition.
private func promtoolComplaints(_ exposition: String) throws -> (status: Int32, lines: [String]) {
    try #require(try Tool.run("command -v promtool").status == 0, "promtool is not on PATH: run make test-deps")
    let outcome = try Tool.run("promtool check metrics", input: Array(exposition.utf8))
    return (outcome.status, outcome.output.split(separator: "\n").map(String.init))
}

/// Metrics and probes of a whole server, over HTTP and UDP.
@Suite(.serialized)
struct MonitoringTests {
    private static let vin = "5YJ3E1EA7KF000316"

    /// Sends one of everything, and returns when all answers have come.
    private func exercise(_ bench: ServerBench) throws -> TestVehicle {
        let vehicle = try bench.vehicle(headers: [("X-TXID", "11111111-2222-4333-8444-555555555555")])
        try vehicle.send(Frames.record("a"))
        try vehicle.send(Frames.record("b", topic: "alerts", payload: []))
        for number in 0..<50 { try vehicle.send(Frames.record("c\(number)", topic: "made up \(number)")) }
        try vehicle.send(Frames.record("d", topic: "made up", sender: "somebody else"))
        try vehicle.send([1, 2, 3])
        try vehicle.send([])
        try vehicle.send(Array(repeating: 0, count: 1_000_001))
        for _ in 0..<56 { #expect(try vehicle.nextFrame()?.opcode == 2) }
        #expect(
            try ServerBench.exchange(Array("GET / HTTP/1.1\r\n\r\n".utf8), port: bench.server.address.port).contains(
                "400"
            )
        )
        _ = try bench.lines(of: "tls_handshake_failed")
        return vehicle
    }

    @Test func `metrics are scraped over HTTP, pass promtool, and have the reference's names`() throws {
        let port = TestPorts.free()
        let bench = try ServerBench(
            """
            "records": {"V": ["logger", "file"], "alerts": ["logger"], "connectivity": ["logger"]},
            "file": {"path": "FOLDER/out.jsonl"},
            "reliable_ack_sources": {"V": "file"}, "vins_signal_tracking_enabled": ["\(Self.vin)"],
            "monitoring": {"prometheus_metrics_port": \(port), "prometheus_metrics_host": "127.0.0.1"}
            """
        )
        defer { bench.server.stop() }
        let vehicle = try exercise(bench)
        let (head, body) = try ServerBench.get("/metrics", port: port)
        #expect(head.contains("200 OK") && head.contains("text/plain; version=0.0.4"))
        let lines = body.split(separator: "\n").map(String.init)
        for line in [
            #"record_total{record_type="V"} 1"#, #"record_total{record_type="alerts"} 1"#,
            #"record_total{record_type="other"} 50"#, #"dispatch_total{record_type="V"} 2"#,
            #"record_size_bytes_total{record_type="V"} 30"#,
            #"signal_count{record_type="V"} 1"#, #"vin_signal_count{record_type="V",vin="\#(Self.vin)"} 1"#,
            #"reliable_ack{dispatcher="file",record_type="V"} 1"#, "record_too_big_total 1",
            "unexpected_record_err_total 2", "unauthorized_sender_id_total 1",
            #"unknown_message_type_error_total{msg_type="0"} 1"#, "num_connections 1",
            #"tls_handshake_failure_total{reason="plain_http"} 1"#,
            "# TYPE reliable_ack counter", "# TYPE signal_count gauge", "# TYPE num_connections gauge",
            "# TYPE ack_latency_seconds histogram", "# TYPE dispatch_latency_seconds histogram",
            "# TYPE process_open_fds gauge", "# TYPE process_resident_memory_bytes gauge",
            "# TYPE process_cpu_seconds_total counter", "# TYPE dispatch_queue_records gauge",
            #"dispatch_delivered_total{dispatcher="file"} 1"#, "connections_opened_total 2",
        ] { #expect(lines.contains(line), "\(line)") }
        #expect(lines.contains { $0.hasPrefix("uptime_sec ") })
        // The connectivity record is none that a vehicle waits for, and the unlisted topics are answered at once.
        #expect(lines.contains("ack_latency_seconds_count 2"))
        let total = lines.first { $0.hasPrefix("ack_latency_seconds_sum ") }?.split(separator: " ").last
        #expect(try Double(#require(total)) ?? 0 > 0, "acks take less than a millisecond, but not nothing")
        #expect(!body.contains("made up"))
        // Names of the reference that promtool dislikes stay as they are; there is nothing else to dislike.
        let complaints = try promtoolComplaints(body + "\n")
        let names = Set(complaints.lines.compactMap { $0.split(separator: " ").first.map(String.init) })
        #expect(names.isSubset(of: MetricNaming.unconventionalNames), "\(complaints.lines)")
        vehicle.stopSending()
    }

    @Test func `with the names that Prometheus recommends, promtool has nothing to say`() throws {
        let port = TestPorts.free()
        let bench = try ServerBench(
            """
            "records": {"V": ["logger", "file"], "alerts": ["logger"]}, "file": {"path": "FOLDER/out.jsonl"},
            "reliable_ack_sources": {"V": "file"}, "vins_signal_tracking_enabled": ["\(Self.vin)"],
            "monitoring": {"prometheus_metrics_port": \(port), "prometheus_metric_names": "prometheus"}
            """
        )
        defer { bench.server.stop() }
        let vehicle = try exercise(bench)
        let (_, body) = try ServerBench.get("/metrics", port: port)
        let lines = body.split(separator: "\n").map(String.init)
        for line in [
            "# TYPE reliable_ack_total counter", #"reliable_ack_total{dispatcher="file",record_type="V"} 1"#,
            "# TYPE signals_total counter", "# TYPE uptime_seconds gauge", #"record_total{record_type="V"} 1"#,
        ] { #expect(lines.contains(line), "\(line)") }
        let complaints = try promtoolComplaints(body + "\n")
        #expect(complaints.status == 0 && complaints.lines.isEmpty, "\(complaints.lines)")
        vehicle.stopSending()
    }

    @Test func `a reliable ack whose connection is gone counts as missed`() throws {
        let bench = try ServerBench(
            """
            "records": {"V": ["file"]}, "file": {"path": "FOLDER/missing/out.jsonl"},
            "reliable_ack_sources": {"V": "file"}
            """
        )
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle()
        try vehicle.send(Frames.record("late"))
        vehicle.stopSending()
        _ = try bench.lines(of: "socket_disconnected")
        // The dispatcher could not open its file so far.
        try FileManager.default.createDirectory(
            at: bench.folder.appending(path: "missing"),
            withIntermediateDirectories: true
        )
        let deadline = MonotonicTime.now.adding(milliseconds: 20_000)
        let wanted = #"reliable_ack_miss{dispatcher="file",record_type="V"} 1"#
        var text = ""
        while !text.contains(wanted) || !text.contains("ack_late_total 1"), MonotonicTime.now < deadline {
            text = String(decoding: bench.server.metrics.exposition(), as: UTF8.self)
            usleep(5_000)
        }
        #expect(text.contains(wanted))
        #expect(text.contains("ack_late_total 1"))
    }

    @Test func `StatsD gets well-formed lines`() throws {
        let socket = try DatagramServer()
        let bench = try ServerBench(
            """
            "records": {"V": ["logger"]},
            "monitoring": {"statsd": {"host": "127.0.0.1:\(socket.port)", "prefix": "ft", "flush_period": 50}}
            """
        )
        let vehicle = try bench.vehicle()
        try vehicle.send(Frames.record("a"))
        #expect(try vehicle.nextFrame()?.opcode == 2)
        #expect(try bench.lines(of: "new_statsd_client").count == 1)
        var seen: Set<String> = []
        let deadline = MonotonicTime.now.adding(milliseconds: 10_000)
        while !seen.contains("ft.record_total,record_type=V:1|c"), MonotonicTime.now < deadline {
            seen.formUnion(try socket.receive())
        }
        #expect(seen.contains("ft.record_total,record_type=V:1|c"))
        #expect(seen.contains("ft.num_connections:1|g"))
        #expect(
            seen.allSatisfy {
                $0.wholeMatch(of: /ft\.[a-z_]+(,[a-z_]+=[^,=:|]+)*:-?[0-9.]+\|(c|g|ms)(\|@[0-9.]+)?/) != nil
            }
        )
        bench.server.stop()
    }

    @Test func `Prometheus wins over StatsD, and neither is said`() throws {
        let port = TestPorts.free()
        let both = try ServerBench(
            """
            "records": {"V": ["logger"]}, "monitoring": {"prometheus_metrics_port": \(port),
            "statsd": {"host": "127.0.0.1:9", "prefix": "ft"}}
            """
        )
        both.server.stop()
        #expect(both.capture.lines(of: "new_statsd_client").isEmpty)
        let neither = try ServerBench(#""records": {"V": ["logger"]}"#)
        neither.server.stop()
        #expect(neither.capture.lines(of: "config_skipping_empty_metrics_provider").count == 1)
    }

    @Test func `probes are answered on the status port`() throws {
        let port = TestPorts.free()
        let bench = try ServerBench(
            """
            "records": {"V": ["file"]}, "file": {"path": "FOLDER/out.jsonl"},
            "status_port": \(port), "status_host": "127.0.0.1"
            """
        )
        #expect(try ServerBench.get("/status", port: port).body == "ok")
        #expect(try ServerBench.get("/healthz", port: port).body == "alive\n")
        #expect(try ServerBench.get("/readyz", port: port).body.hasPrefix("ready\n"))
        bench.server.stop()
        let failing = try ServerBench(
            """
            "records": {"V": ["file"]}, "file": {"path": "FOLDER/missing/out.jsonl"},
            "status_port": \(port), "status_host": "127.0.0.1"
            """
        )
        defer { failing.server.stop() }
        let vehicle = try failing.vehicle()
        try vehicle.send(Frames.record("a"))
        _ = try failing.lines(of: "dispatcher_failing")
        let answer = try ServerBench.get("/readyz", port: port)
        #expect(answer.head.hasPrefix("HTTP/1.1 503") && answer.body.contains("file: failing"), "\(answer)")
        #expect(try ServerBench.get("/healthz", port: port).head.hasPrefix("HTTP/1.1 200"))
    }
}
