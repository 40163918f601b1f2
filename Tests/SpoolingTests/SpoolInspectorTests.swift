import LinuxSystem
import TelemetryModel
import Testing

@testable import Spooling

@Suite struct SpoolInspectorTests {
    @Test func `a report counts records, times, types and damage, and changes nothing`() throws {
        let storage = MemoryStorage()
        let spool = try Spool(smallSettings(segmentBytes: 2_000), dispatchers: ["a"], storage: storage)
        for number in 0..<30 {
            _ = spool.write([record(number, type: number % 3 == 0 ? .alerts : .vehicleData, length: 100)])
        }
        let names = try storage.names()
        storage.put("00000000000000000000.segment.quarantined", [1, 2, 3])
        storage.put("bad.cursor", [1])
        storage.flip(storage.segmentNames[1], bit: (SegmentHeader.bytes + 50) * 8)
        let inspector = SpoolInspector(storage: storage)
        let quick = try inspector.report(isReadingThrough: false)
        #expect(quick.segments.map(\.records).allSatisfy { $0 == 0 })
        let report = try inspector.report(isReadingThrough: true)
        #expect(report.segments.count == storage.segmentNames.count)
        #expect(report.segments.reduce(0) { $0 + $1.records } == 29)
        #expect(report.segments.reduce(0) { $0 + ($1.recordsByType[.alerts] ?? 0) } <= 10)
        #expect(report.segments[0].first == 0)
        #expect(report.segments[0].earliestReceivedAt?.rawValue == 1_700_000_000_000)
        #expect(report.segments.last?.latestReceivedAt?.rawValue == 1_700_000_000_029)
        #expect(report.segments.last?.end == 30)
        #expect(report.segments[1].damage.count == 1)
        #expect(report.damagedSegments == 1)
        #expect(report.bytes == spool.status.bytes)
        #expect(report.quarantined.map(\.bytes) == [3])
        #expect(report.cursors.map(\.dispatcher) == ["a", nil])
        #expect(try storage.names().filter { names.contains($0) } == names)
    }

    @Test func `records of a range of time are visited in order, also while the spool is open`() throws {
        let storage = MemoryStorage()
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        for number in 0..<30 { _ = spool.write([record(number)]) }
        let inspector = SpoolInspector(storage: storage)
        func time(_ number: Int64) -> UnixMilliseconds { UnixMilliseconds(rawValue: 1_700_000_000_000 + number) }
        var numbers: [Int?] = []
        let count = try inspector.records(receivedIn: time(5)...time(20)) { position, stored in
            numbers.append(number(of: stored.record(.opaque)))
            #expect(position == UInt64(numbers.count + 4))
            return true
        }
        #expect(count == 16)
        #expect(numbers == Array(5...20))
        #expect(try inspector.records(receivedIn: time(0)...time(99)) { position, _ in position < 3 } == 4)
    }

    @Test func `a cleaner removes what it is told and needs the lock`() throws {
        let storage = MemoryStorage()
        let spool = try Spool(smallSettings(), dispatchers: ["a", "b"], storage: storage)
        for number in 0..<30 { _ = spool.write([record(number, length: 100)]) }
        storage.put("x.quarantined", [])
        #expect(throws: SpoolOpeningError.self) { try SpoolCleaner(storage: storage) }
        spool.close()
        let segments = storage.segmentNames
        do {
            let cleaner = try SpoolCleaner(storage: storage)
            #expect(try cleaner.drop(.cursor(dispatcher: "b")) == ["b.cursor"])
            #expect(try cleaner.drop(.cursor(dispatcher: "none")) == [])
            #expect(try cleaner.drop(.quarantined) == ["x.quarantined"])
            #expect(try cleaner.drop(.deadLetters) == [])
            let first = Int64(SpoolFileName.firstPosition(segments[1]) ?? 0)
            let dropped = try cleaner.drop(.segments(before: UnixMilliseconds(rawValue: 1_700_000_000_000 + first)))
            #expect(dropped == [segments[0]])
            #expect(try cleaner.drop(.segments(before: UnixMilliseconds(rawValue: .max))).count == segments.count - 2)
        }
        #expect(storage.segmentNames == [segments.last])
        let again = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(again.status.end == 30)
    }
}
