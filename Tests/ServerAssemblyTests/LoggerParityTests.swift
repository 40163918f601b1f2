import EnvelopeCodec
import Foundation
import Testing
import TelemetryFixtures
import VehicleFixtures

/// The dispatcher `logger` of a whole server, frame in and line out, against the lines that the reference wrote.
@Suite(.serialized)
struct LoggerParityTests {
    /// Cases whose line is another one on purpose, or that the reference had none for.
    private enum Difference {
        /// Numbers that are not finite made its line vanish (9).
        static let notFinite: @Sendable (String) -> Bool = { $0.contains("nan") || $0.contains("_inf") }
        /// Location texts that stay text here (7): the reference made a number of them, or a NaN and no line.
        static let locations: Set<String> = ["shape_27", "shape_28", "shape_30", "shape_33", "shape_58"]
        /// It ended the connection in a panic.
        static let panic = "tire_location_value_short_vin"
        /// It could not decode the type, and complained in place of a line (10).
        static let custom = "custom_empty"
        /// Damaged envelopes that are judged differently (5): no line there, one here, or the other way round.
        static let envelopes: Set<String> = [
            "flip_high_bit_18", "flip_high_bit_24", "flip_high_bit_46", "mutated_22", "mutated_25", "mutated_27",
            "mutated_38", "truncated_211", "truncated_220",
        ]

        static func excuses(_ area: String, _ name: String) -> Bool {
            switch area {
            case "numbers": notFinite(name)
            case "location": locations.contains(name)
            case "values": name == panic
            case "topics": name == custom
            case "envelope": envelopes.contains(name)
            default: false
            }
        }
    }

    @Test(arguments: Corpus.frameAreas, [false, true])
    func `lines equal the reference's`(area: String, isVerbose: Bool) throws {
        let bench = try ServerBench(
            """
            "records": {"V": ["logger"], "alerts": ["logger"], "errors": ["logger"], "custom": ["logger"]},
            "namespace": "tt", "json_log_enable": true, "compatibility": "reference",
            "logger": {"verbose": \(isVerbose)}
            """,
            level: .error
        )
        defer { bench.server.stop() }
        var replay = LoggerReplay(bench)
        var compared = 0
        for item in try Corpus.cases(area) where item.frame_recipe == nil {
            let lines = try replay.run(item)
            let recorded = isVerbose ? item.logger_verbose ?? item.logger : item.logger
            let expected = (recorded ?? []).filter { $0.msg == "record_payload" }
            let name = "\(area)/\(item.name)"
            if Difference.excuses(area, item.name) {
                #expect(!lines.isEmpty || area == "envelope", "\(name): a record without a line")
                continue
            }
            #expect(lines.count == expected.count, "\(name)")
            for (line, expected) in zip(lines, expected) {
                try compare(line, expected, name)
                compared += 1
            }
        }
        #expect(compared > 0)
    }

    private func compare(_ line: String, _ expected: CorpusCase.LogLine, _ name: String) throws {
        // Byte for byte, as the reference's JSON stands in its line.
        #expect(
            line.contains("\"data\":\(expected.data_json ?? "?"),"),
            "\(name): \(line) has not \(expected.data_json ?? "")"
        )
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(name)")
        #expect(object["msg"] as? String == "record_payload" && object["level"] as? String == "info", "\(name)")
        #expect(object["context"] as? String == "fleet-telemetry", "\(name)")
        #expect(object["vin"] as? String == expected.vin, "\(name)")
        var metadata = try #require(object["metadata"] as? [String: String], "\(name)")
        let received = try #require(metadata.removeValue(forKey: "receivedat").flatMap { Int64($0) }, "\(name)")
        #expect(received > 1_700_000_000_000)
        #expect(metadata == expected.metadata, "\(name)")
        let time = try #require(object["time"] as? String)
        #expect(time.hasSuffix("Z") && time.contains("T"), "\(name): \(time)")
        #expect(Set(object.keys) == ["activity", "context", "data", "level", "metadata", "msg", "time", "vin"])
    }

    @Test func `without json_log_enable lines are text of the same fields`() throws {
        let bench = try ServerBench(
            #""records": {"V": ["logger"]}, "compatibility": "reference", "logger": {"verbose": true}"#
        )
        let vehicle = try bench.vehicle(headers: [("Version", "1.2.0")])
        try vehicle.send(Frames.record("tx-text"))
        #expect(try vehicle.nextFrame()?.opcode == 2)
        bench.server.stop()
        let text = try String(contentsOf: bench.recordLog, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 1)
        for part in [
            "time=\"", "level=info", "msg=record_payload", "data=\"map[", "stringValue:123", "txid:tx-text",
            "device_client_version:1.2.0", "vin=5YJ3E1EA7KF000316",
        ] { #expect(text.contains(part), "\(part) is not in \(text)") }
    }
}

/// Sends cases to a server and reads the lines that its logger wrote for them.
private struct LoggerReplay {
    private let bench: ServerBench
    private var vehicles: [String: TestVehicle] = [:]
    private var probes = 0
    private var offset: UInt64 = 0

    init(_ bench: ServerBench) { self.bench = bench }

    mutating func run(_ item: CorpusCase) throws -> [String] {
        let vehicle = try vehicles[item.client_cn] ?? bench.vehicle(item.client_cn)
        vehicles[item.client_cn] = vehicle
        for frame in item.frames ?? [] {
            try vehicle.send(
                frame.bytes,
                opcode: UInt8(frame.op ?? 2),
                isFinal: frame.fin ?? true,
                isMasked: frame.masked ?? true,
                reserved: UInt8(frame.rsv ?? 0),
                announcedLength: frame.announced_length
            )
        }
        if item.connection != "stays open" {
            while try vehicle.nextFrame() != nil {}
            vehicles[item.client_cn] = nil
        }
        try probe(item.client_cn)
        return try newLines()
    }

    /// One dispatcher takes what earlier turns handed over first: when the probe is acked, their lines are written.
    private mutating func probe(_ cn: String) throws {
        probes += 1
        let txid = "probe-\(probes)"
        let vehicle = try vehicles[cn] ?? bench.vehicle(cn)
        vehicles[cn] = vehicle
        // The pong says that the turn with the case's frames is over.
        try vehicle.send(Array("turn".utf8), opcode: 9)
        let pong = TestVehicle.Frame(opcode: 10, payload: Array("turn".utf8))
        while let frame = try vehicle.nextFrame(), frame != pong {}
        try vehicle.send(Frames.record(txid, vin: cn))
        while true {
            let frame = try #require(try vehicle.nextFrame())
            guard frame.opcode == 2, let envelope = try? Envelope.read(frame.payload.span) else { continue }
            if Array(frame.payload[envelope.txid]) == Array(txid.utf8) { return }
        }
    }

    private mutating func newLines() throws -> [String] {
        let file = try FileHandle(forReadingFrom: bench.recordLog)
        defer { try? file.close() }
        try file.seek(toOffset: offset)
        let data = try file.readToEnd() ?? Data()
        offset += UInt64(data.count)
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        return lines.filter { !$0.contains("\"txid\":\"probe-\(probes)\"") }
    }
}
