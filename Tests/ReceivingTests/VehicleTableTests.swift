import Dispatching
import LinuxSystem
import Observability
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import Receiving

/// The parts of the per-vehicle state by themselves, with a clock that the tests hold.
struct VehicleTableTests {
    private static func source(_ vin: String, loop: UInt16 = 0, slot: UInt32 = 0) -> RecordSource {
        RecordSource(
            device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
            connection: ConnectionID(loop: loop, slot: slot, generation: 1),
            socketID: "\(vin)-\(loop)-\(slot)"
        )
    }

    private static func table(_ change: (inout ReceiverSettings) -> Void = { _ in }) -> VehicleTable {
        var settings = ReceiverSettings()
        change(&settings)
        return VehicleTable(settings, log: .silent)
    }

    // MARK: Table

    @Test func `a vehicle that is back in time was never away, and the next absence has a delay of its own`() {
        let table = Self.table { $0.presence.disconnectDelayMilliseconds = 100 }
        let first = table.arrive(Self.source("a"))
        table.leave(first, reason: "r", now: 1000)
        let second = table.arrive(Self.source("a", slot: 1))
        #expect(first.vehicle === second.vehicle)
        #expect(table.settleDepartures(now: 1100) == nil)
        #expect(table.connectedCount == 1)
        table.leave(second, reason: "r", now: 1150)
        #expect(table.settleDepartures(now: 1200) == 1250)
        #expect(table.connectedCount == 1)
        #expect(table.settleDepartures(now: 1250) == nil)
        #expect(table.connectedCount == 0)
        // Leaving twice is leaving once.
        table.leave(second, reason: "r", now: 1300)
        #expect(table.settleDepartures(now: 9999) == nil)
        #expect(table.connectedCount == 0)
    }

    @Test func `vehicles that are away are forgotten in time, and the longest away when there are too many`() {
        let table = Self.table {
            $0.presence.disconnectDelayMilliseconds = 0
            $0.presence.forgetAfterMilliseconds = 1000
            $0.presence.rememberedVehicles = 3
        }
        for index in 0..<10 {
            table.leave(table.arrive(Self.source("v\(index)")), reason: "r", now: UInt64(index))
        }
        let here = table.arrive(Self.source("here"))
        #expect(table.count == 11)
        table.forget(now: 500)
        #expect(Set(table.snapshots.map(\.vin.text)) == ["v7", "v8", "v9", "here"])
        table.forget(now: 1008)
        #expect(Set(table.snapshots.map(\.vin.text)) == ["v9", "here"])
        table.forget(now: 1_000_000)
        #expect(table.snapshots.map(\.vin.text) == ["here"])
        table.leave(here, reason: "r", now: 1_000_000)
        #expect(table.count == 1)
    }

    @Test func `a vehicle is kept as long as its rate limit or its deliveries need it`() {
        let table = Self.table {
            $0.presence.disconnectDelayMilliseconds = 0
            $0.presence.forgetAfterMilliseconds = 1000
            $0.rateLimit = RateLimit(messages: 1, intervalMilliseconds: 5000)
            $0.deduplication = DeduplicationSettings()
        }
        table.leave(table.arrive(Self.source("a")), reason: "r", now: 0)
        table.forget(now: 599_999)
        #expect(table.count == 1)
        table.forget(now: 600_000)
        #expect(table.count == 0)
    }

