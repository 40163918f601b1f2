import LinuxSystem
import Synchronization
import TelemetryModel
import Testing

@testable import Spooling

@Suite struct SpoolCursorTests {
    @Test(arguments: [0, 5, 1_000])
    func `a cursor reads the same from memory and from disk`(memoryRecords: Int) throws {
        var settings = smallSettings()
        settings.memoryRecords = memoryRecords
        let spool = try Spool(settings, dispatchers: ["a", "b"], storage: MemoryStorage())
        var read: [Int?] = []
        let cursor = try #require(spool.cursor(for: "a"))
        for number in 0..<60 {
            _ = spool.write([record(2 * number), record(2 * number + 1)])
            guard number % 4 == 3 else { continue }
            while let batch = try cursor.read(recordLimit: 3, byteLimit: 200) {
                #expect(batch.records.count <= 3)
                read += batch.records.map { Check.number($0) }
                cursor.advance(past: batch)
            }
        }
        #expect(read == Array(0..<120))
        #expect(try spool.drain("b") == Array(0..<120))
    }

    @Test func `what is not delivered is read again, what is delivered is not`() throws {
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: MemoryStorage())
        _ = spool.write((0..<10).map { record($0) })
        let cursor = try #require(spool.cursor(for: "a"))
        let first = try #require(try cursor.read(recordLimit: 4, byteLimit: 1 << 20))
        let second = try #require(try cursor.read(recordLimit: 4, byteLimit: 1 << 20))
        #expect(first.positions == [0, 1, 2, 3])
        #expect(second.positions == [4, 5, 6, 7])
        cursor.advance(to: first.position(afterDelivering: 2))
        #expect(cursor.delivered == 2)
        #expect(cursor.lag.records == 8)
        cursor.rewind()
        #expect(try cursor.read(recordLimit: 100, byteLimit: 1 << 20)?.positions == Array(2..<10))
        cursor.advance(to: 1)
        #expect(cursor.delivered == 2)
        cursor.advance(to: 5_000)
        #expect(cursor.delivered == 10)
    }

    @Test func `a cursor that found nothing is woken once by the next record`() throws {
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: MemoryStorage())
        let woken = Atomic<Int>(0)
        let cursor = try #require(
            spool.cursor(for: "a") { woken.wrappingAdd(1, ordering: .relaxed) }
        )
        _ = spool.write([record(0)])
        #expect(woken.load(ordering: .relaxed) == 0)
        cursor.advance(past: try #require(try cursor.read(recordLimit: 9, byteLimit: 9)))
        #expect(try cursor.read(recordLimit: 9, byteLimit: 9) == nil)
        _ = spool.write([record(1)])
        _ = spool.write([record(2)])
        #expect(woken.load(ordering: .relaxed) == 1)
    }

    @Test func `records are not read before they are durable`() throws {
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: MemoryStorage())
        spool.submit([record(0)]) { _ in }
        #expect(try spool.drain("a") == [])
        #expect(spool.lag(of: "a")?.records == 0)
        _ = spool.commitWaiting()
        #expect(try spool.drain("a") == [0])
    }

    @Test func `the lag is the age of the oldest record that is not delivered`() throws {
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: MemoryStorage())
        let now = WallClock.milliseconds
        _ = spool.write([record(0, receivedAt: now - 90_000), record(1, receivedAt: now - 30_000)])
        #expect(spool.lag(of: "a").map { (89...120).contains($0.seconds) && $0.records == 2 } == true)
        let cursor = try #require(spool.cursor(for: "a"))
        _ = try cursor.read(recordLimit: 1, byteLimit: 1)
        cursor.advance(to: 1)
        #expect(spool.lag(of: "a").map { (29...60).contains($0.seconds) && $0.records == 1 } == true)
        cursor.advance(to: 2)
        #expect(spool.lag(of: "a") == SpoolLag(records: 0, seconds: 0))
        #expect(spool.lag(of: "nobody") == nil)
    }

    @Test func `want of descriptors is an error that passes, and nothing is skipped`() throws {
        var settings = smallSettings()
        settings.memoryRecords = 0
        let storage = MemoryStorage()
        let spool = try Spool(settings, dispatchers: ["a"], storage: storage)
        for number in 0..<20 { _ = spool.write([record(number)]) }
        storage.state.withLock { $0.failingOpens = 1 }
        let cursor = try #require(spool.cursor(for: "a"))
        let failure = #expect(throws: SpoolFailure.self) { try cursor.read(recordLimit: 9, byteLimit: 999) }
        #expect(failure?.code == "unreadable")
        #expect(try spool.drain("a") == Array(0..<20))
    }

    @Test func `content is decoded by whoever opened the spool, and only for records from disk`() throws {
        var settings = smallSettings()
        settings.memoryRecords = 0
        let decoded = Mutex<[RecordType]>([])
        let spool = try Spool(settings, dispatchers: ["a"], storage: MemoryStorage()) { stored in
            decoded.withLock { $0.append(stored.type) }
            return .vehicleData(VehicleData(data: [], vin: "read"))
        }
        _ = spool.write([record(1)])
        let batch = try spool.cursor(for: "a")?.read(recordLimit: 1, byteLimit: 1)
        #expect(batch?.records.first?.content == .vehicleData(VehicleData(data: [], vin: "read")))
        #expect(decoded.withLock { $0 } == [.vehicleData])
    }

    @Test func `syncs wait only when several records come within the delay`() {
        var pacer = CommitPacer(delayMilliseconds: 1)
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
        #expect(pacer.due(now) <= now)
        // One vehicle that sends when it has its ack: one record every 0.3 ms.
        for _ in 0..<200 {
            pacer.noteCommit(records: 1, at: now)
            now = MonotonicTime(nanoseconds: now.nanoseconds + 300_000)
            #expect(pacer.due(now) <= now)
        }
        // 20 records per millisecond.
        for _ in 0..<200 {
            pacer.noteCommit(records: 4, at: now)
            now = MonotonicTime(nanoseconds: now.nanoseconds + 200_000)
        }
        #expect(pacer.due(now).nanoseconds == now.nanoseconds - 200_000 + 1_000_000)
        // Quiet again.
        now = MonotonicTime(nanoseconds: now.nanoseconds + 1_000_000_000)
        pacer.noteCommit(records: 1, at: now)
        #expect(pacer.due(now) <= now)
        var patient = CommitPacer(delayMilliseconds: 0)
        for _ in 0..<50 { patient.noteCommit(records: 100, at: now) }
        #expect(patient.due(now) <= now)
    }
}

private enum Check {
    static func number(_ record: Record) -> Int? { SpoolingTests.number(of: record) }
}
