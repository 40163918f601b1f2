import Dispatchers
import Dispatching
import Glibc
import LinuxSystem
import Synchronization
import TelemetryModel
import Testing

@Suite struct RecordQueueTests {
    private func dispatcher(_ recordLimit: Int = 10_000, _ overflow: QueueOverflow = .block) -> QueueDispatcher {
        var settings = QueueSettings()
        settings.recordLimit = recordLimit
        settings.overflow = overflow
        return QueueDispatcher(settings)
    }

    private func sequences(_ records: [Record?]) -> [Int?] { records.map { $0.map { Int($0.sequence) } } }

    @Test func `records come out in order, by thread and by task`() async throws {
        let dispatcher = dispatcher()
        let queue = dispatcher.subscribe()
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<6)))
        #expect(queue.count == 6)
        #expect(sequences([queue.next(), queue.next(timeoutMilliseconds: 0)]) == [0, 1])
        await dispatcher.close()
        var rest: [Int] = []
        for await record in queue { rest.append(Int(record.sequence)) }
        #expect(rest == [2, 3, 4, 5])
        #expect(queue.isEnded)
        #expect(queue.next() == nil)
    }

    @Test func `next gives up when its time is over`() {
        let queue = dispatcher().subscribe()
        #expect(queue.next(timeoutMilliseconds: 0) == nil)
        #expect(queue.next(timeoutMilliseconds: 5) == nil)
        #expect(queue.next(timeoutMilliseconds: -5) == nil)
        #expect(!queue.isEnded)
    }

    @Test func `a thread that waits is woken by a record and by the end`() async throws {
        let dispatcher = dispatcher()
        let queue = dispatcher.subscribe()
        let seen = Mutex<[Int]>([])
        let thread = try LoopThread(name: "consumer") {
            while let record = queue.next() { seen.withLock { $0.append(Int(record.sequence)) } }
        }
        for sequence in 0..<50 {
            _ = await dispatcher.deliver(RecordBatch([TestRecords.record(sequence)]))
        }
        await dispatcher.close()
        thread.join()
        #expect(seen.withLock { $0 } == Array(0..<50))
    }

    @Test func `without a subscription nothing is delivered, and nothing acknowledged`() throws {
        let dispatcher = dispatcher()
        let bench = try DispatcherBench(dispatcher)
        bench.route.submit(TestRecords.records(0..<3))
        #expect(bench.waitForFailure().code == .unreachable)
        #expect(bench.waitForAcks(0).isEmpty)
        let queue = dispatcher.subscribe()
        #expect(bench.waitForAcks(3) == [0, 1, 2])
        #expect(sequences([queue.next(), queue.next(), queue.next()]) == [0, 1, 2])
        bench.drain()
    }

    @Test func `a full queue that blocks holds the lane, and loses nothing`() throws {
        let dispatcher = dispatcher(4)
        let queue = dispatcher.subscribe()
        let bench = try DispatcherBench(dispatcher, recordLimit: 10)
        bench.route.submit(TestRecords.records(0..<12))
        #expect(!bench.route.hasRoom)
        for sequence in 0..<12 { #expect(queue.next().map { Int($0.sequence) } == sequence) }
        #expect(bench.waitForAcks(12) == Array(0..<12))
        #expect(queue.droppedRecords == 0)
        bench.drain()
    }

    @Test func `a full queue that drops keeps the newest and counts the others`() async {
        let dispatcher = dispatcher(4, .dropOldest)
        let queue = dispatcher.subscribe()
        let report = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<11)))
        #expect(report.outcomes.allSatisfy { $0 == .delivered })
        #expect(queue.droppedRecords == 7)
        #expect(queue.count == 4)
        #expect(sequences((0..<5).map { _ in queue.next(timeoutMilliseconds: 0) }) == [7, 8, 9, 10, nil])
    }

    @Test func `what the last subscription had not taken when it ended is kept for the next`() throws {
        let dispatcher = dispatcher(4)
        let first = dispatcher.subscribe()
        let bench = try DispatcherBench(dispatcher)
        bench.route.submit(TestRecords.records(0..<10))
        while first.count < 4 { usleep(200) }
        first.finish()
        #expect(bench.waitForFailure().code == .unreachable)
        #expect(bench.waitForAcks(4) == [0, 1, 2, 3])
        let second = dispatcher.subscribe()
        for sequence in 4..<10 { #expect(second.next().map { Int($0.sequence) } == sequence) }
        #expect(sequences((0..<5).map { _ in first.next(timeoutMilliseconds: 0) }) == [0, 1, 2, 3, nil])
        #expect(bench.waitForAcks(10) == Array(0..<10))
        bench.drain()
    }

    @Test func `draining does not wait for a program that takes nothing`() throws {
        let dispatcher = dispatcher(2)
        let queue = dispatcher.subscribe()
        let bench = try DispatcherBench(dispatcher)
        bench.route.submit(TestRecords.records(0..<5))
        while queue.count < 2 { usleep(200) }
        let report = bench.drain(milliseconds: 20)
        #expect(report.lanes.map(\.isClosed) == [true])
        #expect(report.left == 5)
        #expect(bench.waitForAcks(0).isEmpty)
        #expect(sequences([queue.next(), queue.next(), queue.next()]) == [0, 1, nil])
    }

    @Test func `each subscription gets what its filter wants`() async {
        let dispatcher = dispatcher()
        let all = dispatcher.subscribe()
        let vin = dispatcher.subscribe(RecordFilter(vins: [VIN("B")]))
        let alerts = dispatcher.subscribe(RecordFilter(types: [.alerts]))
        let speed = dispatcher.subscribe(RecordFilter(fields: [.vehicleSpeed]))
        let soc = dispatcher.subscribe(RecordFilter(fields: [.soc]))
        let batch = RecordBatch([
            TestRecords.record(0, vin: "A"),
            TestRecords.record(1, vin: "B"),
            TestRecords.record(2, vin: "B", type: .alerts, content: .alerts(VehicleAlerts(alerts: []))),
        ])
        #expect(await dispatcher.deliver(batch).outcomes == [.delivered, .delivered, .delivered])
        let seen = [all, vin, alerts, speed, soc].map { queue in
            sequences((0..<4).map { _ in queue.next(timeoutMilliseconds: 0) })
        }
        #expect(
            seen == [[0, 1, 2, nil], [1, 2, nil, nil], [2, nil, nil, nil], [0, 1, nil, nil], [nil, nil, nil, nil]]
        )
    }

    @Test func `a subscription of which nobody knows any more holds nobody back`() throws {
        let dispatcher = dispatcher(2)
        let bench = try DispatcherBench(dispatcher)
        let kept = dispatcher.subscribe(settings: QueueSettings())
        do {
            let forgotten = dispatcher.subscribe()
            bench.route.submit(TestRecords.records(0..<10))
            while forgotten.count < 2 { usleep(200) }
        }
        #expect(bench.waitForAcks(10) == Array(0..<10))
        #expect(kept.count == 10)
        bench.drain()
    }

    @Test func `cancelling ends a queue at once, for the dispatcher too`() async {
        let dispatcher = dispatcher()
        let queue = dispatcher.subscribe()
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<3)))
        queue.cancel()
        #expect(queue.next() == nil && queue.isEnded && queue.count == 0)
        let outcome = await dispatcher.deliver(RecordBatch(TestRecords.records(3..<4))).outcomes[0]
        #expect(outcome.failure?.code == .unreachable)
    }

    @Test func `a cancelled task stops waiting, and the next consumer gets the record`() async {
        let dispatcher = dispatcher()
        let queue = dispatcher.subscribe()
        for _ in 0..<50 {
            // TASK: awaited below.
            let task = Task { () -> Record? in
                for await record in queue { return record }
                return nil
            }
            if Bool.random() { await Task.yield() }
            task.cancel()
            #expect(await task.value == nil)
        }
        _ = await dispatcher.deliver(RecordBatch([TestRecords.record(7)]))
        #expect(queue.next(timeoutMilliseconds: 10_000)?.sequence == 7)
    }

    @Test func `a subscription after the end is ended`() async {
        let dispatcher = dispatcher()
        await dispatcher.close()
        let queue = dispatcher.subscribe()
        #expect(queue.isEnded)
        for await _ in queue { Issue.record("a record came from nowhere") }
    }

    @Test(arguments: [1, 3, 100]) func `consumers of one queue compete, and together get each record once`(
        recordLimit: Int
    ) async throws {
        let count = 5_000
        let dispatcher = dispatcher(recordLimit)
        let queue = dispatcher.subscribe()
        let bench = try DispatcherBench(dispatcher)
        let seen = Mutex<[[Int]]>([])
        let threads = try (0..<2).map { _ in
            try LoopThread(name: "consumer") {
                var own: [Int] = []
                // Short waits, so that records arrive while a consumer gives up.
                while !queue.isEnded {
                    if let record = queue.next(timeoutMilliseconds: own.count % 2) { own.append(Int(record.sequence)) }
                }
                seen.withLock { $0.append(own) }
            }
        }
        async let taken = take(from: queue)
        for start in stride(from: 0, to: count, by: 100) {
            bench.route.submit(TestRecords.records(start..<start + 100))
        }
        let report = await withCheckedContinuation { continuation in
            Thread.detach { continuation.resume(returning: bench.drain()) }
        }
        #expect(report.left == 0)
        let own = await taken
        for thread in threads { thread.join() }
        let all = seen.withLock { $0 } + [own]
        for list in all { #expect(list == list.sorted()) }
        #expect(all.flatMap { $0 }.sorted() == Array(0..<count))
    }

    private func take(from queue: RecordQueue) async -> [Int] {
        var own: [Int] = []
        for await record in queue { own.append(Int(record.sequence)) }
        return own
    }
}

private enum Thread {
    /// Blocking waits don't belong on the threads of tasks.
    static func detach(_ body: @escaping @Sendable () -> Void) {
        _ = try? LoopThread(name: "detached", body)
    }
}
