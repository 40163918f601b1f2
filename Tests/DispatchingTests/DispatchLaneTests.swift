import Dispatching
import LinuxSystem
import Observability
import Synchronization
import TelemetryModel
import TelemetryFixtures
import Testing

@Suite struct DispatchLaneTests {
    private let failure = ScriptedDispatcher.failure

    @Test func `records are delivered in order and acknowledged once per batch`() throws {
        let dispatcher = ScriptedDispatcher([.stall])
        let bench = try TestBench(["a": dispatcher])
        bench.route().submit(TestRecords.records(0..<3))
        dispatcher.waitForBatches(1)
        bench.route().submit(TestRecords.records(3..<5))
        bench.route().submit(TestRecords.records(5..<9))
        dispatcher.release()
        bench.observer.waitForSettlements(9)
        #expect(bench.observer.sequences(.acknowledge) == Array(0..<9))
        #expect(bench.observer.posts == 2)
        #expect(dispatcher.batches.map(\.sequences) == [Array(0..<3), Array(3..<9)])
        bench.drain()
    }

    @Test func `an empty submission is nothing`() throws {
        let dispatcher = ScriptedDispatcher()
        let bench = try TestBench(["a": dispatcher])
        bench.route().submit([])
        let report = bench.drain()
        #expect(dispatcher.batches.isEmpty)
        #expect(report.lanes == [.init(dispatcher: DispatcherName("a"), delivered: 0, left: 0, isClosed: true)])
    }

    @Test func `what a dispatcher asks to retry stays at the head until it is delivered`() throws {
        let failure = self.failure
        let dispatcher = ScriptedDispatcher([
            .answer { batch in batch.records.map { $0.sequence.isMultiple(of: 2) ? .delivered : .retry(failure) } },
            .retry,
            .retry,
        ])
        let bench = try TestBench(["a": dispatcher])
        bench.route().submit(TestRecords.records(0..<5))
        bench.observer.waitForSettlements(2)
        bench.route().submit(TestRecords.records(5..<7))
        bench.observer.waitForSettlements(7)
        #expect(dispatcher.delivered.sequences == [0, 2, 4, 1, 3, 5, 6])
        #expect(bench.observer.sequences(.acknowledge) == [0, 2, 4, 1, 3, 5, 6])
        #expect(bench.lane("a").snapshot.records == 0)
        #expect(bench.lane("a").snapshot.bytes == 0)
        bench.drain()
    }

    @Test func `a rejected record is a dead letter and its ack is withheld`() throws {
        let letters = LetterBox(isSafe: false)
        let dispatcher = ScriptedDispatcher([
            .answer { batch in
                batch.records.map { $0.sequence == 1 ? .rejected(DispatcherFailure(.tooLarge, "1")) : .delivered }
            }
        ])
        let metrics = MetricRegistry()
        let bench = try TestBench(["a": dispatcher], deadLetters: letters, metrics: metrics)
        bench.route().submit(TestRecords.records(0..<3))
        bench.observer.waitForSettlements(3)
        #expect(bench.observer.sequences(.acknowledge) == [0, 2])
        #expect(bench.observer.sequences(.withhold) == [1])
        #expect(letters.all.map(\.record).sequences == [1])
        #expect(letters.all.first?.code == "too_large" && letters.all.first?.detail == "1")
        let text = String(decoding: metrics.exposition(), as: UTF8.self)
        #expect(text.contains(#"dispatch_batch_records_count{dispatcher="a"}"#))
        #expect(text.contains(#"dispatch_state{dispatcher="a",state="retrying"} 0"#))
        #expect(text.contains(#"dispatch_rejected_total{code="too_large",dispatcher="a"} 1"#))
        #expect(text.contains(#"dispatch_delivered_total{dispatcher="a"} 2"#))
        bench.drain()
    }

    @Test func `a rejected record whose dead letter is safe is acknowledged`() throws {
        let bench = try TestBench(["a": ScriptedDispatcher([.reject])], deadLetters: LetterBox(isSafe: true))
        bench.route().submit(TestRecords.records(0..<3))
        bench.observer.waitForSettlements(3)
        #expect(bench.observer.sequences(.acknowledge) == [0, 1, 2])
        bench.drain()
    }

    @Test func `a dispatcher that does not open is tried again and start does not wait`() throws {
        let dispatcher = ScriptedDispatcher(failingOpens: 5)
        let bench = try TestBench(["a": dispatcher])
        bench.route().submit(TestRecords.records(0..<2))
        bench.observer.waitForSettlements(2)
        #expect(dispatcher.openCount == 6)
        guard case .healthy = bench.lane("a").snapshot.health else {
            Issue.record("\(bench.lane("a").snapshot.health)")
            return
        }
        bench.drain()
    }

