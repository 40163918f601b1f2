import Foundation
import Testing
import VehicleFixtures

/// `fleet-telemetry spool …`, beside a server and after it.
struct SpoolCommandTests {
    @Test func `status, inspect, replay and drop, while a server runs and after`() throws {
        let shop = try Workshop()
        var configuration = SpoolCrashTests.configuration(shop)
        configuration["file"] = ["path": shop.path("sink/records.jsonl")]
        let spool = shop.path("spool")
        let server = try shop.serve(configuration)
        let vehicle = try shop.vehicle()
        for number in 0..<5 {
            try vehicle.send(Workshop.frame("9-\(number)", speed: Double(number)))
            #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "9-\(number)")
        }

        let status = try Child.run(["spool", "status", spool])
        #expect(status.code == 0, "\(status)")
        #expect(status.output.contains("in use by process "))
        #expect(status.output.contains(", 5 records, V 5, received 20"))
        let json = try Child.run(["spool", "status", "--json", spool])
        #expect(try Workshop.objects(json.output).first?["bytes"] as? Int != nil)

        let inspected = try Child.run(["spool", "inspect", spool, "--limit", "3", "--vin", Workshop.vins[0]])
        let lines = try Workshop.objects(inspected.output)
        #expect(lines.compactMap { $0["position"] as? Int } == [0, 1, 2])
        #expect(lines.compactMap { ($0["record"] as? [String: Any])?["txid"] as? String } == ["9-0", "9-1", "9-2"])
        #expect(try Child.run(["spool", "inspect", spool, "--to", "2020-01-01"]).output.isEmpty)
        let badTime = try Child.run(["spool", "inspect", spool, "--from", "yesterday"])
        #expect(badTime.code == 2 && badTime.error.contains("yesterday: no time; write it as 2026-11-21"))

        let refused = try Child.run(["spool", "drop", spool, "--dispatcher", "file"])
        #expect(refused.code == 3)
        #expect(refused.error.contains("a server locks its spool; stop it first"), "\(refused.error)")

        try FileManager.default.createDirectory(atPath: shop.path("other"), withIntermediateDirectories: true)
        configuration["file"] = ["path": shop.path("other/records.jsonl")]
        let other = try shop.write(configuration, to: "other.json")
        let unknown = try Child.run(["spool", "replay", "--config", other, "--dispatcher", "kafka"])
        #expect(unknown.code == 2 && unknown.error.contains("the configuration has file"))
        let range = ["--from", "2024-01-01T00:00Z", "--to", "9999-12-31"]
        let replay = try Child.run(["spool", "replay", "--config", other, "--dispatcher", "file"] + range)
        #expect(replay.code == 0)
        #expect(replay.error.contains("delivered 5 records to file, 0 refused"), "\(replay.error)")
        let txids = try shop.recordedLines("other/records.jsonl").compactMap { $0["txid"] as? String }
        #expect(txids == (0..<5).map { "9-\($0)" })

        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        #expect(try server.line(.error, containing: "dispatcher_drained").contains("left=5 left_in=spool"))
        let nothing = try Child.run(["spool", "drop", spool])
        #expect(nothing.code == 2 && nothing.error.contains("nothing to remove"))
        let dropped = try Child.run(["spool", "drop", spool, "--dispatcher", "file"])
        #expect(dropped.code == 0, "\(dropped)")
        #expect(try Child.run(["spool", "drop", shop.path("nowhere"), "--quarantined"]).code == 3)
    }

    @Test func `a corrupt segment is set aside and said, and the server serves`() throws {
        let shop = try Workshop()
        var configuration = SpoolCrashTests.configuration(shop)
        configuration["file"] = ["path": shop.path("sink/records.jsonl")]
        let first = try shop.serve(configuration)
        let vehicle = try shop.vehicle()
        try vehicle.send(Workshop.frame("lost", speed: 1))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "lost")
        first.send(.kill)
        try first.waitForEnd()
        let segment = shop.path("spool/00000000000000000000.segment")
        try Data(repeating: 7, count: 4_096).write(to: URL(filePath: segment))
        #expect(try Child.run(["spool", "status", shop.path("spool")]).code == 1)

        try FileManager.default.createDirectory(atPath: shop.path("sink"), withIntermediateDirectories: true)
        let second = try shop.serve(configuration)
        let said = try second.line(.error, containing: "spool_repaired")
        #expect(said.contains("renamed to") && said.contains("its header is damaged"), "\(said)")
        let again = try shop.vehicle()
        try again.send(Workshop.frame("kept", speed: 2))
        #expect(try again.nextFrame().flatMap(Workshop.acknowledged) == "kept")
        second.send(.terminate)
        #expect(try second.exitCode() == 0)
        #expect(try shop.recordedLines("sink/records.jsonl").compactMap { $0["txid"] as? String } == ["kept"])
    }

    @Test func `a second server on one spool does not start, and says who has it`() throws {
        let shop = try Workshop()
        var configuration = SpoolCrashTests.configuration(shop)
        let first = try shop.serve(configuration)
        configuration["port"] = Int(TestPorts.free())
        let path = try shop.write(configuration, to: "second.json")
        let (code, _, error) = try Child.run(["serve", "--config", path])
        #expect(code == 3)
        #expect(error.contains("is in use by process ") && error.contains("spool.directory of its own"), "\(error)")
        first.send(.terminate)
        #expect(try first.exitCode() == 0)
    }
}
