internal import Dispatchers
internal import Dispatching
internal import HTTPServing
internal import LinuxSystem
internal import Observability
internal import RecordEncoding
internal import Synchronization
internal import TelemetryModel

/// Records through a lane into a dispatcher, as many as it takes.
struct ThroughputBench {
    let seconds: Int

    /// One row of the table.
    private struct Subject {
        let title: String
        var lane = { (usual: LaneSettings) in usual }
        let make: () throws -> (dispatcher: any Dispatcher, consumer: (any Sink)?)
    }

    func run() throws {
        let directory = try TemporaryDirectory(prefix: "dispatcher-bench")
        let folder = directory.path
        say(column("", 34) + column("records/s", 12) + column("per core", 12) + column("lane's CPU", 12))
        for subject in Self.subjects(folder) {
            var rates: [Double] = []
            var perCore: [Double] = []
            var shares: [Double] = []
            for _ in 0..<3 {
                let (dispatcher, consumer) = try subject.make()
                let load = try Load(dispatcher, subject.lane)
                let round = try load.run(seconds: seconds)
                consumer?.end()
                rates.append(round.perSecond)
                perCore.append(round.perCoreSecond)
                shares.append(round.laneShare)
                for name in (try? Files.list(folder)) ?? [] { try? Files.remove("\(folder)/\(name)") }
            }
            say(
                column(subject.title, 34, isRight: false) + column("\(Int(median(rates)))", 12)
                    + column("\(Int(median(perCore)))", 12) + column("\(Int(median(shares) * 100)) %", 12)
            )
        }
        say("per core: records by the CPU seconds of the whole process, generator and consumers included;")
        say("lane's CPU: of the threads that encode and write, as a part of the time")
    }

    private static func subjects(_ folder: String) -> [Subject] {
        func file(_ title: String, _ change: @escaping (inout FileSettings) -> Void) -> Subject {
            Subject(title: title) {
                var settings = FileSettings()
                settings.path = "\(folder)/records"
                change(&settings)
                return (FileDispatcher(settings, encodingMode: .standard), nil)
            }
        }
        func http(_ title: String, _ change: (inout HTTPSettings) -> Void) -> Subject {
            var settings = HTTPSettings()
            change(&settings)
            return Subject(title: title, lane: { settings.laneSettings($0) }) {
                let sink = try WebSink()
                settings.url = sink.url
                return (settings.makeDispatcher(DispatcherContext(log: .silent, metrics: MetricRegistry())), sink)
            }
        }
        return [
            http("http, ndjson, 100, 2 connections") { $0.format = .ndjson },
            http("http, teslemetry, 2 connections") { $0.format = .teslemetry },
            file("file, protojson, /dev/null") { $0.path = "/dev/null" },
            file("file, protojson") { _ in },
            file("file, flat") { $0.format = .flat },
            file("file, protobuf") { $0.format = .protobuf },
            file("file, protojson, 64 MB each, keep 2") {
                $0.rotation.byteLimit = 64 << 20
                $0.rotation.keepFiles = 2
            },
            file("file, protobuf, {record_type}-{day}") {
                $0.format = .protobuf
                $0.path = "\(folder)/{record_type}-{day}"
            },
            file("file, protojson, 1,000 {vin}") {
                $0.path = "\(folder)/{vin}"
                $0.openFileLimit = 1_000
            },
            Subject(title: "queue, one consumer") {
                let dispatcher = QueueDispatcher()
                return (dispatcher, try Consumer(dispatcher.subscribe()))
            },
            Subject(title: "logger, JSON, /dev/null") {
                let dispatcher = LoggerDispatcher(LoggerEncoding(mode: .standard), format: .json) {
                    () throws(SystemCallError) in
                    try AppendFile.open(path: "/dev/null", mode: 0o600)
                }
                return (dispatcher, nil)
            },
        ]
    }
}

/// What takes a dispatcher's records, in this process.
private protocol Sink: Sendable {
    func end()
}

/// A web server that looks at nothing.
private final class WebSink: Sink {
    private let server: HTTPServer