    @Test func `many threads at once leave nobody behind`() throws {
        let table = Self.table { $0.presence.disconnectDelayMilliseconds = 0 }
        let threads = try (0..<4).map { thread in
            try LoopThread(name: "t") {
                for round in 0..<500 {
                    let source = Self.source("v\(round % 7)", loop: UInt16(thread), slot: UInt32(round))
                    let socket = table.arrive(source)
                    socket.noteRecord(at: UnixMilliseconds(rawValue: 1), row: 0)
                    table.leave(socket, reason: "r", now: 0)
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(table.connectedCount == 0 && table.count == 7)
        #expect(table.snapshots.reduce(0) { $0 + $1.records } == 2000)
        #expect(table.snapshots.allSatisfy { $0.sockets.isEmpty && !$0.isConnected })
    }

    @Test func `long texts of headers do not stay`() {
        let table = Self.table { $0.presence.disconnectDelayMilliseconds = 0 }
        let source = RecordSource(
            device: DeviceIdentity(vin: VIN("a"), deviceType: "vehicle_device"),
            connection: ConnectionID(loop: 0, slot: 0, generation: 1),
            socketID: "s",
            clientVersion: String(repeating: "9", count: 8000)
        )
        table.leave(table.arrive(source), reason: "r", now: 0)
        #expect(table.snapshot(of: VIN("a"))?.clientVersion.utf8.count == 64)
    }

    // MARK: Rate limit

    @Test func `an interval begins with its first message, and a clock that is behind begins none`() {
        let limit = RateLimit(messages: 2, intervalMilliseconds: 100)
        let vehicle = Vehicle(vin: VIN("a"), isTracked: false, deduplication: nil)
        func admits(_ now: UInt64) -> Bool { vehicle.rateWindow.admits(limit, now: now) }
        #expect(admits(1000))
        #expect(admits(990))
        #expect(!admits(1099))
        #expect(!admits(900))
        #expect(admits(1100))
        vehicle.rateWindow.giveBack()
        #expect(admits(1101))
        #expect(admits(1102))
        #expect(!admits(1103))
        // Where the stored time wraps.
        let wrap: UInt64 = 1 << 34
        let late = Vehicle(vin: VIN("b"), isTracked: false, deduplication: nil)
        func admitsLate(_ now: UInt64) -> Bool { late.rateWindow.admits(limit, now: now) }
        #expect(admitsLate(wrap - 10))
        #expect(admitsLate(wrap + 10))
        #expect(!admitsLate(wrap + 80))
        #expect(admitsLate(wrap + 90))
        let none = RateLimit(messages: 0, intervalMilliseconds: 100)
        let isAdmitted = late.rateWindow.admits(none, now: 2 * wrap)
        #expect(!isAdmitted)
    }

    @Test func `threads together get exactly the limit`() throws {
        final class Shared: Sendable {
            let window = RateWindow()
            let admitted = Counter()
        }
        let shared = Shared()
        let threads = try (0..<4).map { _ in
            try LoopThread(name: "t") {
                let limit = RateLimit(messages: 10_000, intervalMilliseconds: 1_000_000)
                for _ in 0..<5_000 where shared.window.admits(limit, now: 77) { shared.admitted.add() }
            }
        }
        for thread in threads { thread.join() }
        #expect(shared.admitted.value == 10_000)
    }

    // MARK: Counting

    @Test func `records per minute follow what came, and die down when nothing does`() {
        let vehicle = Vehicle(vin: VIN("a"), isTracked: false, deduplication: nil)
        let socket = VehicleSocket(vehicle, Self.source("a"), connectedAt: UnixMilliseconds(rawValue: 1_000_000))
        func rate(_ seconds: Int64) -> Int {
            socket.recordsPerMinute(at: UnixMilliseconds(rawValue: 1_000_000 + seconds * 1000))
        }
        for second in 0..<180 {
            socket.noteRecord(at: UnixMilliseconds(rawValue: 1_000_000 + Int64(second) * 1000), row: 0)
        }
        #expect(rate(179) == 61)
        #expect(rate(210) == 30)
        #expect(rate(240) == 0)
        #expect(rate(-5) == 0)
        // After a long pause, and after a clock that was set back.
        socket.noteRecord(at: UnixMilliseconds(rawValue: 9_000_000), row: 0)
        #expect(socket.recordsPerMinute(at: UnixMilliseconds(rawValue: 9_000_000)) == 1)
        socket.noteRecord(at: UnixMilliseconds(rawValue: 8_000_000), row: 0)
        #expect(socket.recordsPerMinute(at: UnixMilliseconds(rawValue: 8_000_000)) == 1)
        #expect(socket.records == 182)
    }
}
