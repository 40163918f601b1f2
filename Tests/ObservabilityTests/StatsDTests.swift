import Foundation
@testable import Observability
import Synchronization
import TelemetryFixtures
import Testing

@Suite struct StatsDLinesTests {
    @Test func `counters go out as what was added`() {
        let registry = MetricRegistry()
        var lines = StatsDLines(prefix: "ft")
        let counter = registry.counter("record_total", help: "h", labels: [("record_type", "V")])
        #expect(lines.lines(for: registry.snapshot()) == [])
        counter.add(3)
        #expect(lines.lines(for: registry.snapshot()) == ["ft.record_total,record_type=V:3|c"])
        #expect(lines.lines(for: registry.snapshot()) == [])
        counter.add(2)
        #expect(lines.lines(for: registry.snapshot()) == ["ft.record_total,record_type=V:2|c"])
    }

    @Test func `gauges go out when they change, below zero by way of zero`() {
        let registry = MetricRegistry()
        var lines = StatsDLines(prefix: "ft.")
        let gauge = registry.gauge("depth", help: "h")
        gauge.set(2.5)
        #expect(lines.lines(for: registry.snapshot()) == ["ft.depth:2.5|g"])
        #expect(lines.lines(for: registry.snapshot()) == [])
        gauge.set(-1)
        #expect(lines.lines(for: registry.snapshot()) == ["ft.depth:0|g", "ft.depth:-1|g"])
        gauge.set(.nan)
        #expect(lines.lines(for: registry.snapshot()) == [])
    }

    @Test func `histograms go out as mean timings with their rate`() {
        let registry = MetricRegistry()
        var lines = StatsDLines(prefix: "")
        let latency = registry.histogram("latency_seconds", help: "h", buckets: [1])
        latency.observe(seconds: 0.25)
        #expect(lines.lines(for: registry.snapshot()) == ["latency:250|ms"])
        latency.observe(seconds: 0.5, times: 3)
        latency.observe(seconds: 1.5)
        #expect(lines.lines(for: registry.snapshot()) == ["latency:750|ms|@0.25"])
        #expect(lines.lines(for: registry.snapshot()) == [])
    }

    @Test func `numbers have no exponent`() {
        #expect(StatsDLines.number(0.00001) == "0.000010000")
        #expect(StatsDLines.number(-0.00002) == "-0.000020000")
        #expect(StatsDLines.number(1e17) == "100000000000000000")
        #expect(StatsDLines.number(1e300) == String(Int64.max))
        #expect(StatsDLines.number(0.125) == "0.125")
    }

    @Test func `tag values cannot break a line`() {
        let registry = MetricRegistry()
        var lines = StatsDLines(prefix: "")
        registry.counter("a_total", help: "h", labels: [("x", "a:b|c,d=e#f@g h\ni"), ("y", "")]).add()
        #expect(lines.lines(for: registry.snapshot()) == ["a_total,x=a_b_c_d_e_f_g_h_i,y=none:1|c"])
    }

    @Test func `datagrams stay below a frame and hold whole lines`() {
        let registry = MetricRegistry()
        var lines = StatsDLines(prefix: "fleet")
        for number in 0..<500 {
            registry.counter("some_long_name_total", help: "h", labels: [("number", "\(number)")]).add()
        }
        let datagrams = lines.datagrams(for: registry.snapshot())
        #expect(datagrams.count > 5)
        #expect(datagrams.allSatisfy { $0.count <= StatsDLines.maximumDatagramBytes })
        let all = datagrams.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
        #expect(all.count == 500)
        #expect(all.allSatisfy { $0.wholeMatch(of: /fleet\.some_long_name_total,number=\d+:1\|c/) != nil })
    }
}

@Suite struct StatsDReporterTests {
    @Test func `a server on loopback gets the changes and, at the end, the last ones`() throws {
        let server = try DatagramServer()
        let registry = MetricRegistry()
        let counter = registry.counter("record_total", help: "h", labels: [("record_type", "V")])
        counter.add(4)
        let settings = StatsDSettings(host: "127.0.0.1", port: server.port, prefix: "ft", flushMilliseconds: 10)
        let reporter = try StatsDReporter(settings, registry: registry, log: .silent)
        #expect(try server.receive() == ["ft.record_total,record_type=V:4|c"])
        counter.add(1)
        #expect(try server.receive() == ["ft.record_total,record_type=V:1|c"])
        counter.add(9)
        reporter.close()
        #expect(try server.receive() == ["ft.record_total,record_type=V:9|c"])
    }

    @Test func `an unknown host is reported and stops nothing`() throws {
        let capture = LogCapture()
        let log = Log(level: .info, format: .json, output: .capture(capture))
        let settings = StatsDSettings(host: "no such host", flushMilliseconds: 10)
        let reporter = try StatsDReporter(settings, registry: MetricRegistry(), log: log)
        reporter.close()
        #expect(capture.lines(of: "new_statsd_client").count == 1)
        #expect(capture.lines(of: "statsd_unreachable").first?.contains("no such host:8125") == true)
    }

    @Test(.timeLimit(.minutes(1))) func `nobody listening stops nothing and is said once`() throws {
        let port = try DatagramServer().port
        let registry = MetricRegistry()
        let capture = LogCapture()
        let log = Log(level: .info, format: .json, output: .capture(capture))
        let sends = Atomic<Int>(0)
        // Another value each time, so that there is always something to send.
        registry.gauge("a", help: "h", read: { Double(sends.add(1, ordering: .relaxed).newValue) })
        let settings = StatsDSettings(host: "127.0.0.1", port: port, flushMilliseconds: 10)
        let reporter = try StatsDReporter(settings, registry: registry, log: log)
        while sends.load(ordering: .relaxed) < 8 { usleep(200) }
        reporter.close()
        #expect(capture.lines(of: "statsd_unreachable").count == 1)
    }
}
