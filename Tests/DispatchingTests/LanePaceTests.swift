import Dispatching
import TelemetryModel
import TelemetryFixtures
import Testing

/// Times here are so long that a test which waited for one would never end.
@Suite struct LanePaceTests {
    private static let hour = 3_600_000

    private func sequences(_ dispatcher: ScriptedDispatcher) -> [[Int]] {
        dispatcher.batches.map { $0.map { Int($0.sequence) } }
    }

    @Test func `what comes within the delay goes together, and draining ends it`() throws {
        let dispatcher = ScriptedDispatcher()
        var settings = TestBench.quickSettings
        settings.batchDelayMilliseconds = Self.hour
        let bench = try TestBench(["file": dispatcher], settings: settings)
        bench.route().submit([TestRecords.record(0)])
        bench.observer.waitForSettlements(1)
        for number in 1...3 { bench.route().submit([TestRecords.record(number)]) }
        bench.drain()
        #expect(sequences(dispatcher) == [[0], [1, 2, 3]])
    }

    @Test func `a full batch waits for nothing`() throws {
        let dispatcher = ScriptedDispatcher()
        var settings = TestBench.quickSettings
        settings.batchDelayMilliseconds = Self.hour
        settings.batchRecordLimit = 2
        let bench = try TestBench(["file": dispatcher], settings: settings)
        bench.route().submit((0..<5).map { TestRecords.record($0) })
        bench.observer.waitForSettlements(5)
        #expect(sequences(dispatcher) == [[0, 1], [2, 3], [4]])
        bench.drain()
    }

    @Test func `a pause that the destination asks for is kept, until draining`() throws {
        let failure = DispatcherFailure(.full, "busy", retryMilliseconds: Self.hour)
        let dispatcher = ScriptedDispatcher([.answer { _ in [.retry(failure)] }])
        let bench = try TestBench(["file": dispatcher])
        bench.route().submit([TestRecords.record(0)])
        #expect(eventually { bench.lane("file").snapshot.health.isRetrying })
        #expect(dispatcher.batches.count == 1)
        bench.drain()
        #expect(sequences(dispatcher) == [[0], [0]])
    }
}
