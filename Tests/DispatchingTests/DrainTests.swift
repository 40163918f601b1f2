import Dispatching
import LinuxSystem
import Observability
import TelemetryModel
import Testing

@Suite struct DrainTests {
    @Test func `draining delivers everything, closes the dispatchers and says so`() throws {
        let a = ScriptedDispatcher([.stall])
        let b = ScriptedDispatcher([.retry, .retry])
        let bench = try TestBench(["a": a, "b": b])
        bench.route().submit(TestRecords.records(0..<2000))
        a.waitForBatches(1)
        a.release()
        let report = bench.drain()
        #expect(report.left == 0)
        #expect(report.lanes.map(\.isClosed) == [true, true])
        #expect(a.delivered.sequences == Array(0..<2000))
        #expect(b.delivered.sequences == Array(0..<2000))
        #expect(bench.observer.sequences(.acknowledge).sorted() == Array(0..<2000))
        #expect([a.closeCount, b.closeCount] == [1, 1])
    }

    @Test func `what is left at the deadline is not settled`() throws {
        let failure = ScriptedDispatcher.failure
        let down = ScriptedDispatcher(always: { Array(repeating: .retry(failure), count: $0.records.count) })
        let bench = try TestBench(["down": down])
        bench.route().submit(TestRecords.records(0..<7))
        let report = bench.drain(milliseconds: 20)
        #expect(report.lanes == [.init(dispatcher: DispatcherName("down"), delivered: 0, left: 7, isClosed: true)])
        #expect(bench.observer.settlements.isEmpty)
        #expect(down.closeCount == 1)
    }

    @Test func `a dispatcher that waits is cancelled at the deadline`() throws {
        let stalled = ScriptedDispatcher([.stall])
        let bench = try TestBench(["stalled": stalled])
        bench.route().submit(TestRecords.records(0..<7))
        stalled.waitForBatches(1)
        let report = bench.drain(milliseconds: 20)
        #expect(report.lanes == [.init(dispatcher: DispatcherName("stalled"), delivered: 0, left: 7, isClosed: true)])
    }

    @Test func `a dispatcher that hangs is given up, and the others are drained all the same`() throws {
        let hanging = ScriptedDispatcher([.hang])
        let fine = ScriptedDispatcher()
        let bench = try TestBench(["fine": fine, "hanging": hanging], ackSources: [.vehicleData: ["fine"]])
        bench.route().submit(TestRecords.records(0..<3))
        hanging.waitForBatches(1)
        let report = bench.drain(milliseconds: 20)
        #expect(report.lanes.map(\.isClosed) == [true, false])
        #expect(report.lanes.map(\.left) == [0, 3])
        #expect(fine.delivered.count == 3)
        hanging.release()
    }

    @Test func `a dispatcher that never opened leaves its records`() throws {
        let closed = ScriptedDispatcher(failingOpens: 1_000_000)
        let bench = try TestBench(["closed": closed])
        bench.route().submit(TestRecords.records(0..<3))
        closed.waitForOpens(2)
        #expect(bench.drain(milliseconds: 20).left == 3)
        #expect(closed.batches.isEmpty)
        #expect(closed.closeCount == 1)
    }

    @Test func `records that come after draining are never acknowledged, and counted`() throws {
        let dispatcher = ScriptedDispatcher()
        let metrics = MetricRegistry()
        let bench = try TestBench(["a": dispatcher], metrics: metrics)
        bench.drain()
        bench.route().submit(TestRecords.records(0..<3))
        #expect(bench.observer.settlements.isEmpty && dispatcher.batches.isEmpty)
        #expect(String(decoding: metrics.exposition(), as: UTF8.self).contains(#"overflow_total{dispatcher="a"} 3"#))
        #expect(bench.drain().left == 0)
    }

    @Test func `a drained router lets go of its loops`() throws {
        weak var loop: RecordingObserver?
        let router = try DispatchRouter(
            DispatchPlan(
                routes: [.vehicleData: [DispatcherName("a")]],
                dispatchers: [DispatcherName("a"): ScriptedDispatcher()]
            ),
            log: .silent,
            metrics: .init()
        )
        do {
            let observer = RecordingObserver()
            loop = observer
            try router.connect(observers: [observer])
        }
        #expect(loop != nil)
        _ = router.drain(until: .now.adding(milliseconds: 60_000))
        #expect(loop == nil)
    }

    @Test func `draining before the lanes have started returns at once`() throws {
        let plan = DispatchPlan(
            routes: [.vehicleData: [DispatcherName("a")]],
            dispatchers: [DispatcherName("a"): ScriptedDispatcher()]
        )
        let router = try DispatchRouter(plan, log: .silent, metrics: .init())
        router.route(for: .vehicleData)?.submit(TestRecords.records(0..<3))
        #expect(router.drain(until: .now.adding(milliseconds: 60_000)).left == 3)
    }
}
