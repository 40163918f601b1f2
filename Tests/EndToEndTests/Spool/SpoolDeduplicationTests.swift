import Foundation
import TelemetryFixtures
import Testing
import VehicleFixtures

/// Records that come again, with a spool between the vehicle and the sinks.
struct SpoolDeduplicationTests {
    private static func send(_ txid: String, by vehicle: TestVehicle) throws {
        try vehicle.send(Workshop.frame(txid, speed: 1))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == txid)
    }

    @Test func `a resend is acknowledged again and stored once, whether the sink has the first or not`() throws {
        let shop = try Workshop()
        var configuration = SpoolCrashTests.configuration(shop)
        configuration["deduplication"] = [:] as [String: Any]
        configuration["file"] = ["path": shop.path("sink/records.jsonl")]
        let server = try shop.serve(configuration)
        // The sink is away: acks come from the spool.
        var vehicle = try shop.vehicle()
        for _ in 0..<3 {
            for txid in ["a", "b", "a"] { try Self.send(txid, by: vehicle) }
            vehicle = try shop.vehicle()
        }
        try FileManager.default.createDirectory(atPath: shop.path("sink"), withIntermediateDirectories: true)
        func stored() -> [String?] {
            ((try? shop.recordedLines("sink/records.jsonl")) ?? []).map { $0["txid"] as? String }
        }
        #expect(eventually { stored() == ["a", "b"] }, "\(stored())")
        // The sink has them by now.
        for txid in ["b", "a", "c"] { try Self.send(txid, by: vehicle) }
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        #expect(stored() == ["a", "b", "c"])
    }

    @Test func `resends in one burst get an ack each when the first is on the disk`() throws {
        let shop = try Workshop()
        var configuration = SpoolCrashTests.configuration(shop)
        configuration["deduplication"] = [:] as [String: Any]
        let server = try shop.serve(configuration)
        let vehicles = try (0..<2).map { _ in try shop.vehicle() }
        let frame = TestVehicle.frame(Workshop.frame("a", speed: 1))
        for vehicle in vehicles { try vehicle.send(raw: Array(repeating: frame, count: 50).flatMap { $0 }) }
        for vehicle in vehicles {
            for _ in 0..<50 { #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "a") }
        }
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        #expect(try shop.recordedLines().count == 1)
    }
}