    @Test func `health says since when and why`() throws {
        var slow = TestBench.quickSettings
        slow.retryInitialMilliseconds = 60_000
        slow.retryMaximumMilliseconds = 60_000
        let dispatcher = ScriptedDispatcher([.retry])
        let bench = try TestBench(["a": dispatcher], settings: slow)
        bench.route().submit(TestRecords.records(0..<2))
        dispatcher.waitForBatches(1)
        #expect(eventually { bench.lane("a").snapshot.health.isRetrying })
        guard case .retrying(_, let attempts, let reason) = bench.lane("a").snapshot.health else { return }
        #expect(attempts == 1)
        #expect(reason == failure)
        #expect(bench.lane("a").snapshot.records == 2)
        #expect(bench.lane("a").snapshot.oldestReceivedAt == UnixMilliseconds(rawValue: 1_700_000_000_000))
        // Draining does not wait for the pause: the dispatcher delivers at once.
        #expect(bench.drain().lanes.map(\.delivered) == [2])
        #expect(bench.lane("a").snapshot.health == .closed)
        #expect(bench.lane("a").snapshot.oldestReceivedAt == nil)
    }

    @Test func `a report on too few records keeps the others`() throws {
        let dispatcher = ScriptedDispatcher([.answer { _ in [.delivered] }, .answer { _ in [] }])
        let bench = try TestBench(["a": dispatcher])
        bench.route().submit(TestRecords.records(0..<3))
        bench.observer.waitForSettlements(3)
        #expect(dispatcher.batches.map(\.sequences) == [[0, 1, 2], [1, 2], [1, 2]])
        bench.drain()
    }

    @Test func `batches keep to the limits of records and bytes`() throws {
        var settings = TestBench.quickSettings
        settings.batchRecordLimit = 4
        settings.batchByteLimit = 1000
        let dispatcher = ScriptedDispatcher([.stall])
        let bench = try TestBench(["a": dispatcher], settings: settings)
        bench.route().submit([TestRecords.record(0)])
        dispatcher.waitForBatches(1)
        bench.route().submit(TestRecords.records(1..<7))
        bench.route().submit([TestRecords.record(7, payloadBytes: 5000)])
        bench.route().submit([TestRecords.record(8, payloadBytes: 600), TestRecords.record(9, payloadBytes: 600)])
        dispatcher.release()
        bench.observer.waitForSettlements(10)
        #expect(dispatcher.batches.map(\.sequences) == [[0], [1, 2, 3, 4], [5, 6], [7], [8], [9]])
        bench.drain()
    }

    @Test func `a lane that hangs for ever does not keep the others from delivering`() throws {
        let hanging = ScriptedDispatcher([.hang])
        let fine = ScriptedDispatcher()
        let bench = try TestBench(["fine": fine, "hanging": hanging], ackSources: [.vehicleData: ["fine"]])
        for start in stride(from: 0, to: 1000, by: 10) {
            bench.route().submit(TestRecords.records(start..<start + 10))
        }
        bench.observer.waitForSettlements(1000)
        #expect(fine.delivered.sequences == Array(0..<1000))
        hanging.release()
        bench.drain()
        #expect(hanging.delivered.count == 1000)
    }

    @Test func `settlements go to the loop that owns the connection`() throws {
        let bench = try TestBench(["a": ScriptedDispatcher()], loops: 3)
        for loop in 0..<3 {
            bench.route().submit(
                TestRecords.records(loop * 10..<loop * 10 + 10, from: TestRecords.source(loop: UInt16(loop)))
            )
        }
        for loop in 0..<3 {
            bench.observers[loop].waitForSettlements(10)
            #expect(bench.observers[loop].sequences(.acknowledge) == Array(loop * 10..<loop * 10 + 10))
        }
        bench.drain()
    }

    @Test func `a record of a loop that nobody observes is delivered all the same`() throws {
        let dispatcher = ScriptedDispatcher()
        let bench = try TestBench(["a": dispatcher])
        bench.route().submit(TestRecords.records(0..<4, from: TestRecords.source(loop: 77)))
        bench.drain()
        #expect(dispatcher.delivered.count == 4)
        #expect(bench.observer.settlements.isEmpty)
    }

    @Test func `everything a dispatcher does runs on the lane's thread, also after it has waited`() throws {
        let names = ThreadNames()
        let bench = try TestBench(["waiting": names])
        bench.route().submit(TestRecords.records(0..<1))
        bench.observer.waitForSettlements(1)
        bench.drain()
        #expect(names.threads.count == 1)
    }
}

/// Dead letters that the test reads.
final class LetterBox: DeadLetterSink {
    private let letters = Mutex<[DeadLetter]>([])
    private let isSafe: Bool

    init(isSafe: Bool) {
        self.isSafe = isSafe
    }

    var all: [DeadLetter] { letters.withLock { $0 } }

    func store(_ letters: [DeadLetter]) -> Bool {
        self.letters.withLock { $0 += letters }
        return isSafe
    }
}
