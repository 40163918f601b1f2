internal import Dispatching
internal import LinuxSystem
internal import Synchronization
internal import TelemetryModel

/// What every dispatcher must stand, run against its real sink.
///
/// A test of a dispatcher is one line: `@Test(arguments: ConformanceScenario.all(for: MySink.self))` on a function
/// that makes a sink and calls ``run(on:)``.
package enum ConformanceScenario: String, Sendable, CaseIterable {
    case roundTrip = "round trip"
    case downAtStart = "sink down at start"
    case restartedUnderLoad = "sink killed and restarted under load"
    case slow = "slow sink"
    case rejecting = "rejecting sink"
    case shutdownInTheMiddle = "shutdown in the middle"
    case shutdownWhileStalled = "shutdown while the sink stalls"
    case boundedMemory = "memory bounded while the sink is down"
    case openedAndClosed = "opened and closed without a record"

    private var conditions: Set<SinkCondition> {
        switch self {
        case .roundTrip, .shutdownInTheMiddle, .openedAndClosed: []
        case .downAtStart, .restartedUnderLoad, .boundedMemory: [.down]
        case .slow, .shutdownWhileStalled: [.stalled]
        case .rejecting: [.rejecting]
        }
    }

    /// The scenarios that a sink can be brought into.
    package static func all(for sink: any SinkUnderTest.Type) -> [ConformanceScenario] {
        allCases.filter { $0.conditions.isSubset(of: sink.conditions) }
    }

    /// - Throws: ``ConformanceFailure`` with what was not kept.
    package func run(on sink: any SinkUnderTest) throws {
        switch self {
        case .roundTrip: try runRoundTrip(sink)
        case .downAtStart: try runDownAtStart(sink)
        case .restartedUnderLoad: try runRestartedUnderLoad(sink)
        case .slow: try runSlow(sink)
        case .rejecting: try runRejecting(sink)
        case .shutdownInTheMiddle: try runShutdownInTheMiddle(sink)
        case .shutdownWhileStalled: try runShutdownWhileStalled(sink)
        case .boundedMemory: try runBoundedMemory(sink)
        case .openedAndClosed: try runOpenedAndClosed(sink)
        }
    }

    private static func records(_ range: Range<Int>) -> [Record] { range.map { ConformanceRecords.record($0) } }

    // MARK: The scenarios

    private func runRoundTrip(_ sink: any SinkUnderTest) throws {
        let bench = try ConformanceBench(sink)
        defer { bench.stop() }
        let records = Self.records(0..<1_000)
        try bench.submit(records)
        try bench.waitForAcknowledgements(records.count)
        bench.stop()
        try require(bench.acknowledged == records.map(\.asInSink), "acks came in another order than the records")
        try requireEverything(records, in: sink, mayRepeat: false)
    }

    private func runDownAtStart(_ sink: any SinkUnderTest) throws {
        try sink.become(.down)
        let started = MonotonicTime.now
        let bench = try ConformanceBench(sink)
        defer { bench.stop() }
        try require(MonotonicTime.now.nanoseconds(since: started) < 1_000_000_000, "the start waited for the sink")
        let records = Self.records(0..<200)
        try bench.submit(records)
        _ = try bench.waitForFailure()
        try require(bench.acknowledged.isEmpty, "acks although the sink is down")
        try sink.become(.up)
        try bench.waitForAcknowledgements(records.count)
        bench.stop()
        try bench.requireSilenceAboutSecrets()
        try requireEverything(records, in: sink)
    }

    private func runRestartedUnderLoad(_ sink: any SinkUnderTest) throws {
        let bench = try ConformanceBench(sink)
        defer { bench.stop() }
        let records = Self.records(0..<3_000)
        let fault = Mutex<(any Error)?>(nil)
        let loop = try LoopThread(name: "load") {
            do { try bench.submit(records) } catch { fault.withLock { $0 = error } }
        }
        defer {
            bench.stop()
            loop.join()
        }
        for round in 1...3 {
            try bench.waitForAcknowledgements(round * 500)
            try sink.become(.down)
            _ = try bench.waitForFailure()
            try sink.become(.up)
        }
        try bench.waitForAcknowledgements(records.count)
        if let error = fault.withLock({ $0 }) { throw error }
        bench.stop()
        try bench.requireSilenceAboutSecrets()
        try requireEverything(records, in: sink)
    }

    private func runSlow(_ sink: any SinkUnderTest) throws {
        let bench = try ConformanceBench(sink)
        try sink.become(.stalled)
        let records = Self.records(0..<3_000)
        let fault = Mutex<(any Error)?>(nil)
        let loop = try LoopThread(name: "load") {
            do { try bench.submit(records) } catch { fault.withLock { $0 = error } }
        }
        defer {
            bench.stop()
            loop.join()
        }
        try bench.wait("a full lane") { bench.snapshot?.isFull == true }
        let waiting = bench.snapshot?.records ?? 0
        try require(waiting <= ConformanceBench.recordLimit * 2, "\(waiting) records in memory")
        try sink.become(.up)
        try bench.waitForAcknowledgements(records.count)
        if let error = fault.withLock({ $0 }) { throw error }
        bench.stop()
        try requireEverything(records, in: sink)
    }

    private func runRejecting(_ sink: any SinkUnderTest) throws {
        try sink.become(.rejecting)
        let bench = try ConformanceBench(sink)
        defer { bench.stop() }
        let records = (0..<300).map { ConformanceRecords.record($0, isPoisoned: $0 % 7 == 3) }
        try bench.submit(records)
        try bench.waitForAcknowledgements(records.count)
        bench.stop()
        try bench.requireSilenceAboutSecrets()
        let isPoisoned = { (record: SinkRecord) in record.txid.hasPrefix(ConformanceRecords.poison) }
        let expected = records.map(\.asInSink).filter(isPoisoned)
        try require(bench.letters == expected, "\(bench.letters.count) dead letters, and not the \(expected.count)")
        try require(try !sink.received().contains(where: isPoisoned), "the sink has what it refused")
        try requireEverything(records.filter { !isPoisoned($0.asInSink) }, in: sink)
    }

    private func runShutdownInTheMiddle(_ sink: any SinkUnderTest) throws {
        let records = Self.records(0..<2_000)
        let first = try ConformanceBench(sink)
        defer { first.stop() }
        first.force(Array(records.prefix(600)))
        try first.waitForAcknowledgements(1)
        first.stop()
        let acknowledged = Set(first.acknowledged)
        try requireAcknowledged(first, in: sink)
        // The vehicles send again what they had no ack for.
        let second = try ConformanceBench(sink)
        defer { second.stop() }
        let rest = records.filter { !acknowledged.contains($0.asInSink) }
        try second.submit(rest)
        try second.waitForAcknowledgements(rest.count)
        second.stop()
        try requireEverything(records, in: sink)
    }

    private func runShutdownWhileStalled(_ sink: any SinkUnderTest) throws {
        let bench = try ConformanceBench(sink)
        defer { bench.stop() }
        let records = Self.records(0..<10)
        try bench.submit(records)
        try bench.waitForAcknowledgements(records.count)
        try sink.become(.stalled)
        bench.force(Self.records(10..<400))
        let started = MonotonicTime.now
        bench.stop(milliseconds: 50)
        let milliseconds = MonotonicTime.now.nanoseconds(since: started) / 1_000_000
        try require(milliseconds < 5_000, "the shutdown took \(milliseconds) ms with a sink that stalls")
        try sink.become(.up)
        try requireAcknowledged(bench, in: sink)
    }

    private func runBoundedMemory(_ sink: any SinkUnderTest) throws {
        try sink.become(.down)
        let bench = try ConformanceBench(sink)
        defer { bench.stop() }
        let count = ConformanceBench.recordLimit * 4
        let records = Self.records(0..<count)
        bench.force(records)
        let waiting = bench.snapshot?.records ?? 0
        try require(waiting <= ConformanceBench.recordLimit * 2 + 10, "\(waiting) records in memory")
        try require(bench.withheld.count == count - waiting, "\(count - waiting) records are neither kept nor withheld")
        _ = try bench.waitForFailure()
        try sink.become(.up)
        try bench.waitForAcknowledgements(waiting)
        bench.stop()
        try requireEverything(Array(records.prefix(waiting)), in: sink)
    }

    private func runOpenedAndClosed(_ sink: any SinkUnderTest) throws {
        let bench = try ConformanceBench(sink)
        defer { bench.stop() }
        try bench.wait("the dispatcher to open") {
            if case .healthy? = bench.snapshot?.health { true } else { false }
        }
        let report = bench.stop()
        try require(report?.lanes.allSatisfy(\.isClosed) == true, "it did not close")
        try require(try sink.received().isEmpty, "the sink has records that nobody sent")
    }

    // MARK: What must hold in the end

    /// The sink has all of the records, those of each vehicle in order.
    private func requireEverything(
        _ records: [Record],
        in sink: any SinkUnderTest,
        mayRepeat: Bool = true
    ) throws {
        let sent = Set(records.map(\.asInSink))
        let received = try waitForAll(of: sent, in: sink)
        var seen: Set<SinkRecord> = []
        let unique = received.filter { seen.insert($0).inserted }
        try require(seen.isSubset(of: sent), "the sink has records that nobody sent")
        try require(mayRepeat || received.count == unique.count, "\(received.count - unique.count) repetitions")
        for vin in ConformanceRecords.vins {
            let expected = records.map(\.asInSink).filter { $0.vin == vin }
            try require(unique.filter { $0.vin == vin } == expected, "records of \(vin) are out of order")
        }
    }

    private func requireAcknowledged(_ bench: ConformanceBench, in sink: any SinkUnderTest) throws {
        _ = try waitForAll(of: Set(bench.acknowledged), in: sink)
    }

    /// What a sink has taken may take a moment to be readable, e.g. in a pipe.
    private func waitForAll(of sent: Set<SinkRecord>, in sink: any SinkUnderTest) throws -> [SinkRecord] {
        let deadline = MonotonicTime.now.adding(milliseconds: 5_000)
        while true {
            let received = try sink.received()
            let missing = sent.subtracting(received)
            if missing.isEmpty { return received }
            guard MonotonicTime.now < deadline else {
                let example = missing.map(\.txid).min() ?? ""
                throw ConformanceFailure("\(missing.count) of \(sent.count) records were lost, e.g. \(example)")
            }
        }
    }
}
