import Dispatching
import Observability
import TelemetryModel
import Testing

@Suite struct DispatchRouterTests {
    private let a = DispatcherName("a")
    private let b = DispatcherName("b")

    private func router(
        _ routes: [RecordType: [DispatcherName]],
        ackSources: [RecordType: [DispatcherName]] = [:]
    ) throws -> DispatchRouter {
        let dispatchers: [DispatcherName: any Dispatcher] = [a: ScriptedDispatcher(), b: ScriptedDispatcher()]
        return try DispatchRouter(
            DispatchPlan(routes: routes, ackSources: ackSources, dispatchers: dispatchers),
            log: .silent,
            metrics: MetricRegistry()
        )
    }

    @Test func `a type that is not configured has no route`() throws {
        let router = try router([.vehicleData: [a]])
        #expect(router.route(for: .alerts) == nil)
        #expect(router.route(for: RecordType(topic: "v")) == nil)
        #expect(router.route(for: .vehicleData)?.type == .vehicleData)
    }

    @Test func `routes stand at their index and share the lane of a dispatcher`() throws {
        let router = try router([.vehicleData: [a, b], .alerts: [a], .errors: [b]])
        #expect(router.routes.map(\.index) == [0, 1, 2])
        #expect(router.routes.map(\.type.topic) == ["V", "alerts", "errors"])
        #expect(router.lanes.map(\.name) == [a, b])
    }

    @Test func `a dispatcher that no type names gets no lane`() throws {
        #expect(try router([.vehicleData: [b]]).lanes.map(\.name) == [b])
    }

    @Test func `acks wait for all lanes, or for the reliable sources only`() throws {
        let router = try router([.vehicleData: [a, b], .alerts: [a, b]], ackSources: [.alerts: [b]])
        #expect(router.route(for: .vehicleData)?.ackSources == [a, b])
        #expect(router.route(for: .alerts)?.ackSources == [b])
    }

    @Test func `plans that can't work are refused with what is wrong`() {
        let c = DispatcherName("c")
        #expect(throws: DispatchRouterError.noDispatcher(.vehicleData)) { try router([.vehicleData: []]) }
        #expect(throws: DispatchRouterError.unknownDispatcher(c, .alerts)) { try router([.alerts: [a, c]]) }
        #expect(throws: DispatchRouterError.repeatedDispatcher(a, .alerts)) { try router([.alerts: [a, b, a]]) }
        #expect(throws: DispatchRouterError.ackSourceNotRouted(b, .alerts)) {
            try router([.alerts: [a]], ackSources: [.alerts: [b]])
        }
        #expect(throws: DispatchRouterError.ackSourceMissing(.errors)) {
            try router([.alerts: [a]], ackSources: [.errors: [a]])
        }
        #expect(throws: DispatchRouterError.ackSourceMissing(.alerts)) {
            try router([.alerts: [a]], ackSources: [.alerts: []])
        }
    }
}
