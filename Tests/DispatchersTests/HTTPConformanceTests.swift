import DispatcherConformance
import Dispatchers
import Dispatching
import Foundation
import Observability
import Synchronization
import Testing
import VehicleFixtures

@Suite struct HTTPConformanceTests {
    @Test(arguments: ConformanceScenario.all(for: WebSink.self), [HTTPFormat.ndjson, .pubsubPush])
    func `a web endpoint`(scenario: ConformanceScenario, format: HTTPFormat) throws {
        try scenario.run(on: WebSink(format))
    }

    @Test func `an endpoint that fails half of the requests loses nothing and keeps the order`() throws {
        let sink = try WebSink(.ndjson)
        sink.failsHalf = true
        try ConformanceScenario.slow.run(on: sink)
    }
}

/// A web server that writes down what it takes.
private final class WebSink: SinkUnderTest {
    static let conditions: Set<SinkCondition> = [.up, .down, .stalled, .rejecting]

    private struct State {
        var condition = SinkCondition.up
        var taken: [SinkRecord] = []
        var failsHalf = false
        var requests = 0
    }

    /// What requests share with the sink.
    private final class Ledger: Sendable {
        let state = Mutex(State())
    }

    private let format: HTTPFormat
    private let server: TestWebServer
    private let ledger = Ledger()
    let secrets = ["s3cret-token", "s3cret-path"]

    init(_ format: HTTPFormat) throws {
        self.format = format
        let ledger = ledger
        server = try TestWebServer { request in
            guard let records = try? WebSink.records(in: request) else { return .answer(418) }
            return ledger.state.withLock { state in
                if state.condition == .stalled { return .silence }
                let refused = records.contains { $0.txid.hasPrefix(ConformanceRecords.poison) }
                if state.condition == .rejecting, refused { return .answer(400) }
                state.requests += 1
                if state.failsHalf, state.requests % 2 == 0 { return .answer(500) }
                state.taken += records
                return .answer(204)
            }
        }
    }

    var failsHalf: Bool {
        get { ledger.state.withLock { $0.failsHalf } }
        set { ledger.state.withLock { $0.failsHalf = newValue } }
    }

    func makeDispatcher() -> any Dispatcher {
        var settings = HTTPSettings()
        settings.url = server.url("/s3cret-path")
        settings.format = format
        settings.authorization = HTTPSecret()
        settings.authorization?.value = .init("Bearer s3cret-token")
        settings.batch.maxRecords = format.holdsSeveral ? 20 : 0
        // A stalled request is given up, and tried again.
        settings.requestTimeout = .milliseconds(300)
        return settings.makeDispatcher(DispatcherContext(log: .silent, metrics: MetricRegistry()))
    }

    func become(_ condition: SinkCondition) throws {
        let before = ledger.state.withLock { state in
            defer { state.condition = condition }
            return state.condition
        }
        if condition == .down, before != .down { server.stop() }
        if before == .down, condition != .down { try server.restart() }
    }

    func received() -> [SinkRecord] { ledger.state.withLock { $0.taken } }

    private static func records(in request: TestWebServer.Request) throws -> [SinkRecord] {
        if request.headers.first("Content-Type") == "application/x-ndjson" {
            return try SinkRecord.all(inLines: Data(request.body))
        }
        let object = try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
        let message = try #require(object?["message"] as? [String: Any])
        let attributes = try #require(message["attributes"] as? [String: String])
        return [SinkRecord(vin: attributes["vin"] ?? "", txid: attributes["txid"] ?? "")]
    }
}
