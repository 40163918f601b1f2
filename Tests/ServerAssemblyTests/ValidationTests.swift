import Foundation
import LinuxSystem
import Observability
import PayloadCodec
import Spooling
import TelemetryModel
import Testing
import VehicleFixtures

@testable import ServerAssembly

/// Rules in a whole server: over real sockets, from the configuration to files, metrics and dead letters.
struct ValidationTests {
    private static let vin = "5YJ3E1EA7KF000316"

    private func members(_ validation: String, _ more: String = "") -> String {
        """
        "records": {"V": ["file"]}, "file": {"path": "FOLDER/out.jsonl", "include_findings": true},
        "dead_letters": {"directory": "FOLDER/letters"}, "validation": \(validation)\(more)
        """
    }

    private func payload(_ data: [Datum], createdAt: Int64? = WallClock.milliseconds) -> [UInt8] {
        var writer = PayloadWriter()
        return writer.bytes(
            of: .vehicleData(
                VehicleData(
                    data: data,
                    createdAt: createdAt.map { Timestamp(seconds: $0 / 1000, nanos: 0) }
                )
            )
        )
    }

    private static let soc = Datum(field: .soc, value: .double(50))
    private static let tooFast = Datum(field: .vehicleSpeed, value: .double(500))

    /// Sends records and waits for the ack of each.
    private func send(_ payloads: [[UInt8]], to bench: ServerBench, vehicle: TestVehicle? = nil) throws {
        let vehicle = try vehicle ?? bench.vehicle(Self.vin)
        for (number, payload) in payloads.enumerated() {
            try vehicle.send(Frames.record("tx-\(number)", payload: payload, vin: Self.vin))
        }
        for _ in payloads { #expect(try vehicle.nextFrame()?.opcode == 2) }
    }

    private func lines(_ bench: ServerBench) throws -> [[String: Any]] {
        guard let text = try? String(contentsOf: bench.folder.appending(path: "out.jsonl"), encoding: .utf8) else {
            return []
        }
        return try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    private func fields(_ line: [String: Any]) -> [String] {
        let payload = line["payload"] as? [String: Any]
        return (payload?["data"] as? [[String: Any]] ?? []).compactMap { $0["key"] as? String }
    }

    private func exposition(_ bench: ServerBench) -> String {
        String(decoding: bench.server.metrics.exposition(), as: UTF8.self)
    }

    private func letters(_ bench: ServerBench) throws -> [StoredDeadLetter] {
        try DeadLetterDesk(directory: bench.folder.appending(path: "letters").path).letters(DeadLetterSelection())
    }

    @Test func `without the section nothing is looked at, with it everything is observed`() throws {
        for (section, findings) in [("", 0), (#", "validation": {}"#, 2)] {
            let bench = try ServerBench(
                #""records": {"V": ["file"]}, "file": {"path": "FOLDER/out.jsonl", "#
                    + #""include_findings": true}\#(section)"#
            )
            defer { bench.server.stop() }
            try send([payload([Self.soc, Self.tooFast])], to: bench)
            let line = try #require(try lines(bench).first)
            #expect(fields(line) == ["Soc", "VehicleSpeed"])
            // The VIN of the tests has a check digit that does not fit.
            #expect((line["findings"] as? [[String: String]] ?? []).count == findings)
            #expect(exposition(bench).contains("validation_finding_total{") == (findings > 0))
        }
    }

    @Test func `an observed finding is marked, counted by rule, category and field, and logged without the VIN`() throws
    {
        let bench = try ServerBench(
            members(#"{"rules": {"vin_check_digit": "off"}}"#, #", "log": {"mask_vins": true}"#)
        )
        defer { bench.server.stop() }
        try send([payload([Self.soc, Self.tooFast])], to: bench)
        let line = try #require(try lines(bench).first)
        #expect(
            line["findings"] as? [[String: String]] == [
                ["rule": "out_of_range", "field": "VehicleSpeed", "category": "Driving", "outcome": "observed"]
            ]
        )
        let labels = #"category="Driving",field="VehicleSpeed",outcome="observed",rule="out_of_range""#
        #expect(exposition(bench).contains("validation_finding_total{\(labels)} 1"))
        let logged = try #require(try bench.lines(of: "record_finding").first)
        #expect(logged["code"] as? String == "FT-DATA-020")
        #expect(logged["findings"] as? String == "out_of_range VehicleSpeed observed")
        #expect(logged["vin"] as? String != Self.vin)
    }

    @Test func `an enforced rule takes the datum out of the record`() throws {
        let bench = try ServerBench(members(#"{"mode": "off", "rules": {"out_of_range": "enforce"}}"#))
        defer { bench.server.stop() }
        try send([payload([Self.soc, Self.tooFast]), payload([Self.soc])], to: bench)
        let lines = try lines(bench)
        #expect(lines.map(fields) == [["Soc"], ["Soc"]])
        #expect((lines[0]["findings"] as? [[String: String]])?.first?["outcome"] == "stripped")
        #expect(lines[1]["findings"] == nil)
    }

    @Test func `a record of which nothing is left is acknowledged and goes nowhere`() throws {
        let section = #"{"mode": "off", "categories": {"Driving": {"policy": "deny"}}}"#
        let bench = try ServerBench(members(section, #", "deduplication": {}"#))
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle(Self.vin)
        let speed = payload([Datum(field: .vehicleSpeed, value: .double(30))])
        try send([speed], to: bench, vehicle: vehicle)
        try send([speed, payload([])], to: bench, vehicle: vehicle)
        #expect(try lines(bench).map(fields) == [[]], "an empty record was empty before")
        #expect(exposition(bench).contains("validation_emptied_total 2"))
    }

    @Test func `a refused record goes to the dead letters with its finding, and is acknowledged`() throws {
        let bench = try ServerBench(members(#"{"rules": {"created_at_stale": "enforce"}, "stale_seconds": 60}"#))
        defer { bench.server.stop() }
        let old = payload([Self.soc], createdAt: WallClock.milliseconds - 3_600_000)
        try send([old, payload([Self.soc])], to: bench)
        #expect(try lines(bench).count == 1)
        let letter = try #require(try letters(bench).first)
        #expect(letter.dispatcher == "validation" && letter.code == "created_at_stale")
        #expect(letter.record.findings?.list.map(\.rule).contains(.createdAtStale) == true)
        #expect(String(decoding: letter.record.txid, as: UTF8.self) == "tx-0")
        let desk = DeadLetterDesk(directory: bench.folder.appending(path: "letters").path)
        let shown = String(decoding: desk.line(letter, isWhole: true), as: UTF8.self)
        #expect(shown.contains(#""outcome":"rejected","rule":"created_at_stale""#), "\(shown)")
    }

    @Test func `a refused record whose letter finds no room gets no ack, and is not lost`() throws {
        let bench = try ServerBench(
            members(#"{"rules": {"record_size": "enforce"}, "max_record_bytes": 100}"#).replacingOccurrences(
                of: #""FOLDER/letters""#,
                with: #""FOLDER/letters", "max_bytes": 65536"#
            )
        )
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle(Self.vin)
        let text = Datum(field: Field(number: 64), value: .text(String(repeating: "x", count: 30_000)))
        try send([payload([text])], to: bench, vehicle: vehicle)
        for number in 0..<3 {
            try vehicle.send(Frames.record("more-\(number)", payload: payload([text]), vin: Self.vin))
        }
        _ = try bench.lines(of: "dead_letters_failed")
        try vehicle.send(Frames.record("good", payload: payload([Self.soc]), vin: Self.vin))
        var acked = ""
        while !acked.contains("good") {
            acked += String(decoding: try #require(try vehicle.nextFrame()).payload, as: UTF8.self)
        }
        #expect(try letters(bench).count == acked.components(separatedBy: "more-").count)
    }

    @Test func `findings go through a spool`() throws {
        let bench = try ServerBench(
            members(#"{"rules": {"out_of_range": "enforce", "unknown_field": "observe"}}"#)
                + #", "spool": {"directory": "FOLDER/spool", "max_bytes": 16777216, "retain_seconds": 600}"#
        )
        let stranger = Datum(field: Field(number: 9999), value: .double(1))
        try send([payload([Self.soc, Self.tooFast, stranger])], to: bench)
        bench.server.stop()
        let line = try #require(try lines(bench).first)
        #expect(fields(line) == ["Soc", "Field_9999"])
        let findings = line["findings"] as? [[String: String]] ?? []
        #expect(findings.map { $0["rule"] } == ["vin_check_digit", "out_of_range", "unknown_field"])
        #expect(findings.map { $0["outcome"] } == ["observed", "stripped", "observed"])
        var shown = ""
        _ = try SpoolReading(directory: bench.folder.appending(path: "spool").path).show(SpoolSelection(), limit: 10) {
            shown += String(decoding: $0, as: UTF8.self)
            return true
        }
        #expect(shown.contains(#""outcome":"stripped","rule":"out_of_range""#))
    }

    // MARK: Reloading

    private func configuration(_ folder: URL, _ validation: String) -> String {
        """
        {"host": "127.0.0.1", "port": 4443,
         "tls": {"server_cert": "FOLDER/server.pem", "server_key": "FOLDER/server.key", "ca_file": "FOLDER/ca.pem"},
         \(members(validation)), "reload_interval_seconds": 0.02}
        """.replacingOccurrences(of: "FOLDER", with: folder.path)
    }

    private func reloadingBench(_ validation: String) throws -> (bench: ServerBench, change: (String) throws -> Void) {
        let folder = try ServerBench.makeFolder()
        let file = folder.appending(path: "server.json")
        let change = { [self] (validation: String) in
            try configuration(folder, validation).write(to: file, atomically: true, encoding: .utf8)
        }
        try change(validation)
        let bench = try ServerBench(
            members(validation) + #", "reload_interval_seconds": 0.02"#,
            folder: folder,
            configurationPath: file.path
        )
        return (bench, change)
    }

    @Test func `rules follow their file without a restart, and a bad file keeps the old ones and says so`() throws {
        let (bench, change) = try reloadingBench("{}")
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle(Self.vin)
        let record = payload([Self.soc, Self.tooFast])
        try send([record], to: bench, vehicle: vehicle)
        try change(#"{"rules": {"out_of_range": "enforce"}}"#)
        _ = try bench.lines(of: "rules_reloaded")
        try send([record], to: bench, vehicle: vehicle)
        try change(#"{"rules": {"out_of_range": "perhaps"}}"#)
        let failure = try #require(try bench.lines(of: "reload_failed").first)
        #expect((failure["error"] as? String)?.contains("validation.rules.out_of_range") == true, "\(failure)")
        try send([record], to: bench, vehicle: vehicle)
        // What could be read was read again in the same round.
        _ = try bench.lines(of: "rules_reloaded", atLeast: 2)
        try change(#"{"mode": "off"}"#)
        _ = try bench.lines(of: "rules_reloaded", atLeast: 3)
        try send([record], to: bench, vehicle: vehicle)
        #expect(
            try lines(bench).map(fields) == [
                ["Soc", "VehicleSpeed"], ["Soc"], ["Soc"], ["Soc", "VehicleSpeed"],
            ]
        )
    }

    @Test func `what vehicles are configured to send is read again when its files change`() throws {
        let folder = try ServerBench.makeFolder()
        let vehicles = folder.appending(path: "vehicles")
        try FileManager.default.createDirectory(at: vehicles, withIntermediateDirectories: true)
        let file = vehicles.appending(path: "\(Self.vin).json")
        try #"{"fields": {"Soc": {}}}"#.write(to: file, atomically: true, encoding: .utf8)
        let bench = try ServerBench(
            members(
                #"{"mode": "off", "rules": {"not_configured": "enforce"}, "#
                    + #""vehicle_config_directory": "FOLDER/vehicles"}"#
            ) + #", "reload_interval_seconds": 0.02"#,
            folder: folder
        )
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle(Self.vin)
        let record = payload([Self.soc, Self.tooFast])
        try send([record], to: bench, vehicle: vehicle)
        try "nonsense".write(to: file, atomically: true, encoding: .utf8)
        let failure = try #require(try bench.lines(of: "reload_failed").first)
        #expect((failure["error"] as? String)?.contains("\(Self.vin).json is no JSON") == true, "\(failure)")
        try send([record], to: bench, vehicle: vehicle)
        try #"{"fields": {"VehicleSpeed": {}}}"#.write(to: file, atomically: true, encoding: .utf8)
        _ = try bench.lines(of: "rules_reloaded")
        try send([record], to: bench, vehicle: vehicle)
        #expect(try lines(bench).map(fields) == [["Soc"], ["Soc"], ["VehicleSpeed"]])
    }

    @Test func `a missing file of configurations keeps the server from starting`() throws {
        let error = #expect(throws: StartError.self) {
            try ServerBench(members(#"{"vehicle_config_file": "FOLDER/none.json"}"#))
        }
        #expect(error?.description.contains("validation: ") == true && error?.description.contains("none.json") == true)
    }

    /// Rules change all the time while vehicles send: each record comes out once, as one of the rules says.
    @Test func `rules change under load`() throws {
        let (bench, change) = try reloadingBench(#"{"mode": "off"}"#)
        let vehicles = try (0..<4).map { _ in try bench.vehicle(Self.vin) }
        let sections = [
            #"{"rules": {"out_of_range": "enforce"}}"#, #"{"mode": "off"}"#, "{}",
            #"{"plan": "legacy", "rules": {"plan_rate": "observe"}}"#,
        ]
        let record = payload([Self.soc, Self.tooFast])
        var reloads = 0
        for round in 0..<40 {
            if round.isMultiple(of: 5) {
                // Not waited for: rules change in the middle of what follows.
                try change(sections[round / 5 % sections.count])
                reloads += 1
            }
            for vehicle in vehicles {
                for number in 0..<25 {
                    try vehicle.send(Frames.record("\(round)-\(number)", payload: record, vin: Self.vin))
                }
            }
            for vehicle in vehicles {
                for _ in 0..<25 { #expect(try vehicle.nextFrame()?.opcode == 2) }
            }
        }
        bench.server.stop()
        let found = try lines(bench).map(fields)
        #expect(found.count == 4000)
        #expect(found.allSatisfy { $0 == ["Soc"] || $0 == ["Soc", "VehicleSpeed"] })
        #expect(!bench.capture.lines(of: "rules_reloaded").isEmpty && reloads == 8)
    }
}
