import Dispatching
import Observability
import TelemetryModel
import Testing

@Suite struct BackpressureTests {
    private func settings(records: Int = 10, bytes: Int = 1 << 20) -> LaneSettings {
        var settings = TestBench.quickSettings
        settings.recordLimit = records
        settings.byteLimit = bytes
        settings.batchRecordLimit = 1
        return settings
    }

    @Test func `a route has room until the limit of records, and again at half of it`() throws {
        let dispatcher = ScriptedDispatcher(Array(repeating: .stall, count: 10))
        let bench = try TestBench(["a": dispatcher], settings: settings(), loops: 2)
        let route = bench.route()
        for sequence in 0..<10 {
            #expect(route.hasRoom)
            route.submit([TestRecords.record(sequence)])
        }
        #expect(!route.hasRoom)
        #expect(bench.lane("a").snapshot.isFull)
        for delivered in 1...4 {
            dispatcher.waitForBatches(delivered)
            dispatcher.release()
            bench.observers[0].waitForSettlements(delivered)
            #expect(!route.hasRoom)
        }
        #expect(bench.observers.map(\.roomSignals) == [0, 0])
        dispatcher.waitForBatches(5)
        dispatcher.release()
        for observer in bench.observers { observer.waitForRoomSignals(1) }
        #expect(route.hasRoom)
        for delivered in 6...10 {
            dispatcher.waitForBatches(delivered)
            dispatcher.release()
        }
        bench.drain()
        #expect(bench.observers.map(\.roomSignals) == [1, 1])
        #expect(dispatcher.delivered.sequences == Array(0..<10))
    }

    @Test func `bytes count like records`() throws {
        let dispatcher = ScriptedDispatcher([.stall])
        let bench = try TestBench(["a": dispatcher], settings: settings(records: 1000, bytes: 10_000))
        bench.route().submit([TestRecords.record(0, payloadBytes: 9_000)])
        #expect(bench.route().hasRoom)
        bench.route().submit([TestRecords.record(1, payloadBytes: 1_000)])
        #expect(!bench.route().hasRoom)
        dispatcher.waitForBatches(1)
        dispatcher.release()
        bench.observer.waitForRoomSignals(1)
        #expect(bench.route().hasRoom)
        bench.drain()
    }

    @Test func `from twice the limit on records are refused and their acks withheld`() throws {
        let dispatcher = ScriptedDispatcher([.stall])
        let metrics = MetricRegistry()
        let bench = try TestBench(["a": dispatcher], settings: settings(), metrics: metrics)
        bench.route().submit(TestRecords.records(0..<19))
        bench.route().submit(TestRecords.records(19..<24))
        bench.route().submit(TestRecords.records(24..<27))
        // Refused at once, by the thread that submitted.
        #expect(bench.observer.sequences(.withhold) == [24, 25, 26])
        dispatcher.waitForBatches(1)
        dispatcher.release()
        bench.drain()
        #expect(bench.observer.sequences(.acknowledge) == Array(0..<24))
        #expect(dispatcher.delivered.sequences == Array(0..<24))
        let text = String(decoding: metrics.exposition(), as: UTF8.self)
        #expect(text.contains(#"dispatch_overflow_total{dispatcher="a"} 3"#))
    }

    @Test func `a full lane that no ack waits for drops its own records and nobody else's`() throws {
        let stalled = ScriptedDispatcher([.stall])
        let reliable = ScriptedDispatcher()
        let metrics = MetricRegistry()
        let bench = try TestBench(
            ["reliable": reliable, "stalled": stalled],
            ackSources: [.vehicleData: ["reliable"]],
            laneSettings: ["stalled": settings()],
            metrics: metrics
        )
        for sequence in 0..<100 {
            #expect(bench.route().hasRoom)
            bench.route().submit([TestRecords.record(sequence)])
        }
        bench.observer.waitForSettlements(100)
        #expect(bench.observer.sequences(.acknowledge) == Array(0..<100))
        stalled.waitForBatches(1)
        stalled.release()
        bench.drain()
        #expect(stalled.delivered.sequences == Array(0..<10))
        let text = String(decoding: metrics.exposition(), as: UTF8.self)
        #expect(text.contains(#"dispatch_overflow_total{dispatcher="stalled"} 90"#))
    }

    @Test func `a route waits for room in all of its ack lanes`() throws {
        let first = ScriptedDispatcher([.stall])
        let second = ScriptedDispatcher([.stall])
        let bench = try TestBench(
            ["first": first, "second": second],
            routes: [.vehicleData: ["first", "second"], .alerts: ["second"], .errors: ["first"]],
            settings: settings(records: 2)
        )
        bench.route().submit(TestRecords.records(0..<2))
        for type in [RecordType.vehicleData, .alerts, .errors] { #expect(!bench.route(type).hasRoom) }
        first.waitForBatches(1)
        first.release()
        bench.observer.waitForRoomSignals(1)
        #expect(bench.route(.errors).hasRoom)
        #expect(!bench.route(.vehicleData).hasRoom)
        #expect(!bench.route(.alerts).hasRoom)
        second.waitForBatches(1)
        second.release()
        bench.observer.waitForRoomSignals(2)
        #expect(bench.route(.vehicleData).hasRoom)
        #expect(bench.route(.alerts).hasRoom)
        bench.drain()
    }

    @Test func `limits as large as numbers go don't stop the program`() throws {
        let bench = try TestBench(["a": ScriptedDispatcher()], settings: settings(records: .max, bytes: .max))
        bench.route().submit(TestRecords.records(0..<3))
        bench.observer.waitForSettlements(3)
        bench.drain()
    }

    @Test func `limits of nothing still let one record through at a time`() throws {
        var none = settings(records: 0, bytes: 0)
        none.batchRecordLimit = 0
        none.batchByteLimit = 0
        none.retryInitialMilliseconds = 0
        none.retryMaximumMilliseconds = 0
        let dispatcher = ScriptedDispatcher([.retry])
        let bench = try TestBench(["a": dispatcher], settings: none)
        bench.route().submit(TestRecords.records(0..<3))
        bench.observer.waitForSettlements(3)
        #expect(dispatcher.batches.map(\.sequences) == [[0], [0], [1], [2]])
        bench.drain()
    }
}
