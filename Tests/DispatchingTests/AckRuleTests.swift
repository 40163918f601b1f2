import Dispatching
import TelemetryModel
import TelemetryFixtures
import Testing

@Suite struct AckRuleTests {
    @Test(arguments: 1...3) func `the ack waits for the last of all lanes`(lanes: Int) throws {
        let dispatchers = (0..<lanes).map { _ in ScriptedDispatcher([.stall]) }
        let names = (0..<lanes).map { "lane\($0)" }
        let bench = try TestBench(Dictionary(uniqueKeysWithValues: zip(names, dispatchers)))
        bench.route().submit(TestRecords.records(0..<5))
        for dispatcher in dispatchers { dispatcher.waitForBatches(1) }
        for (position, dispatcher) in dispatchers.enumerated() {
            #expect(bench.observer.settlements.isEmpty)
            dispatcher.release()
            #expect(eventually { bench.lane(names[position]).snapshot.records == 0 })
        }
        bench.observer.waitForSettlements(5)
        #expect(bench.observer.sequences(.acknowledge) == Array(0..<5))
        bench.drain()
    }

    @Test func `with a reliable source nobody else is waited for`() throws {
        let slow = ScriptedDispatcher([.stall])
        let bench = try TestBench(
            ["reliable": ScriptedDispatcher(), "slow": slow],
            ackSources: [.vehicleData: ["reliable"]]
        )
        bench.route().submit(TestRecords.records(0..<5))
        bench.observer.waitForSettlements(5)
        #expect(slow.delivered.isEmpty)
        slow.release()
        bench.drain()
        #expect(slow.delivered.count == 5)
        #expect(bench.observer.settlements.count == 5)
    }

    @Test func `with two reliable sources of three the ack waits for both`() throws {
        let first = ScriptedDispatcher([.stall])
        let second = ScriptedDispatcher([.stall])
        let third = ScriptedDispatcher([.reject])
        let bench = try TestBench(
            ["first": first, "second": second, "third": third],
            ackSources: [.vehicleData: ["first", "second"]]
        )
        bench.route().submit(TestRecords.records(0..<2))
        first.waitForBatches(1)
        first.release()
        #expect(eventually { bench.lane("first").snapshot.records == 0 })
        #expect(bench.observer.settlements.isEmpty)
        second.release()
        bench.observer.waitForSettlements(2)
        #expect(bench.observer.sequences(.acknowledge) == [0, 1])
        bench.drain()
    }

    @Test func `one rejection among several lanes withholds the ack, whoever is last`() throws {
        for rejectsFirst in [true, false] {
            let rejecting = ScriptedDispatcher([.reject])
            let delivering = ScriptedDispatcher([.stall])
            let bench = try TestBench(["delivering": delivering, "rejecting": rejecting])
            if !rejectsFirst { delivering.release() }
            bench.route().submit(TestRecords.records(0..<2))
            if rejectsFirst {
                #expect(eventually { bench.lane("rejecting").snapshot.records == 0 })
                #expect(bench.observer.settlements.isEmpty)
                delivering.release()
            }
            bench.observer.waitForSettlements(2)
            #expect(bench.observer.sequences(.withhold) == [0, 1])
            bench.drain()
            #expect(bench.observer.settlements.count == 2)
        }
    }

    @Test func `rejections by all lanes settle a record once`() throws {
        let dispatchers = (0..<3).map { ("lane\($0)", ScriptedDispatcher([.reject])) }
        let bench = try TestBench(Dictionary(uniqueKeysWithValues: dispatchers))
        bench.route().submit(TestRecords.records(0..<4))
        bench.drain()
        #expect(bench.observer.settlements.count == 4)
        #expect(bench.observer.sequences(.withhold).sorted() == [0, 1, 2, 3])
    }

    @Test func `a lane may hold acks of one type and not of another`() throws {
        let a = ScriptedDispatcher([.stall])
        let b = ScriptedDispatcher()
        let bench = try TestBench(
            ["a": a, "b": b],
            routes: [.vehicleData: ["a", "b"], .alerts: ["a", "b"], .errors: ["a"]],
            ackSources: [.alerts: ["b"]]
        )
        bench.route(.alerts).submit([TestRecords.record(0, type: .alerts)])
        a.waitForBatches(1)
        bench.observer.waitForSettlements(1)
        bench.route(.vehicleData).submit([TestRecords.record(1)])
        bench.route(.alerts).submit([TestRecords.record(2, type: .alerts)])
        bench.route(.errors).submit([TestRecords.record(3, type: .errors)])
        a.release()
        bench.drain()
        #expect(a.delivered.sequences == [0, 1, 2, 3])
        // One batch with three kinds of ack: waited for with others, not at all, alone.
        #expect(a.batches.count == 2)
        #expect(bench.observer.sequences(.acknowledge).sorted() == [0, 1, 2, 3])
        #expect(b.delivered.sequences == [0, 1, 2])
    }
}
