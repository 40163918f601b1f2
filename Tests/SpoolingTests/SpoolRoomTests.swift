import LinuxSystem
import Synchronization
import TelemetryModel
import Testing

@testable import Spooling

@Suite struct SpoolRoomTests {
    @Test func `at its limit the spool takes nothing, loses nothing, and goes on when records are delivered`() throws {
        let storage = MemoryStorage()
        let settings = smallSettings(segmentBytes: 2_000, maxBytes: 16_384)
        let spool = try Spool(settings, dispatchers: ["a"], storage: storage)
        let outcomes = Outcomes()
        for number in 0..<200 {
            spool.submit([record(number, length: 100)], completion: outcomes.note([number]))
            _ = spool.commitWaiting()
        }
        #expect(!spool.hasRoom)
        #expect(spool.blocked?.isLackOfRoom == true)
        #expect(spool.status.bytes <= 16_384)
        let before = outcomes.durable.count
        #expect(before > 40 && before < 200)
        var read = try spool.drain("a")
        spool.tidy()
        #expect(spool.commitWaiting() == .blocked || spool.commitWaiting() == .done)
        for _ in 0..<40 {
            _ = spool.commitWaiting()
            read += try spool.drain("a")
            spool.tidy()
        }
        #expect(outcomes.durable == Array(0..<200))
        #expect(read == Array(0..<200))
        #expect(spool.hasRoom)
        #expect(spool.blocked == nil)
    }

