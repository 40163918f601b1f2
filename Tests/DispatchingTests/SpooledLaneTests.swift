import Dispatching
import LinuxSystem
import Observability
import Spooling
import Synchronization
import TelemetryModel
import TelemetryFixtures
import Testing

/// Lanes that read from a spool on a real disk.
@Suite final class SpooledLaneTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory(prefix: "spooled-lane")
    }

    private func spool(_ dispatchers: [String], maxBytes: Int = 1 << 24) throws -> Spool {
        var settings = SpoolSettings(directory: directory.path)
        settings.maxBytes = maxBytes
        settings.segmentBytes = 4_096
        settings.cursorSaveMilliseconds = 1
        return try Spool(settings, dispatchers: dispatchers)
    }

    private func texts(_ records: [Record]) -> [String] { records.map(\.txidText) }

    private func names(_ range: some Sequence<Int>) -> [String] { range.map { "txid-\($0)" } }

    @Test func `acks come from the disk, whatever the dispatcher does, and a restart delivers`() throws {
        let closed = ScriptedDispatcher(failingOpens: 1_000_000)
        let first = try spool(["a"])
        let bench = try TestBench(["a": closed], spool: first)
        bench.route().submit(TestRecords.records(0..<50))
        bench.observer.waitForSettlements(50)
        #expect(bench.observer.sequences(.acknowledge) == Array(0..<50))
        closed.waitForOpens(3)
        let snapshot = bench.lane("a").snapshot
        #expect(snapshot.health.isRetrying)
        #expect(snapshot.isSpooled && snapshot.records == 50 && !snapshot.isFull)
        #expect(snapshot.lagSeconds > 1000, "the records are of 2023")
        let report = bench.drain()
        #expect(report.lanes.map(\.left) == [50])
        #expect(report.lanes.map(\.isSpooled) == [true])
        first.close()

        let open = ScriptedDispatcher()
        let second = try spool(["a"])
        #expect(second.findings.isEmpty)
        let again = try TestBench(["a": open], spool: second)
        again.route().submit(TestRecords.records(50..<60))
        again.observer.waitForSettlements(10)
        #expect(again.drain().left == 0)
        #expect(texts(open.delivered) == names(0..<60))
        second.close()
    }

    @Test func `a dispatcher that fails while the server stops is not waited for`() throws {
        let failure = ScriptedDispatcher.failure
        let down = ScriptedDispatcher(always: { Array(repeating: .retry(failure), count: $0.records.count) })
        let store = try spool(["down"])
        var slow = LaneSettings()
        slow.retryInitialMilliseconds = 600_000
        slow.retryMaximumMilliseconds = 600_000
        let bench = try TestBench(["down": down], settings: slow, spool: store)
        bench.route().submit(TestRecords.records(0..<7))
        down.waitForBatches(1)
        // An hour: the test would not end if draining waited for it.
        #expect(bench.drain(milliseconds: 3_600_000).left == 7)
        #expect(down.closeCount == 1)
        store.close()
    }

    @Test func `each dispatcher gets its own record types, and others hold nothing up`() throws {
        let (data, alerts) = (ScriptedDispatcher(), ScriptedDispatcher())
        let store = try spool(["alerts", "data"])
        let bench = try TestBench(
            ["alerts": alerts, "data": data],
            routes: [.vehicleData: ["data"], .alerts: ["alerts"], .errors: ["alerts", "data"]],
            spool: store
        )
        for number in 0..<60 {
            let type: RecordType = [.vehicleData, .alerts, .errors][number % 3]
            bench.route(type).submit([TestRecords.record(number, type: type)])
        }
        bench.observer.waitForSettlements(60)
        #expect(bench.drain().left == 0)
        #expect(texts(data.delivered) == names((0..<60).filter { $0 % 3 != 1 }))
        #expect(texts(alerts.delivered) == names((0..<60).filter { $0 % 3 != 0 }))
        store.close()
    }

    @Test func `after a restart delivery goes on at the first record that was not delivered`() throws {
        let failure = ScriptedDispatcher.failure
        // Everything but number 5, for ever.
        let picky = ScriptedDispatcher(always: { batch in
            batch.records.map { $0.sequence == 5 ? .retry(failure) : .delivered }
        })
        let first = try spool(["picky"])
        let bench = try TestBench(["picky": picky], spool: first)
        bench.route().submit(TestRecords.records(0..<10))
        picky.waitForBatches(2)
        #expect(bench.drain().left == 5)
        first.close()
        let open = ScriptedDispatcher()
        let second = try spool(["picky"])
        let again = try TestBench(["picky": open], spool: second)
        #expect(eventually { open.delivered.count == 5 })
        again.drain()
        #expect(texts(open.delivered) == names(5..<10))
        second.close()
    }

    @Test func `what is rejected becomes a dead letter beside the spool, with the reason`() throws {
        let dispatcher = ScriptedDispatcher(always: { batch in
            batch.records.map { $0.sequence == 3 ? .rejected(DispatcherFailure(.tooLarge, "too much")) : .delivered }
        })
        let store = try spool(["a"])
        let metrics = MetricRegistry()
        let letters = try store.deadLetters(limitBytes: 1 << 20)
        let bench = try TestBench(
            ["a": dispatcher],
            spool: store,
            deadLetters: DurableDeadLetters(letters, log: .silent, metrics: metrics)
        )
        bench.route().submit(TestRecords.records(0..<6))
        #expect(eventually { dispatcher.delivered.count == 5 })
        #expect(bench.drain().left == 0)
        store.close()
        let kept = try DeadLetterFile.read(DirectoryStorage(directory: directory.path))
        #expect(kept.map(\.dispatcher) == ["a"])
        #expect(kept.map(\.code) == ["too_large"])
        #expect(kept.map(\.detail) == ["too much"])
        #expect(kept.map { String(decoding: $0.record.txid, as: UTF8.self) } == ["txid-3"])
        #expect(String(decoding: metrics.exposition(), as: UTF8.self).contains("\ndead_letters 1\n"))
    }

    @Test func `a lane does not go past a record that can neither be delivered nor kept`() throws {
        let dispatcher = ScriptedDispatcher(always: { batch in
            batch.records.map { $0.sequence == 3 ? .rejected(DispatcherFailure(.tooLarge, "too much")) : .delivered }
        })
        let letters = FullLetters()
        let store = try spool(["a"])
        var single = TestBench.quickSettings
        single.batchRecordLimit = 1
        let bench = try TestBench(["a": dispatcher], settings: single, spool: store, deadLetters: letters)
        bench.route().submit(TestRecords.records(0..<6))
        #expect(eventually { letters.refused > 2 })
        #expect(texts(dispatcher.delivered) == names(0..<3))
        #expect(bench.lane("a").snapshot.health.isRetrying)
        letters.makeRoom()
        #expect(eventually { dispatcher.delivered.count == 5 })
        #expect(texts(dispatcher.delivered) == names([0, 1, 2, 4, 5]))
        #expect(bench.drain().left == 0)
        store.close()
    }

    @Test func `a full spool holds vehicles back and lets them go on by itself`() throws {
        let dispatcher = ScriptedDispatcher([.stall])
        let store = try spool(["a"], maxBytes: 64 << 10)
        let bench = try TestBench(["a": dispatcher], spool: store)
        var next = 0
        while bench.route().hasRoom {
            bench.route().submit([TestRecords.record(next)])
            next += 1
            bench.observer.waitForSettlements(next)
        }
        #expect(store.blocked?.isLackOfRoom == true)
        // What the loops had in their hands waits for its ack, and is not lost.
        bench.route().submit(TestRecords.records(next..<next + 400))
        next += 400
        #expect(bench.observer.roomSignals == 0)
        dispatcher.release()
        bench.observer.waitForRoomSignals(1)
        bench.observer.waitForSettlements(next)
        #expect(bench.observer.sequences(.acknowledge) == Array(0..<next))
        #expect(eventually { dispatcher.delivered.count == next })
        #expect(texts(dispatcher.delivered) == names(0..<next))
        bench.drain()
        store.close()
    }

    @Test func `a record that the spool can't take is withheld alone`() throws {
        let dispatcher = ScriptedDispatcher()
        let store = try spool(["a"])
        let bench = try TestBench(["a": dispatcher], spool: store)
        let large = TestRecords.record(1, payloadBytes: SpoolLimit.recordBytes + 1)
        bench.route().submit([TestRecords.record(0), large, TestRecords.record(2)])
        bench.observer.waitForSettlements(3)
        #expect(bench.observer.sequences(.acknowledge) == [0, 2])
        #expect(bench.observer.sequences(.withhold) == [1])
        bench.drain()
        store.close()
    }
}

/// Dead letters that find no room until the test makes some.
private final class FullLetters: DeadLetterSink {
    private let state = Mutex((refused: 0, hasRoom: false))

    func store(_ letters: [DeadLetter]) -> Bool {
        state.withLock { state in
            if !state.hasRoom { state.refused += 1 }
            return state.hasRoom
        }
    }

    var refused: Int { state.withLock { $0.refused } }

    func makeRoom() { state.withLock { $0.hasRoom = true } }
}
