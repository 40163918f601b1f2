import Foundation
import Receiving
import ServerAssembly
import Testing
import VehicleFixtures

/// The sections `deduplication` and `presence`, from the file to what the server does.
struct VehicleSettingsTests {
    @Test func `an empty section switches deduplication on, and none leaves it off`() throws {
        let text = """
            {"port": 4443, "records": {"V": ["logger"]}, "tls": {"server_cert": "/s.pem", "server_key": "/s.key"}MORE}
            """
        func read(_ more: String) throws -> ServerConfiguration {
            let bytes = Array(text.replacing("MORE", with: more).utf8)
            return try #require(ServerConfiguration.read(bytes, environment: [:]).configuration)
        }
        #expect(try read("").deduplication == nil)
        #expect(try read(", \"deduplication\": {}").deduplication == ServerConfiguration.Deduplication())
        #expect(try read(", \"deduplication\": {\"window_seconds\": 5}").deduplication?.window == .seconds(5))
        #expect(try read("").presence.disconnectDelay == .seconds(30))
        #expect(try read(", \"presence\": {\"disconnect_delay_seconds\": 0}").presence.disconnectDelay == .zero)
    }

    @Test func `the server does what the sections say`() throws {
        let bench = try ServerBench(
            #""records": {"V": ["logger"]}, "deduplication": {}, "presence": {"disconnect_delay_seconds": 0}"#
        )
        let vehicle = try bench.vehicle()
        for _ in 0..<2 {
            try vehicle.send(Frames.record("a"))
            #expect(try vehicle.nextFrame()?.opcode == 2)
        }
        #expect(bench.server.vehicles.map(\.records) == [1])
        try vehicle.send([0x03, 0xe8], opcode: 8)
        #expect(try vehicle.nextFrame()?.closeCode == 1000)
        #expect(try bench.lines(of: "vehicle_disconnected").count == 1)
        #expect(bench.server.vehicles.map(\.isConnected) == [false])
        bench.server.stop()
        #expect(try String(contentsOf: bench.recordLog, encoding: .utf8).split(separator: "\n").count == 1)
    }
}
