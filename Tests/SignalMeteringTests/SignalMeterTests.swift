import LinuxSystem
import Observability
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import SignalMetering

private let now = UnixMilliseconds(rawValue: WallClock.milliseconds)

private func data(_ fields: [Int32], isResend: Bool = false) -> VehicleData {
    VehicleData(data: fields.map { Datum(field: Field(number: $0), value: .double(1)) }, isResend: isResend)
}

@Suite final class SignalMeterTests {
    private let directory: TemporaryDirectory
    private let metrics = MetricRegistry()

    init() throws {
        directory = try TemporaryDirectory(prefix: "signals")
    }

    private var path: String { "\(directory.path)/costs" }

    private func settings(_ change: (inout SignalMeterSettings) -> Void = { _ in }) -> SignalMeterSettings {
        var settings = SignalMeterSettings(directory: path)
        settings.writeIntervalMilliseconds = 10
        change(&settings)
        return settings
    }

    private func counts(_ days: ClosedRange<UTCDate> = .now...UTCDate.now) throws -> SignalCounts {
        var counts = SignalCounts()
        try SignalArchive.read(path, days.lowerBound.adding(days: -1)...days.upperBound) { counts.add($1.counts) }
        return counts
    }

    private func metric(_ name: String) -> Double? {
        let text = String(decoding: metrics.exposition(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }
        return line.flatMap { Double($0.split(separator: " ").last ?? "") }
    }

    private func wait(_ condition: () throws -> Bool) rethrows -> Bool {
        let deadline = MonotonicTime.now.adding(milliseconds: 30_000)
        let bell = ThreadSignal()
        while MonotonicTime.now < deadline {
            if try condition() { return true }
            bell.wait(until: MonotonicTime.now.adding(milliseconds: 5))
        }
        return try condition()
    }

    @Test(arguments: [13, UInt64.random(in: .min ... .max)])
    func `loops count at the same time and nothing is lost`(seed: UInt64) throws {
        let meter = try SignalMeter(settings(), log: .silent, metrics: metrics)
        let threads = try (0..<4).map { loop in
            try LoopThread(name: "loop-\(loop)") {
                var random = SeededRandom(seed: seed &+ UInt64(loop))
                let counter = SignalCounter(meter)
                for step in 0..<2_000 {
                    // The second and third vehicle are on two loops at a time.
                    let vehicle = meter.vehicle(VIN("VEHICLE\((loop + step % 2) % 4)"))
                    let fields = (0..<10).map { _ in Int32.random(in: 1...300, using: &random) }
                    counter.count(
                        data(fields, isResend: step % 10 == 0),
                        of: vehicle,
                        receivedAt: now,
                        now: UInt64(step)
                    )
                    if let due = counter.dueAt, due <= UInt64(step) { counter.handOver(now: UInt64(step)) }
                }
                counter.handOver(now: 5_000)
            }
        }
        for thread in threads { thread.join() }
        meter.stop()
        let counts = try counts()
        #expect(counts.total == 80_000, "seed \(seed)")
        #expect(counts.resent == 8_000, "seed \(seed)")
        #expect(Set(counts.vehicles.keys) == ["VEHICLE0", "VEHICLE1", "VEHICLE2", "VEHICLE3"])
        for codes in counts.vehicles.values { #expect(codes.filter { $0.key.isField }.values.reduce(0, +) == 20_000) }
        #expect(metric("cost_month_signals") == 80_000)
        #expect(metric("cost_resent_signals_total") == 8_000)
        #expect(metric("cost_unattributed_signals_total") == 0)
    }

    @Test func `fields are counted in their categories`() throws {
        let meter = try SignalMeter(settings(), log: .silent, metrics: metrics)
        let counter = SignalCounter(meter)
        // Speed and position; the state of charge; a field of neither list, two that this build does not know.
        let fields: [Int32] = [4, 21, 8, 100, 1_000, 70_000]
        counter.count(data(fields), of: meter.vehicle(VIN("V")), receivedAt: now, now: 0)
        counter.handOver(now: 0)
        meter.stop()
        var expected: [FieldCategory: Double] = [:]
        for field in fields { expected[Field(number: field).category, default: 0] += 1 }
        #expect(expected[.driving] == 2 && expected[.default]! >= 3)
        for category in FieldCategory.allCases {
            #expect(metric("cost_signals_total{category=\"\(category.name)\"}") == expected[category, default: 0])
        }
        let codes = try counts().vehicles["V"]
        #expect(codes?[SignalCode(Field(number: 1_000))] == 1 && codes?[.otherFields] == 1)
    }

    @Test func `vehicles beyond the limit count together`() throws {
        let meter = try SignalMeter(settings { $0.vehicleLimit = 2 }, log: .silent, metrics: metrics)
        let counter = SignalCounter(meter)
        for vin in ["A", "B", "C", "D", "A"] {
            counter.count(data([4]), of: meter.vehicle(VIN(vin)), receivedAt: now, now: 0)
        }
        counter.handOver(now: 0)
        meter.stop()
        let speed = SignalCode(.vehicleSpeed)
        #expect(try counts().vehicles == ["A": [speed: 2], "B": [speed: 1], "": [speed: 2]])
        #expect(metric("cost_vehicles_over_limit_total") == 2)
    }

    @Test func `a signal belongs to the day on which it was received`() throws {
        let meter = try SignalMeter(settings(), log: .silent, metrics: metrics)
        let counter = SignalCounter(meter)
        let vehicle = meter.vehicle(VIN("V"))
        let midnight = UTCDate.now.milliseconds.lowerBound
        for moment in [midnight - 1, midnight, midnight - 86_400_000, midnight - 86_400_001] {
            counter.count(data([4]), of: vehicle, receivedAt: UnixMilliseconds(rawValue: moment), now: 0)
        }
        counter.handOver(now: 0)
        meter.stop()
        var byDay: [Int: Int] = [:]
        let today = UTCDate(UnixMilliseconds(rawValue: midnight))
        try SignalArchive.read(path, today.adding(days: -3)...today) { day, content in
            byDay[Int(day.number - today.number)] = content.counts.total
        }
        #expect(byDay == [0: 1, -1: 2, -2: 1])
    }

    @Test func `counts are written without an end, and the month goes on after a restart`() throws {
        for round in 1...3 {
            let registry = MetricRegistry()
            let meter = try SignalMeter(settings(), log: .silent, metrics: registry)
            let counter = SignalCounter(meter)
            counter.count(data([4, 21]), of: meter.vehicle(VIN("V")), receivedAt: now, now: 0)
            #expect(counter.dueAt == 1_000)
            counter.handOver(now: 1_000)
            #expect(counter.dueAt == nil)
            #expect(try wait { try counts().total == 2 * round })
            meter.stop()
            let text = String(decoding: registry.exposition(), as: UTF8.self)
            #expect(text.contains("\ncost_month_signals \(2 * round)\n"))
        }
    }

    @Test func `a disk that refuses loses nothing`() throws {
        let meter = try SignalMeter(settings(), log: .silent, metrics: metrics)
        let counter = SignalCounter(meter)
        try Files.move(path, to: "\(path)-away")
        for _ in 0..<5 {
            counter.count(data([4, 21, 8]), of: meter.vehicle(VIN("V")), receivedAt: now, now: 0)
            counter.handOver(now: 0)
        }
        #expect(wait { metric("cost_write_failures_total").map { $0 >= 2 } ?? false })
        try Files.move("\(path)-away", to: path)
        #expect(try wait { try counts().total == 15 })
        meter.stop()
        #expect(try counts().total == 15)
    }

    @Test func `the budget is warned of once per threshold`() throws {
        let capture = LogCapture()
        let log = Log(level: .debug, format: .text, output: .capture(capture))
        let price = SignalPrice(amount: 1, signals: 100, currency: "USD", readOn: "2026-11-01")
        let settings = settings {
            $0.price = price
            $0.monthlyBudget = 10
        }
        let meter = try SignalMeter(settings, log: log, metrics: metrics)
        let counter = SignalCounter(meter)
        let vehicle = meter.vehicle(VIN("V"))
        func send(_ signals: Int, until sum: Int) {
            counter.count(data(Array(repeating: 4, count: signals)), of: vehicle, receivedAt: now, now: 0)
            counter.handOver(now: 0)
            #expect(wait { metric("cost_month_signals") == Double(sum) })
        }
        func warnings() -> [String] { capture.lines.filter { $0.contains("msg=cost_budget_reached") } }
        send(799, until: 799)
        #expect(warnings().isEmpty)
        send(1, until: 800)
        #expect(wait { warnings().count == 1 })
        send(199, until: 999)
        #expect(warnings().count == 1)
        send(1, until: 1_000)
        #expect(wait { warnings().count == 2 })
        send(5_000, until: 6_000)
        meter.stop()
        let lines = warnings()
        #expect(lines.count == 2)
        #expect(lines[0].contains("percent=80") && lines[0].contains("estimate=\"8.00 USD\""))
        #expect(lines[1].contains("percent=100") && lines[1].contains("budget=\"10.00 USD\""))
        #expect(metric("cost_month_estimate{currency=\"USD\"}") == 60)
        #expect(metric("cost_month_budget_ratio") == 6)
        #expect(!lines.joined().contains("\"V\""))
    }

    @Test func `labels never name a vehicle`() throws {
        let meter = try SignalMeter(settings(), log: .silent, metrics: metrics)
        let counter = SignalCounter(meter)
        counter.count(data([4]), of: meter.vehicle(VIN("5YJ3E1EA7KF000316")), receivedAt: now, now: 0)
        counter.handOver(now: 0)
        meter.stop()
        #expect(!String(decoding: metrics.exposition(), as: UTF8.self).contains("5YJ3E1EA7KF000316"))
    }
}

@Suite struct BudgetWatchTests {
    @Test func `thresholds are reached once, from below, and anew in a new month`() {
        var watch = BudgetWatch(budget: 50)
        #expect(watch.threshold(reachedBy: 39.99, in: "2026-11") == nil)
        #expect(watch.threshold(reachedBy: 40, in: "2026-11") == 80)
        #expect(watch.threshold(reachedBy: 40, in: "2026-11") == nil)
        #expect(watch.threshold(reachedBy: 49.99, in: "2026-11") == nil)
        #expect(watch.threshold(reachedBy: 50, in: "2026-11") == 100)
        #expect(watch.threshold(reachedBy: 500, in: "2026-11") == nil)
        #expect(watch.threshold(reachedBy: 0, in: "2026-12") == nil)
        #expect(watch.threshold(reachedBy: 60, in: "2026-12") == 100)
        #expect(watch.threshold(reachedBy: 45, in: "2026-12") == nil)
    }
}
