import Dispatching
import LinuxSystem
import Observability
import Synchronization
import TelemetryFixtures
import TelemetryModel
import Testing

/// Several loops submit records of several vehicles and types through lanes whose dispatchers fail at random.
///
/// At the end everything that was acknowledged was delivered to every dispatcher that its ack waits for, nothing
/// was delivered that nobody submitted, every record was settled exactly once, and each dispatcher saw the records
/// of each VIN in order. A seed that fails is printed and can be given to `run`.
@Suite struct ConservationTests {
    @Test(arguments: 0..<12) func `nothing that was acknowledged is lost and order holds`(round: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        try run(seed: seed)
    }

    private func run(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let laneCount = Int.random(in: 1...3, using: &random)
        let names = (0..<laneCount).map { "lane\($0)" }
        let dispatchers = names.map { _ in FlakyDispatcher(seed: random.next()) }
        var settings = TestBench.quickSettings
        settings.recordLimit = Int.random(in: 20...200, using: &random)
        settings.batchRecordLimit = Int.random(in: 1...60, using: &random)
        settings.batchByteLimit = Int.random(in: 100...10_000, using: &random)
        settings.retryMaximumMilliseconds = 1
        let reliable = Array(names.shuffled(using: &random).prefix(Int.random(in: 1...laneCount, using: &random)))
        let types: [RecordType] = [.vehicleData, .alerts]
        let loops = 3
        let bench = try TestBench(
            Dictionary(uniqueKeysWithValues: zip(names, dispatchers)),
            routes: [.vehicleData: names, .alerts: names],
            ackSources: [.alerts: reliable],
            settings: settings,
            loops: loops
        )
        let seeds = (0..<loops).map { _ in random.next() }
        let threads = try (0..<loops).map { loop in
            try LoopThread(name: "loop\(loop)") { submit(loop: loop, seed: seeds[loop], types: types, bench) }
        }
        for thread in threads { thread.join() }
        #expect(bench.drain().left == 0, "seed \(seed)")

        let settlements = bench.observers.flatMap(\.settlements)
        #expect(Set(settlements.map(\.record.id)).count == settlements.count, "settled twice, seed \(seed)")
        #expect(settlements.count == loops * recordsPerLoop, "seed \(seed)")
        let delivered = dispatchers.map { Set($0.delivered.map(\.id)) }
        for settlement in settlements where settlement.outcome == .acknowledge {
            for (name, ids) in zip(names, delivered) {
                guard settlement.record.type == .vehicleData || reliable.contains(name) else { continue }
                #expect(ids.contains(settlement.record.id), "acknowledged and lost in \(name), seed \(seed)")
            }
        }
        for (name, dispatcher) in zip(names, dispatchers) {
            #expect(Set(dispatcher.delivered.map(\.id)).count == dispatcher.delivered.count, "twice, seed \(seed)")
            for (vin, records) in Dictionary(grouping: dispatcher.delivered, by: \.vin) {
                let sequences = records.sequences
                #expect(sequences == sequences.sorted(), "order of \(vin) in \(name), seed \(seed)")
            }
        }
    }

    private let recordsPerLoop = 1000

    private func submit(loop: Int, seed: UInt64, types: [RecordType], _ bench: TestBench) {
        var random = SeededRandom(seed: seed)
        let sources = (0..<5).map { TestRecords.source("VIN-\(loop)-\($0)", loop: UInt16(loop), slot: UInt32($0)) }
        var next = 0
        while next < recordsPerLoop {
            let type = types[Int.random(in: 0..<types.count, using: &random)]
            let route = bench.route(type)
            // What a loop does when there is no room: it reads nothing until it is told.
            guard eventually({ route.hasRoom }) else { return }
            let count = min(Int.random(in: 1...40, using: &random), recordsPerLoop - next)
            route.submit(
                (next..<next + count).map { sequence in
                    TestRecords.record(
                        sequence,
                        from: sources[Int.random(in: 0..<sources.count, using: &random)],
                        type: type,
                        payloadBytes: Int.random(in: 0...300, using: &random)
                    )
                }
            )
            next += count
        }
    }
}

/// Delivers a first part of each batch, then perhaps rejects one, and asks to retry the rest.
private final class FlakyDispatcher: Dispatcher {
    private struct State {
        var random: SeededRandom
        var delivered: [Record] = []
    }

    private let state: Mutex<State>

    init(seed: UInt64) {
        state = Mutex(State(random: SeededRandom(seed: seed)))
    }

    var delivered: [Record] { state.withLock { $0.delivered } }

    func open() async throws(DispatcherFailure) {
        let fails = state.withLock { Bool.random(using: &$0.random) }
        if fails { throw ScriptedDispatcher.failure }
    }

    func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        state.withLock { state in
            let count = batch.records.count
            if Int.random(in: 0..<4, using: &state.random) > 0 {
                state.delivered += batch.records
                return DeliveryReport(all: .delivered, of: batch)
            }
            let first = Int.random(in: 0...count, using: &state.random)
            state.delivered += batch.records[..<first]
            var outcomes = [DeliveryReport.Outcome](repeating: .delivered, count: first)
            while outcomes.count < count {
                let isRejected = Int.random(in: 0..<20, using: &state.random) == 0
                let failure = ScriptedDispatcher.failure
                outcomes.append(isRejected ? .rejected(failure) : .retry(failure))
            }
            return DeliveryReport(outcomes)
        }
    }

    func close() async {}
}
