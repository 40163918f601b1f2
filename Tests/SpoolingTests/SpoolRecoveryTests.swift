import LinuxSystem
import TelemetryModel
import Testing

@testable import Spooling

private func filled(_ count: Int, segmentBytes: Int = 1_024) throws -> MemoryStorage {
    let storage = MemoryStorage()
    let spool = try Spool(smallSettings(segmentBytes: segmentBytes), dispatchers: ["a"], storage: storage)
    for number in 0..<count { _ = spool.write([record(number, length: 100)]) }
    spool.close()
    return storage
}

@Suite struct SpoolRecoveryTests {
    @Test func `a clean end leaves nothing to report, and generations and positions go on`() throws {
        let storage = try filled(10)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(spool.findings.isEmpty)
        #expect(try spool.write([record(10)])?.get() == 10..<11)
        #expect(try spool.drain("a") == Array(0...10))
        let report = try SpoolInspector(storage: storage).report(isReadingThrough: false)
        let generations = report.segments.map(\.generation)
        #expect(generations.first == 1)
        #expect(generations.last == 2)
    }

    @Test func `one damaged header costs nothing, two quarantine the segment and no other`() throws {
        let storage = try filled(12)
        let names = storage.segmentNames
        #expect(names.count >= 3)
        storage.flip(names[0], bit: 20)
        storage.flip(names[1], bit: 20)
        storage.flip(names[1], bit: 64 * 8 + 300)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(
            spool.findings == [
                .quarantined(segment: names[1], file: names[1] + ".quarantined", reason: .header)
            ]
        )
        let lost = Int(SpoolFileName.firstPosition(names[1]) ?? 0)..<Int(SpoolFileName.firstPosition(names[2]) ?? 0)
        #expect(try spool.drain("a") == (0..<12).filter { !lost.contains($0) })
        #expect(storage.contents(of: names[1] + ".quarantined") != nil)
    }

    @Test func `a segment with damage inside is kept for people when its good records are delivered`() throws {
        let storage = try filled(12)
        let name = storage.segmentNames[0]
        storage.flip(name, bit: (SegmentHeader.bytes + 40) * 8)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(try spool.drain("a") == Array(1..<12))
        spool.tidy()
        #expect(storage.contents(of: name) == nil)
        #expect(storage.contents(of: name + ".quarantined") != nil)
        #expect(storage.segmentNames.count == 1)
    }

    @Test func `a newer format is set aside and said so`() throws {
        let storage = try filled(3)
        let name = storage.segmentNames[0]
        var bytes = storage.contents(of: name) ?? []
        for start in [0, 64] {
            bytes[start + 8] = 9
            bytes.setFixed(CRC32C.checksum(bytes.span.extracting(start..<start + 60)), at: start + 60)
        }
        storage.put(name, bytes)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        let finding = SpoolFinding.quarantined(segment: name, file: name + ".quarantined", reason: .newerVersion(9))
        #expect(spool.findings.contains(finding))
        #expect(spool.findings.first.map { "\($0)".contains("newer than this program") } == true)
    }

    @Test func `a renamed segment is not believed`() throws {
        let storage = try filled(3)
        let bytes = storage.contents(of: storage.segmentNames[0]) ?? []
        storage.put(SpoolFileName.segment(900), bytes)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(spool.status.end == 900)
        #expect(try spool.drain("a") == [0, 1, 2])
        #expect(try spool.write([record(3)])?.get() == 900..<901)
        #expect(try spool.drain("a") == [3])
    }

    @Test func `a vanished segment is stepped over`() throws {
        let storage = try filled(12)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        let names = storage.segmentNames
        try storage.remove(names[1])
        let lost = Int(SpoolFileName.firstPosition(names[1]) ?? 0)..<Int(SpoolFileName.firstPosition(names[2]) ?? 0)
        #expect(try spool.drain("a") == (0..<12).filter { !lost.contains($0) })
        #expect(spool.lag(of: "a")?.records == 0)
    }

    @Test func `a segment that can't be read is stepped over and kept`() throws {
        let storage = try filled(12)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        storage.state.withLock { $0.failingReads = 1 }
        let numbers = try spool.drain("a")
        #expect(numbers.count < 12)
        #expect(numbers.last == 11)
        let first = storage.segmentNames[0]
        spool.tidy()
        #expect(storage.contents(of: first + ".quarantined") != nil)
    }

