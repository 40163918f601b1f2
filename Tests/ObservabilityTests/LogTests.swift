import JSONText
import LinuxSystem
import Observability
import Synchronization
import Testing

/// A clock that only the test moves.
final class ManualClock: Sendable {
    private let nanoseconds = Atomic<UInt64>(1_000_000_000)

    var now: MonotonicTime { MonotonicTime(nanoseconds: nanoseconds.load(ordering: .relaxed)) }

    func advance(milliseconds: UInt64) {
        nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed)
    }
}

/// The line with its time, which no test can know, replaced.
private func withoutTime(_ line: String) -> String {
    line.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z/, with: "TIME")
}

private func lines(
    _ format: LogFormat,
    level: LogLevel = .debug,
    maskVINs: Bool = false,
    _ body: (Log) -> Void
) -> [String] {
    let capture = LogCapture()
    body(Log(level: level, format: format, output: .capture(capture), maskVINs: maskVINs))
    return capture.lines.map(withoutTime)
}

@Suite struct LogTests {
    @Test func `a JSON line has the reference's keys in sorted order`() {
        let found = lines(.json) {
            $0.info("socket_connected", ["vin": "5YJ3E1EA1PF000001", "attempt": 2, "ok": true, "seconds": 0.5])
        }
        #expect(
            found == [
                #"{"attempt":2,"context":"fleet-telemetry","level":"info","msg":"socket_connected","ok":true,"#
                    + #""seconds":0.5,"time":"TIME","vin":"5YJ3E1EA1PF000001"}"#
            ]
        )
    }

    @Test func `a text line looks like the reference's`() {
        let found = lines(.text) {
            $0.warning("socket_err", ["vin": "V1", "error": "reset by peer", "n": 3, "empty": ""])
        }
        #expect(
            found == [
                #"time="TIME" level=warning msg=socket_err context=fleet-telemetry empty= "#
                    + #"error="reset by peer" n=3 vin=V1"#
            ]
        )
    }

    @Test func `every level has its word and the lower ones are left out`() {
        for level in LogLevel.allCases {
            let found = lines(.json, level: level) {
                $0.debug("a")
                $0.info("a")
                $0.warning("a")
                $0.error("a")
            }
            let words = LogLevel.allCases.filter { $0 >= level }.map(\.name)
            #expect(found.count == words.count)
            for (line, word) in zip(found, words) { #expect(line.contains(#""level":"\#(word)""#)) }
        }
    }

    @Test func `fields of a line that is left out are never made`() {
        var made = 0
        func value() -> LogValue {
            made += 1
            return 1
        }
        _ = lines(.json, level: .error) { $0.info("quiet", ["field": value()]) }
        Log.silent.error("quiet", ["field": value()])
        #expect(made == 0)
    }

    @Test func `the level can change while the server runs, but silent stays silent`() {
        let capture = LogCapture()
        let log = Log(level: .error, format: .json, output: .capture(capture))
        log.info("one")
        log.setLevel(.info)
        log.info("two")
        #expect(capture.lines(of: "one").isEmpty)
        #expect(capture.lines(of: "two").count == 1)
        Log.silent.setLevel(.debug)
        #expect(!Log.silent.writes(.error))
    }

    @Test func `level words of the configuration are read as logrus reads them`() {
        #expect(LogLevel(named: "INFO") == .info)
        #expect(LogLevel(named: "warn") == .warning)
        #expect(LogLevel(named: "trace") == .debug)
        #expect(LogLevel(named: "panic") == .error)
        #expect(LogLevel(named: "loud") == nil)
        #expect(LogLevel(named: "") == nil)
    }

    @Test func `nothing in a field can end or forge a line`() throws {
        let evil = "a\"b\\c\n{\"level\":\"error\"}\r\t\u{0}\u{7F}\u{85}\u{2028}<>&é🚗 level=error"
        let json = lines(.json) { $0.info("x", ["field": .text(evil)]) }
        #expect(json.count == 1)
        #expect(!json[0].utf8.contains(10))
        #expect(json[0].contains(#"\u003c\u003e\u0026"#))
        let text = lines(.text) { $0.info("x", ["field": .text(evil)]) }
        #expect(!text[0].utf8.contains { $0 < 32 })
        #expect(text[0].hasSuffix(#"<>&é🚗 level=error""#))
        #expect(text[0].contains(#"field="a\"b\\c\n{\"level"#))
    }

    @Test func `a field with the name of a fixed key is renamed, not lost`() {
        let found = lines(.json) { $0.info("x", ["msg": "other", "time": "then"]) }
        #expect(
            found == [
                #"{"context":"fleet-telemetry","fields.msg":"other","fields.time":"then","level":"info","#
                    + #""msg":"x","time":"TIME"}"#
            ]
        )
    }

    @Test func `of a field that is given twice the last one counts`() {
        #expect(lines(.text) { $0.info("x", ["a": 1, "a": 2]) }[0].hasSuffix(" a=2 context=fleet-telemetry"))
    }

    @Test func `numbers that JSON cannot express become text`() {
        let found = lines(.json) { $0.info("x", ["a": .decimal(.nan), "b": .decimal(-.infinity)]) }
        #expect(found[0].contains(#""a":"NaN","b":"-Infinity""#))
    }

    @Test func `VINs are masked where the operator wants it`() {
        let fields: KeyValuePairs<String, LogValue> = [
            "vin": "5YJ3E1EA1PF000001", "sender_id": "vehicle_device.5YJ3E1EA1PF000001", "device_id": "short",
            "path": "/5YJ3E1EA1PF000001",
        ]
        let masked = lines(.text, maskVINs: true) { $0.info("x", fields) }[0]
        #expect(masked.contains(#" vin="5YJ**********0001""#))
        #expect(masked.contains(#" sender_id="vehicle_device.5YJ**********0001""#))
        #expect(masked.contains(#" device_id="*****""#))
        #expect(masked.contains(#" path="/5YJ**********0001""#))
        let open = lines(.text) { $0.info("x", fields) }[0]
        #expect(open.contains(" vin=5YJ3E1EA1PF000001"))
    }

    @Test func `a limited event tells how many lines are missing`() {
        let clock = ManualClock()
        let capture = LogCapture()
        let log = Log(
            level: .info,
            format: .json,
            output: .capture(capture),
            limit: LogLimit(burst: 3, linesPerSecond: 2),
            now: { clock.now }
        )
        for number in 0..<10 { log.limited(.warning, "storm", ["n": .count(number)]) }
        log.limited(.warning, "other")
        #expect(capture.lines(of: "storm").count == 3)
        #expect(capture.lines(of: "other").count == 1)
        clock.advance(milliseconds: 499)
        log.limited(.warning, "storm")
        #expect(capture.lines(of: "storm").count == 3)
        clock.advance(milliseconds: 2)
        log.limited(.warning, "storm", ["n": 99])
        #expect(
            capture.lines(of: "storm").last?.contains(#""left_out":8,"level":"warning","msg":"storm","n":99"#) == true
        )
        clock.advance(milliseconds: 60_000)
        for _ in 0..<10 { log.limited(.warning, "storm") }
        #expect(capture.lines(of: "storm").count == 7)
        #expect(capture.lines(of: "storm")[4].contains("left_out") == false)
        log.reportEndedFloods()
        #expect(capture.lines(of: "log_lines_left_out").isEmpty, "the flood may go on")
        clock.advance(milliseconds: 5_000)
        log.reportEndedFloods()
        log.reportEndedFloods()
        log.reportLeftOut()
        let report = capture.lines(of: "log_lines_left_out")
        #expect(report.count == 1)
        #expect(report[0].contains(#""event":"storm","left_out":7"#))
    }

    @Test func `a named event is logged at its own level and limited when a peer can cause it`() {
        let capture = LogCapture()
        let clock = ManualClock()
        let log = Log(level: .info, format: .json, output: .capture(capture), now: { clock.now })
        for _ in 0..<50 { log.observe(.socketError, ["error": "reset"]) }
        for _ in 0..<50 { log.observe(.socketConnected) }
        #expect(capture.lines(of: "socket_err").count == LogLimit.standard.burst)
        #expect(capture.lines(of: "socket_err")[0].contains(#""level":"error""#))
        #expect(capture.lines(of: "socket_connected").count == 50)
    }

    @Test func `an output that takes no lines is told about, once it does`() {
        let capture = LogCapture()
        let open = Switch()
        let log = Log(
            level: .info,
            format: .json,
            output: LogOutput { line in
                guard open.isOn else { return false }
                capture.append(line)
                return true
            }
        )
        for _ in 0..<5 { log.info("lost") }
        open.isOn = true
        log.info("found")
        log.info("next")
        #expect(capture.lines(of: "found").first?.contains(#""lines_lost":5"#) == true)
        #expect(capture.lines(of: "next").first?.contains("lines_lost") == false)
    }

    @Test func `lines of many threads never mix`() throws {
        let capture = LogCapture()
        let log = Log(level: .info, format: .json, output: .capture(capture))
        let threads = try (0..<8).map { index in
            try LoopThread(name: "writer") {
                for number in 0..<200 { log.info("line", ["thread": .count(index), "n": .count(number)]) }
            }
        }
        for thread in threads { thread.join() }
        let found = capture.lines(of: "line")
        #expect(found.count == 1600)
        for line in found { #expect(line.hasPrefix("{") && line.hasSuffix("}")) }
    }

    @Test func `a time is written in UTC with nanoseconds`() throws {
        let capture = LogCapture()
        let before = WallClock.secondsAndNanos.seconds
        Log(level: .info, format: .text, output: .capture(capture)).info("x")
        let match = try #require(
            capture.lines[0].firstMatch(of: /^time="(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.\d{9}Z"/)
        )
        let days = before / 86_400
        // Years since 1970 by the mean length are right but for the days around New Year.
        let year = 1970 + Int(Double(days) / 365.2425)
        #expect(abs(Int(match.1)! - year) <= 1)
        #expect((1...12).contains(Int(match.2)!) && (1...31).contains(Int(match.3)!))
        #expect((0...23).contains(Int(match.4)!))
    }
}

final class Switch: Sendable {
    private let state = Atomic<Bool>(false)

    var isOn: Bool {
        get { state.load(ordering: .relaxed) }
        set { state.store(newValue, ordering: .relaxed) }
    }
}
