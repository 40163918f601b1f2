import Foundation
import Synchronization
import TelemetryFixtures
import Testing
import VehicleFixtures

/// A web endpoint that fails, goes and comes, behind a receiver that is killed.
struct SpoolWebEndpointTests {
    /// Takes half of the requests, as the seed says, and refuses the others in ways that ask for another try.
    private final class Endpoint: Sendable {
        private struct State {
            var random: SeededRandom
            var lines: [UInt8] = []
            var refused = 0
            var isWell = false
        }

        private let state: Mutex<State>

        init(seed: UInt64) { state = Mutex(State(random: SeededRandom(seed: seed))) }

        var lines: [UInt8] { state.withLock { $0.lines } }
        var refused: Int { state.withLock { $0.refused } }

        /// Takes everything from now on.
        func recover() { state.withLock { $0.isWell = true } }

        func answer(_ request: TestWebServer.Request) -> TestWebServer.Reply {
            state.withLock { state in
                guard state.isWell || Bool.random(using: &state.random) else {
                    state.refused += 1
                    return [.answer(503), .answer(429), .reset("HTTP/1.1 200"), .bytes("")]
                        .randomElement(using: &state.random) ?? .answer(500)
                }
                state.lines += request.body
                return .answer(204)
            }
        }
    }

    @Test func `half of the requests fail, receiver and endpoint restart: nothing is lost, and order is kept`() throws {
        let seed = SpoolCrashTests.seed &+ 3
        var random = SeededRandom(seed: seed)
        let shop = try Workshop()
        let endpoint = Endpoint(seed: seed)
        let web = try TestWebServer(port: TestPorts.free(), endpoint.answer)
        defer { web.stop() }
        var configuration = SpoolCrashTests.configuration(shop)
        configuration["records"] = ["V": ["http:home"]]
        configuration["http"] = [
            "home": ["url": web.url(), "format": "ndjson", "batch": ["max_milliseconds": 5]] as [String: Any]
        ]
        let vehicles = try SpoolVehicles(shop)
        defer { vehicles.stop() }
        let rounds = SpoolCrashTests.rounds.map { $0 / 10 } ?? 3
        for round in 0..<rounds {
            let server = try shop.serve(configuration)
            #expect(vehicles.waitForAcks(Int.random(in: 20...200, using: &random)))
            // The endpoint goes while the receiver works, and is away at its next start.
            web.stop()
            #expect(vehicles.waitForAcks(Int.random(in: 1...50, using: &random)))
            server.send(round % 2 == 0 ? .kill : .terminate)
            try server.waitForEnd()
            let again = try shop.serve(configuration)
            #expect(vehicles.waitForAcks(Int.random(in: 1...50, using: &random)))
            try web.restart()
            let before = endpoint.lines.count
            #expect(eventually { endpoint.lines.count > before })
            again.send(.kill)
            try again.waitForEnd()
        }
        // Who fails while the server stops is not waited for: what waits for it would stay in the spool.
        endpoint.recover()
        _ = try SpoolCrashTests.finish(shop, vehicles, configuration)
        try Data(endpoint.lines).write(to: URL(filePath: shop.recordsPath))
        try SpoolCrashTests.check([shop.recordsPath], vehicles, kills: 0, "web endpoint, \(rounds) rounds")
        #expect(endpoint.refused > 0)
    }
}
