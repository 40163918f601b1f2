import Foundation
import LinuxSystem
import TelemetryFixtures
import Testing
import VehicleFixtures

/// Real processes under load that end at random moments. What was acknowledged is in the sink at the end.
///
/// `make test-faults` asks for the long form with FLEET_TELEMETRY_LONG; FAULT_ROUNDS says how many rounds, and
/// FAULT_SEED brings a run back as far as processes can be brought back.
@Suite(.serialized) struct SpoolCrashTests {
    static let environment = ProcessInfo.processInfo.environment
    /// Nil for the short form.
    static let rounds =
        environment["FAULT_ROUNDS"].flatMap { Int($0) } ?? (environment["FLEET_TELEMETRY_LONG"] == nil ? nil : 200)
    static let seed = environment["FAULT_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64(UInt32.max))

    static func configuration(_ shop: Workshop) -> [String: Any] {
        var configuration = shop.configuration
        configuration["spool"] = ["directory": shop.path("spool"), "max_bytes": 1 << 28]
        configuration["dispatch"] = ["retry_initial_seconds": 0.005, "retry_max_seconds": 0.05]
        return configuration
    }

    /// The last start: everything that lies in the spool is delivered, then the sink is read.
    static func finish(_ shop: Workshop, _ vehicles: SpoolVehicles, _ configuration: [String: Any]) throws -> String {
        let server = try shop.serve(configuration)
        #expect(vehicles.waitForAcks(20))
        vehicles.stop()
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        vehicles.join()
        #expect(vehicles.failures.isEmpty)
        let drained = try server.line(.error, containing: "dispatcher_drained")
        #expect(drained.contains("left=0"), "\(drained)")
        return drained
    }

    /// - Parameter kills: a process that is killed inside of a write leaves the beginning of a line behind; the record
    ///   comes again whole.
    static func check(_ sinks: [String], _ vehicles: SpoolVehicles, kills: Int, _ words: String) throws {
        let acked = vehicles.acked
        let sink = try SinkContents(sinks)
        let lost = acked.subtracting(sink.txids)
        #expect(lost.count == 0, "lost \(lost.count) of \(acked.count), e.g. \(lost.sorted().prefix(5))")
        #expect(sink.altered.isEmpty)
        #expect(sink.disordered.isEmpty)
        #expect(sink.broken.count <= kills && sink.broken.allSatisfy { $0.hasPrefix("{\"vin\":\"") }, "\(sink.broken)")
        print("\(words): seed \(seed), \(acked.count) acked, \(sink.lines) lines, \(sink.broken.count) cut by a kill")
    }

    @Test func `kill -9 at random moments loses nothing that was acked`() throws {
        var random = SeededRandom(seed: Self.seed)
        let shop = try Workshop()
        let configuration = Self.configuration(shop)
        let path = try shop.write(configuration)
        let vehicles = try SpoolVehicles(shop)
        defer { vehicles.stop() }
        let rounds = Self.rounds ?? 20
        for round in 0..<rounds {
            let server = try Child(["serve", "--config", path])
            // Now and then in the middle of the start, which is when a spool is repaired.
            if round % 4 != 3 { try server.line(.error, containing: "starting_server") }
            vehicles.waitForAcks(
                Int.random(in: 1...120, using: &random),
                milliseconds: Int.random(in: 1...(round % 4 == 3 ? 60 : 400), using: &random)
            )
            server.send(.kill)
            try server.waitForEnd()
        }
        _ = try Self.finish(shop, vehicles, configuration)
        try Self.check([shop.recordsPath], vehicles, kills: rounds, "kill -9, \(rounds) times")
    }

    @Test(arguments: [false, true])
    func `SIGTERM at random moments loses nothing that was acked, and prints what was flushed`(
        _ deduplicates: Bool
    ) throws {
        var random = SeededRandom(seed: Self.seed &+ 1)
        let shop = try Workshop()
        var configuration = Self.configuration(shop)
        if deduplicates { configuration["deduplication"] = [:] as [String: Any] }
        let vehicles = try SpoolVehicles(shop)
        defer { vehicles.stop() }
        let rounds = Self.rounds.map { $0 / 4 } ?? 4
        for _ in 0..<rounds {
            let server = try shop.serve(configuration)
            vehicles.waitForAcks(Int.random(in: 1...200, using: &random), milliseconds: 2_000)
            server.send(.terminate)
            #expect(try server.exitCode() == 0)
            let drained = try server.line(.error, containing: "dispatcher_drained")
            #expect(drained.contains("dispatcher=file") && drained.contains("delivered="))
            #expect(drained.contains("left=0") && drained.contains("left_in=spool"))
        }
        _ = try Self.finish(shop, vehicles, configuration)
        try Self.check([shop.recordsPath], vehicles, kills: 0, "SIGTERM, \(rounds) times")
    }

    @Test func `a sink that is away at the start, goes and comes back loses nothing, through kills too`() throws {
        var random = SeededRandom(seed: Self.seed &+ 2)
        let shop = try Workshop()
        var configuration = Self.configuration(shop)
        let status = Int(TestPorts.free())
        configuration["file"] = ["path": shop.path("sink/records.jsonl")]
        configuration["status_port"] = status
        configuration["status_host"] = "127.0.0.1"
        let vehicles = try SpoolVehicles(shop)
        defer { vehicles.stop() }
        let rounds = Self.rounds.map { max(1, $0 / 20) } ?? 1
        for _ in 0..<rounds {
            // Away at the start: vehicles get their acks all the same, and whoever asks is told what is wrong.
            let server = try shop.serve(configuration)
            #expect(vehicles.waitForAcks(Int.random(in: 1...200, using: &random)))
            let answer = try Workshop.readiness(port: status) { $0.contains("file: retrying since ") }
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("records and "), "\(answer)")
            server.send(Bool.random(using: &random) ? .kill : .terminate)
            try server.waitForEnd()
            // Comes, goes and comes back while the server runs.
            let again = try shop.serve(configuration)
            try FileManager.default.createDirectory(atPath: shop.path("away"), withIntermediateDirectories: true)
            for _ in 0..<3 {
                try FileManager.default.moveItem(atPath: shop.path("away"), toPath: shop.path("sink"))
                _ = try Workshop.readiness(port: status) { $0.contains("file: healthy since ") }
                #expect(vehicles.waitForAcks(Int.random(in: 1...100, using: &random)))
                try FileManager.default.moveItem(atPath: shop.path("sink"), toPath: shop.path("away"))
                _ = try Workshop.readiness(port: status) { $0.contains("file: retrying since ") }
            }
            again.send(.kill)
            try again.waitForEnd()
        }
        try FileManager.default.moveItem(atPath: shop.path("away"), toPath: shop.path("sink"))
        _ = try Self.finish(shop, vehicles, configuration)
        try Self.check([shop.path("sink/records.jsonl")], vehicles, kills: 2 * rounds, "sink away, \(rounds) times")
    }
}
