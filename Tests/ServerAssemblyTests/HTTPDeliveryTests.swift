import Foundation
import ServerAssembly
import Synchronization
import Testing
import VehicleFixtures

/// A whole server with a web endpoint behind it.
@Suite struct HTTPDeliveryTests {
    /// What the endpoint has taken: txids in the order they came, repetitions left out.
    private final class Endpoint: Sendable {
        private struct State {
            var taken: [String] = []
            var requests = 0
        }

        private let state = Mutex(State())

        /// Every second request fails.
        func answer(_ request: TestWebServer.Request) -> TestWebServer.Reply {
            state.withLock { state in
                state.requests += 1
                if state.requests % 2 == 0 { return .answer(500) }
                for line in request.text.split(separator: "\n") {
                    guard let start = line.firstRange(of: "\"txid\":\"")?.upperBound else { continue }
                    let txid = String(line[start...].prefix { $0 != "\"" })
                    if !state.taken.contains(txid) { state.taken.append(txid) }
                }
                return .answer(200)
            }
        }

        var taken: [String] { state.withLock { $0.taken } }
    }

    private func bench(_ web: TestWebServer) throws -> ServerBench {
        try ServerBench(
            """
            "records": {"V": ["http:home"]}, "shutdown_timeout_seconds": 0,
            "http": {"home": {"url": "\(web.url())", "format": "ndjson", "batch": {"max_milliseconds": 1}}}
            """
        )
    }

    private func txids(_ range: Range<Int>) -> [String] { range.map { "txid-\($0)" } }

    private func send(_ txids: [String], _ vehicle: TestVehicle) throws {
        for txid in txids { try vehicle.send(Frames.record(txid)) }
    }

    private func awaitAcks(_ count: Int, _ vehicle: TestVehicle) throws {
        for _ in 0..<count { #expect(try vehicle.nextFrame()?.opcode == 2) }
    }

    @Test func `restarts of endpoint and receiver, and failures of every second request, lose nothing`() throws {
        let endpoint = Endpoint()
        let web = try TestWebServer { endpoint.answer($0) }
        let first = try bench(web)
        let vehicle = try first.vehicle()
        try send(txids(0..<40), vehicle)
        try awaitAcks(10, vehicle)
        web.stop()
        try send(txids(40..<60), vehicle)
        try web.restart()
        try awaitAcks(50, vehicle)
        #expect(endpoint.taken == txids(0..<60))
        web.stop()
        try send(txids(60..<80), vehicle)
        #expect(first.server.stop().left <= 20)
        try web.restart()
        // The vehicle has no ack for these, and sends them again.
        let second = try bench(web)
        let returned = try second.vehicle()
        try send(txids(60..<80), returned)
        try awaitAcks(20, returned)
        second.server.stop()
        #expect(endpoint.taken == txids(0..<80))
    }
}