    @Test func `an append fails at once with what is used and needed`() throws {
        let storage = MemoryStorage()
        let spool = try Spool(smallSettings(maxBytes: 16_384), dispatchers: ["a"], storage: storage)
        try spool.start()
        defer { spool.close() }
        var appended = 0
        let failure = #expect(throws: SpoolFailure.self) {
            while true {
                _ = try spool.append([record(appended, length: 500)])
                appended += 1
            }
        }
        guard case .limitReached(let used, 16_384, let needed)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(used + needed > 16_384)
        #expect("\(failure!)".contains("spool.max_bytes"))
        #expect(!spool.hasRoom)
        #expect(try spool.drain("a") == Array(0..<appended))
        spool.tidy()
        #expect(try spool.append([record(appended, length: 500)]).count == 1)
        #expect(try spool.drain("a") == [appended])
    }

    @Test func `a full disk damages nothing and is noticed to be free again`() throws {
        let storage = MemoryStorage()
        storage.state.withLock { $0.capacity = 3_000 }
        let spool = try Spool(smallSettings(segmentBytes: 10_000), dispatchers: ["a"], storage: storage)
        let outcomes = Outcomes()
        let rooms = Mutex<[Bool]>([])
        try spool.start { isThere in rooms.withLock { $0.append(isThere) } }
        defer { spool.close() }
        for number in 0..<30 { spool.submit([record(number, length: 100)], completion: outcomes.note([number])) }
        wait { !rooms.withLock { $0.isEmpty } }
        #expect(!spool.hasRoom)
        guard case .diskFull(let error)? = spool.blocked else {
            Issue.record("\(String(describing: spool.blocked))")
            return
        }
        #expect(error.code == SystemCallError.noSpace)
        storage.state.withLock { $0.capacity = .max }
        wait { outcomes.durable.count == 30 }
        wait { spool.hasRoom }
        #expect(rooms.withLock { $0.first == false && $0.last == true })
        #expect(try spool.drain("a") == Array(0..<30))
        let report = try SpoolInspector(storage: storage).report(isReadingThrough: true)
        #expect(report.damagedSegments == 0)
    }

    @Test func `half of a write that failed is cut off at once`() throws {
        let storage = MemoryStorage()
        let spool = try Spool(smallSettings(segmentBytes: 10_000), dispatchers: ["a"], storage: storage)
        _ = spool.write([record(0)])
        let name = storage.segmentNames[0]
        let durable = storage.contents(of: name) ?? []
        // For want of room, then for an error of the disk.
        storage.state.withLock { $0.capacity = $0.used + 60 }
        spool.submit([record(1, length: 200)]) { _ in }
        #expect(spool.commitWaiting() == .blocked)
        #expect(storage.contents(of: name) == durable)
        storage.state.withLock { state in
            state.capacity = .max
            state.failingWrites = 1
        }
        #expect(spool.commitWaiting() == .blocked)
        #expect(storage.contents(of: name) == durable)
        #expect(spool.commitWaiting() == .done)
        #expect(storage.segmentNames == [name])
        #expect(try spool.drain("a") == [0, 1])
    }

    @Test func `after a failed sync the same records go to a new segment`() throws {
        let storage = MemoryStorage()
        let spool = try Spool(smallSettings(segmentBytes: 10_000), dispatchers: ["a"], storage: storage)
        _ = spool.write([record(0)])
        storage.state.withLock { $0.failingSyncs = 1 }
        let outcomes = Outcomes()
        spool.submit([record(1)], completion: outcomes.note([1]))
        #expect(spool.commitWaiting() == .blocked)
        #expect(outcomes.durable == [])
        guard case .unwritable? = spool.blocked else {
            Issue.record("\(String(describing: spool.blocked))")
            return
        }
        #expect(spool.commitWaiting() == .done)
        #expect(outcomes.durable == [1])
        #expect(storage.segmentNames.count == 2)
        var generator = SeededGenerator(seed: 1)
        storage.crash(using: &generator)
        let again = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(try again.drain("a") == [0, 1])
    }

    @Test func `too large records and too many waiting ones are refused with the reason`() throws {
        var settings = smallSettings()
        settings.waitingBytes = 1_000
        let spool = try Spool(settings, dispatchers: [], storage: MemoryStorage())
        #expect(spool.write([record(0, length: SpoolLimit.recordBytes)]) == .failure(.tooLarge(bytes: 2 << 20 + 14)))
        let outcomes = Outcomes()
        for number in 0..<30 { spool.submit([record(number, length: 92)], completion: outcomes.note([number])) }
        #expect(!spool.hasRoom)
        let refused = outcomes.all.withLock { $0.count }
        #expect(refused > 5)
        _ = spool.commitWaiting()
        #expect(outcomes.durable.count == 30 - refused)
        #expect(spool.hasRoom)
        spool.close()
        #expect(spool.write([record(0)]) == .failure(.closed))
    }

    @Test func `passed segments stay for replay as long as asked, and go when room is short`() throws {
        let storage = MemoryStorage()
        var settings = smallSettings(segmentBytes: 2_000, maxBytes: 16_384)
        settings.retainSeconds = 3_600
        let spool = try Spool(settings, dispatchers: ["a"], storage: storage)
        for number in 0..<40 { _ = spool.write([record(number, length: 100)]) }
        #expect(try spool.drain("a").count == 40)
        spool.tidy()
        #expect(storage.segmentNames.count > 4)
        let cursor = try #require(spool.cursor(for: "a"))
        cursor.jump(to: try spool.position(receivedAt: UnixMilliseconds(rawValue: 1_700_000_000_000 + 33)))
        #expect(try spool.drain("a") == Array(33..<40))
        for number in 40..<200 {
            #expect(try spool.write([record(number, length: 100)])?.get().count == 1)
            #expect(try spool.drain("a") == [number])
        }
        #expect(spool.status.bytes <= 16_384)
        #expect(storage.segmentNames.count > 3)
    }

    @Test func `a submission larger than a segment is written whole`() throws {
        let storage = MemoryStorage()
        let spool = try Spool(smallSettings(segmentBytes: 1_024), dispatchers: ["a"], storage: storage)
        let many = (0..<100).map { record($0) }
        #expect(try spool.write(many)?.get() == 0..<100)
        #expect(storage.segmentNames.count == 1)
        #expect(try spool.write([record(100)])?.get() == 100..<101)
        #expect(storage.segmentNames.count == 2)
        #expect(try spool.drain("a") == Array(0...100))
    }

    /// Nobody frees anything: what is delivered must be enough, although the full disk takes no cursor's file.
    @Test(arguments: [64 << 20, 200_000], [0, 86_400])
    func `a disk that the spool has filled is relieved when all is delivered`(segmentBytes: Int, retain: Int) throws {
        let storage = MemoryStorage()
        storage.state.withLock { $0.capacity = 3 << 20 }
        var settings = smallSettings(segmentBytes: segmentBytes, maxBytes: 1 << 30)
        settings.retainSeconds = retain
        let spool = try Spool(settings, dispatchers: ["a"], storage: storage)
        spool.reserve.keep()
        let outcomes = Outcomes()
        var count = 0
        func submit() {
            spool.submit([record(count, length: 10_000)], completion: outcomes.note([count]))
            count += 1
            _ = spool.commitWaiting()
        }
        while spool.hasRoom { submit() }
        let durable = outcomes.durable.count
        #expect(durable > 200 && durable < count)
        // Not even a byte: nothing is relieved before something is delivered.
        storage.state.withLock { $0.capacity = $0.used }
        spool.tidy()
        #expect(storage.contents(of: "room.reserve") != nil && !spool.hasRoom)
        var read = try spool.drain("a")
        #expect(read == Array(0..<durable))
        spool.tidy()
        _ = spool.commitWaiting()
        #expect(spool.hasRoom && outcomes.durable == Array(0..<count))
        for _ in 0..<50 { submit() }
        read += try spool.drain("a")
        #expect(read == Array(0..<count))
        #expect(storage.contents(of: "room.reserve") != nil)
        spool.tidy()
        spool.close()
        let again = try Spool(settings, dispatchers: ["a"], storage: storage)
        #expect(again.findings.isEmpty)
        #expect(try again.drain("a") == [])
        #expect(try again.write([record(count)])?.get().count == 1)
        #expect(try again.drain("a") == [count])
    }

    @Test func `a crash at any moment of the relief loses no position, and what comes then is delivered`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("relief: seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let storage = MemoryStorage()
            var settings = smallSettings(segmentBytes: [1 << 20, 30_000].randomElement(using: &generator) ?? 0)
            settings.maxBytes = 1 << 30
            let spool = try Spool(settings, dispatchers: ["a"], storage: storage)
            spool.reserve.keep()
            storage.state.withLock { $0.capacity = $0.used + 100_000 }
            var count = 0
            while case .success? = spool.write([record(count, length: 1_000)]) { count += 1 }
            _ = try spool.drain("a")
            // The relief ends early: at a sync, or not at all.
            storage.state.withLock { $0.failingSyncs = Int.random(in: 0...2, using: &generator) }
            spool.relieveDisk()
            storage.crash(using: &generator)
            storage.state.withLock { $0.capacity = .max }
            let again = try Spool(settings, dispatchers: ["a"], storage: storage)
            let positions = try #require(again.write([record(count), record(count + 1)])).get()
            #expect(positions.lowerBound >= UInt64(count))
            // All were delivered, so some may come again, and the new ones must.
            let numbers = try again.drain("a")
            #expect(numbers.suffix(2) == [count, count + 1])
            #expect(numbers.allSatisfy { $0 != nil })
        }
    }
}