    @Test func `cursors go on where their files say`() throws {
        let storage = try filled(10)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        let cursor = try #require(spool.cursor(for: "a"))
        let batch = try #require(try cursor.read(recordLimit: 5, byteLimit: 1 << 20))
        cursor.advance(to: batch.position(afterDelivering: 3))
        spool.close()
        let again = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(again.findings.isEmpty)
        #expect(try again.drain("a") == Array(3..<10))
    }

    @Test func `a damaged cursor begins with the oldest record, a new one at the end`() throws {
        let storage = try filled(6)
        storage.put("a.cursor", Array("garbage".utf8))
        let spool = try Spool(smallSettings(), dispatchers: ["a", "new"], storage: storage)
        #expect(spool.findings == [.cursorUnreadable(file: "a.cursor", dispatcher: "a")])
        _ = spool.write([record(6)])
        #expect(try spool.drain("a") == Array(0...6))
        #expect(try spool.drain("new") == [6])
    }

    @Test func `cursors that point into nothing go to the nearest record`() throws {
        let storage = try filled(12)
        let names = storage.segmentNames
        try storage.remove(names[0])
        storage.put("b.cursor", CursorFile(dispatcher: "b", position: 5_000, savedAtMilliseconds: 0).encoded)
        let spool = try Spool(smallSettings(), dispatchers: ["a", "b"], storage: storage)
        let first = SpoolFileName.firstPosition(names[1]) ?? 0
        #expect(
            spool.findings == [
                .cursorMoved(dispatcher: "a", from: 0, to: first), .cursorMoved(dispatcher: "b", from: 5_000, to: 12),
            ]
        )
        _ = spool.write([record(12)])
        #expect(try spool.drain("a") == Array(Int(first)...12))
        #expect(try spool.drain("b") == [12])
    }

    @Test func `without segments positions go on behind the cursors`() throws {
        let storage = MemoryStorage()
        storage.put("a.cursor", CursorFile(dispatcher: "a", position: 77, savedAtMilliseconds: 0).encoded)
        let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(spool.findings.isEmpty)
        #expect(try spool.write([record(1)])?.get() == 77..<78)
        #expect(try spool.drain("a") == [1])
    }

    @Test func `a dispatcher that is not configured keeps nothing, until it is dropped it is told`() throws {
        let storage = try filled(12)
        let spool = try Spool(smallSettings(), dispatchers: ["other"], storage: storage)
        #expect(spool.findings == [.cursorUnknown(dispatcher: "a", position: 0)])
        spool.tidy()
        #expect(storage.segmentNames.count == 1)
        #expect(spool.cursor(for: "a") == nil)
        #expect(try !spool.dropCursor(of: "other"))
        #expect(try spool.dropCursor(of: "a"))
        #expect(storage.contents(of: "a.cursor") == nil)
        #expect(spool.status.cursors.map(\.dispatcher) == ["other"])
    }

    @Test func `names of cursors' files are safe whatever dispatchers are called`() {
        #expect(SpoolFileName.cursor("kafka") == "kafka.cursor")
        #expect(SpoolFileName.cursor("http:home/../x") == "http%3ahome%2f%2e%2e%2fx.cursor")
        #expect(SpoolFileName.cursor(String(repeating: "ü", count: 500)).utf8.count < 220)
        let cursor = CursorFile(dispatcher: "http:home", position: 8, savedAtMilliseconds: 5)
        #expect(CursorFile(cursor.encoded) == cursor)
        for bit in 0..<cursor.encoded.count * 8 {
            var bytes = cursor.encoded
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(CursorFile(bytes) == nil)
        }
        for count in 0..<cursor.encoded.count { #expect(CursorFile(Array(cursor.encoded[..<count])) == nil) }
    }

    @Test func `leftovers of replaced files are removed and other files left alone`() throws {
        let storage = MemoryStorage()
        storage.put("a.cursor.7-1.tmp", [1])
        storage.put("README", [1])
        storage.put("123.segment", [1])
        _ = try Spool(smallSettings(), dispatchers: [], storage: storage)
        #expect(try storage.names() == ["123.segment", "README"])
    }
}
