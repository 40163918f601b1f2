import LinuxSystem
import Observability
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import Receiving

/// Lists of vehicles, a part at a time.
struct VehiclePageTests {
    private static func source(_ vin: String, slot: Int = 0) -> RecordSource {
        RecordSource(
            device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
            connection: ConnectionID(loop: 0, slot: UInt32(slot), generation: 1),
            socketID: "\(vin)-\(slot)"
        )
    }

    private static func table(types: [RecordType] = RecordType.decoded) -> VehicleTable {
        var settings = ReceiverSettings()
        settings.presence.disconnectDelayMilliseconds = 0
        return VehicleTable(settings, types: types, log: .silent)
    }

    /// All vehicles by pages of a size.
    private static func pages(_ table: VehicleTable, limit: Int, onlyConnected: Bool = false) -> [[String]] {
        var pages: [[String]] = []
        var after: VIN?
        while true {
            let page = table.page(after: after, onlyConnected: onlyConnected, limit: limit)
            guard let last = page.last else { return pages }
            pages.append(page.map(\.vin.text))
            after = last.vin
        }
    }

    @Test(arguments: [1, 2, 7, 100, 1_000])
    func `pages hold every vehicle once, in order`(_ limit: Int) {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let table = Self.table()
        var expected: Set<String> = []
        for _ in 0..<200 {
            let vin = "V\(Int.random(in: 0..<1_000_000, using: &random))"
            guard expected.insert(vin).inserted else { continue }
            let socket = table.arrive(Self.source(vin))
            if Bool.random(using: &random) { table.leave(socket, reason: "r", now: 0) }
        }
        let pages = Self.pages(table, limit: limit)
        #expect(pages.flatMap(\.self) == expected.sorted(), "seed \(seed)")
        #expect(pages.dropLast().allSatisfy { $0.count == limit }, "seed \(seed)")
        let connected = Set(table.snapshots.filter(\.isConnected).map(\.vin.text))
        #expect(Self.pages(table, limit: limit, onlyConnected: true).flatMap(\.self) == connected.sorted())
    }

    @Test func `a hundred thousand vehicles are paged`() {
        let table = Self.table()
        for index in 0..<100_000 { _ = table.arrive(Self.source("VIN\(1_000_000 + index &* 7_919 % 100_000)")) }
        let pages = Self.pages(table, limit: 2_000)
        #expect(pages.count == 50)
        #expect(pages.flatMap(\.self) == (0..<100_000).map { "VIN\(1_000_000 + $0)" })
    }

    @Test func `vehicles that come and go while the pages are turned cost no other its place`() throws {
        let table = Self.table()
        let standing = (0..<500).map { "S\(1_000 + $0)" }
        for vin in standing { _ = table.arrive(Self.source(vin)) }
        let end = ThreadSignal()
        let mover = try LoopThread(name: "mover") {
            var round = 0
            while !end.wait(until: .now) {
                table.leave(table.arrive(Self.source("S\(1_000 + round % 500)x", slot: round)), reason: "r", now: 0)
                round += 1
            }
        }
        for _ in 0..<20 {
            let all = Self.pages(table, limit: 13).flatMap(\.self)
            #expect(all.filter { !$0.hasSuffix("x") } == standing)
            #expect(all == all.sorted())
        }
        end.raise()
        mover.join()
    }

    @Test func `the last record is told with its type, of whichever connection it came`() {
        let types = RecordType.decoded + (0..<300).map { RecordType(topic: "t\($0)") }
        let table = Self.table(types: types)
        let first = table.arrive(Self.source("v"))
        func last() -> (time: Int64?, type: String?) {
            let snapshot = table.snapshot(of: VIN("v"))
            return (snapshot?.lastRecordAt?.rawValue, snapshot?.lastRecordType?.topic)
        }
        #expect(last() == (nil, nil))
        let now: Int64 = 1_795_861_609_433
        first.noteRecord(at: UnixMilliseconds(rawValue: now), row: 1)
        #expect(last() == (now, "alerts"))
        let second = table.arrive(Self.source("v", slot: 1))
        second.noteRecord(at: UnixMilliseconds(rawValue: now + 5), row: 4)
        #expect(last() == (now + 5, "t0"))
        first.noteRecord(at: UnixMilliseconds(rawValue: now + 6), row: 0)
        table.leave(first, reason: "r", now: 0)
        #expect(last() == (now + 6, "V"))
        second.noteRecord(at: UnixMilliseconds(rawValue: now + 7), row: 254)
        #expect(last() == (now + 7, "t250"))
        // More types than there are numbers: the time is right all the same.
        second.noteRecord(at: UnixMilliseconds(rawValue: now + 8), row: 255)
        #expect(last() == (now + 8, nil))
        second.noteRecord(at: UnixMilliseconds(rawValue: now + 9), row: 290)
        table.leave(second, reason: "r", now: 0)
        #expect(last() == (now + 9, nil))
    }
}