    init() throws {
        var settings = HTTPServerSettings(name: "sink", host: "127.0.0.1", port: 0)
        settings.maximumBodyBytes = 4 << 20
        server = try HTTPServer(settings, routes: HTTPRoutes(["POST /in": { _ in .text("ok") }]), log: .silent)
    }

    var url: String { "http://\(server.address)/in" }

    func end() { server.close() }
}

/// A program that takes records from the queue and looks at none.
private final class Consumer: Sink {
    private let queue: RecordQueue
    private let thread: LoopThread

    init(_ queue: RecordQueue) throws {
        self.queue = queue
        thread = try LoopThread(name: "consumer") { while queue.next() != nil {} }
    }

    func end() {
        queue.cancel()
        thread.join()
    }
}

/// An event loop that never runs out of records.
private final class Load: DeliveryObserver {
    struct Round {
        let perSecond: Double
        let perCoreSecond: Double
        let laneShare: Double
    }

    private let router: DispatchRouter
    private let room = ThreadSignal()
    private let settled = Atomic<Int>(0)
    private let isOver = Atomic<Bool>(false)

    init(_ dispatcher: any Dispatcher, _ lane: (LaneSettings) -> LaneSettings) throws {
        let name = DispatcherName("bench")
        var settings = LaneSettings()
        settings.recordLimit = 10_000
        router = try DispatchRouter(
            DispatchPlan(
                routes: [.vehicleData: [name]],
                dispatchers: [name: dispatcher],
                defaultSettings: lane(settings)
            ),
            log: .silent,
            metrics: MetricRegistry()
        )
        try router.connect(observers: [self])
    }

    func run(seconds: Int) throws -> Round {
        let records = BenchRecords.make()
        let route = router.routes[0]
        let thread = try LoopThread(name: "load") { [self] in
            var place = 0
            while !isOver.load(ordering: .relaxed) {
                guard route.hasRoom else {
                    room.wait(until: .now.adding(milliseconds: 10))
                    continue
                }
                route.submit(Array(records[place..<place + 64]))
                place = (place + 64) % records.count
            }
        }
        _ = ProcessSignals.wait(timeoutMilliseconds: 300)
        let before = Moment(settled.load(ordering: .relaxed))
        _ = ProcessSignals.wait(timeoutMilliseconds: seconds * 1000)
        let after = Moment(settled.load(ordering: .relaxed))
        isOver.store(true, ordering: .relaxed)
        thread.join()
        _ = router.drain(until: .now.adding(milliseconds: 10_000))
        let wall = Double(after.time.nanoseconds(since: before.time)) / 1e9
        let count = Double(after.records - before.records)
        return Round(
            perSecond: count / wall,
            perCoreSecond: count / (after.cpuSeconds - before.cpuSeconds),
            laneShare: (after.laneSeconds - before.laneSeconds) / wall
        )
    }

    func settle(_ settlements: [Settlement]) { settled.wrappingAdd(settlements.count, ordering: .relaxed) }

    func lanesHaveRoom() { room.raise() }

    private struct Moment {
        let records: Int
        let time = MonotonicTime.now
        let cpuSeconds = ProcessFacts.cpuSeconds
        let laneSeconds = Load.laneSeconds

        init(_ records: Int) {
            self.records = records
        }
    }

    /// CPU time of the lane's threads, where the kernel keeps scheduling statistics.
    private static var laneSeconds: Double {
        func text(_ path: String) -> String {
            String(decoding: (try? Files.read(path, limitBytes: 4_096)) ?? [], as: UTF8.self)
        }
        let threads = (try? Files.list("/proc/self/task")) ?? []
        let lane = threads.filter {
            let name = text("/proc/self/task/\($0)/comm")
            return name.hasPrefix("lane-") || name.hasPrefix("http-")
        }
        let times = lane.compactMap { text("/proc/self/task/\($0)/schedstat").split(separator: " ").first }
        return times.compactMap { Double($0) }.reduce(0, +) / 1e9
    }
}
