import LinuxSystem
import TelemetryModel
import Testing

@testable import Spooling

/// One segment with records 0..<count as the spool writes it.
private func segment(records count: Int, length: Int? = nil) throws -> (name: String, bytes: [UInt8], ends: [Int]) {
    let storage = MemoryStorage()
    let spool = try Spool(smallSettings(segmentBytes: 200_000), dispatchers: ["a"], storage: storage)
    var ends: [Int] = [SegmentHeader.bytes]
    for number in 0..<count {
        _ = spool.write([record(number, length: length)])
        ends.append(storage.contents(of: storage.segmentNames[0])?.count ?? 0)
    }
    let name = storage.segmentNames[0]
    return (name, storage.contents(of: name) ?? [], ends)
}

@Suite struct SegmentTests {
    @Test func `checksums are those of RFC 3720, with and without the processor's instruction`() {
        let known: [([UInt8], UInt32)] = [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E),
            (Array((0..<32).reversed()), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
        ]
        for (bytes, checksum) in known {
            #expect(CRC32C.checksum(bytes.span) == checksum)
            #expect(CRC32C.checksumByTables(bytes.span) == checksum)
        }
        for count in 0..<200 {
            let bytes = payload(count, length: count)
            #expect(CRC32C.checksum(bytes.span, salt: 7) == CRC32C.checksumByTables(bytes.span, salt: 7))
        }
    }

    @Test func `a record comes back as it was, whatever its type and texts`() throws {
        let odd = RecordSource(
            device: DeviceIdentity(vin: VIN("Ünïcode-\u{0}"), deviceType: ""),
            connection: ConnectionID(loop: 9, slot: .max, generation: .max),
            socketID: "",
            clientVersion: String(repeating: "v", count: 300),
            networkInterface: "wifi",
            remoteAddress: "[2001:db8::1]:443"
        )
        let types = RecordType.decoded + [RecordType(topic: "metrics"), RecordType(topic: "")]
        for type in types {
            let original = Record(
                source: odd,
                sequence: .max,
                type: type,
                receivedAt: UnixMilliseconds(rawValue: -1),
                content: .opaque,
                payload: [],
                txid: [0, 255]
            )
            var body: [UInt8] = [1, 2, 3]
            StoredRecord.append(original, to: &body)
            var sources = SourceCache()
            let stored = try #require(StoredRecord.read(body, 3..<body.count, sources: &sources))
            #expect(stored.type == type)
            #expect(stored.sequence == .max)
            #expect(stored.receivedAt.rawValue == -1)
            #expect(stored.payload.isEmpty)
            #expect(Array(stored.txid) == [0, 255])
            #expect(stored.source.device == odd.device)
            #expect(stored.source.socketID == "")
            #expect(stored.source.clientVersion == odd.clientVersion)
            #expect(stored.source.networkInterface == "wifi")
            #expect(stored.source.remoteAddress == odd.remoteAddress)
            #expect(stored.source.connection == ConnectionID(loop: .max, slot: .max, generation: .max))
            let again = try #require(StoredRecord.read(body, 3..<body.count, sources: &sources))
            #expect(again.source === stored.source)
        }
    }

    @Test func `half a body is no record`() {
        var body: [UInt8] = []
        let original = record(77, length: 40)
        StoredRecord.append(original, to: &body)
        let least = body.count - original.txid.count
        for count in 0..<body.count {
            var sources = SourceCache()
            // Behind the payload everything is txid; that it is whole is what the frame's checksum is for.
            #expect((StoredRecord.read(body, 0..<count, sources: &sources) != nil) == (count >= least))
        }
    }

    @Test func `any bytes as a body are read without harm`() {
        var generator = SeededGenerator(seed: 5)
        var body: [UInt8] = []
        StoredRecord.append(record(5, type: RecordType(topic: "other"), length: 20), to: &body)
        for _ in 0..<20_000 {
            var mutated = body
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                mutated[Int.random(in: 0..<mutated.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            mutated.removeLast(Int.random(in: 0..<mutated.count, using: &generator))
            var sources = SourceCache()
            _ = StoredRecord.read(mutated, 0..<mutated.count, sources: &sources)
        }
    }

    @Test func `a segment cut anywhere keeps its whole records and takes new ones`() throws {
        let (name, bytes, ends) = try segment(records: 4)
        for count in 0...bytes.count {
            let storage = MemoryStorage()
            storage.put(name, Array(bytes[..<count]))
            let spool = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
            let whole = max(0, ends.count { $0 <= count } - 1)
            #expect(spool.status.end == UInt64(whole))
            if whole > 0, ends[whole] < count {
                #expect(
                    spool.findings == [.tornTail(segment: name, keptRecords: whole, cutBytes: count - ends[whole])]
                )
                #expect(storage.contents(of: name)?.count == ends[whole])
            }
            if ends[whole] == count, whole > 0 { #expect(spool.findings.isEmpty) }
            #expect(spool.write([record(100)]) != nil)
            #expect(try spool.drain("a") == Array(0..<whole) + [100])
        }
    }

    @Test func `fifty thousand damaged segments give whole records or none`() throws {
        let (name, bytes, _) = try segment(records: 4, length: 30)
        var generator = SeededGenerator(seed: 99)
        for round in 0..<50_000 {
            var mutated = bytes
            switch round % 4 {
            case 0:
                for _ in 0..<Int.random(in: 1...5, using: &generator) {
                    mutated[Int.random(in: 0..<mutated.count, using: &generator)] =
                        .random(in: 0...255, using: &generator)
                }
            case 1:
                let start = Int.random(in: 0..<mutated.count, using: &generator)
                mutated.removeSubrange(start..<Int.random(in: start...mutated.count, using: &generator))
            case 2:
                let start = Int.random(in: 0..<mutated.count, using: &generator)
                let end = Int.random(in: start...mutated.count, using: &generator)
                let place = Int.random(in: 0...mutated.count, using: &generator)
                mutated.insert(contentsOf: Array(mutated[start..<end]), at: place)
            default:
                let start = Int.random(in: SegmentHeader.bytes..<mutated.count - 4, using: &generator)
                mutated.setFixed(.random(in: 0 ... .max, using: &generator) >> 8, at: start)
            }
            let storage = MemoryStorage()
            storage.put(name, mutated)
            guard case .success(var reader) = try SegmentReader.open(name, in: storage) else { continue }
            var sources = SourceCache()
            var last = -1
            while let found = try reader.next(limit: mutated.count) {
                let stored = StoredRecord.read(reader.chunk, found.body, sources: &sources)
                let number = stored.flatMap { wholeNumber($0) }
                guard let number, number == Int(found.index), number > last else {
                    Issue.record("round \(round): \(String(describing: number)) at \(found)")
                    return
                }
                last = number
            }
            #expect(reader.offset == mutated.count)
        }
    }

    @Test func `a copy of a frame inside a payload is not taken for a record`() throws {
        let (_, bytes, ends) = try segment(records: 2)
        let storage = MemoryStorage()
        let spool = try Spool(smallSettings(segmentBytes: 100_000), dispatchers: ["a"], storage: storage)
        let forged = Record(
            source: sharedSource,
            sequence: 0,
            type: .vehicleData,
            receivedAt: UnixMilliseconds(rawValue: 0),
            content: .opaque,
            payload: Array(bytes[ends[0]..<ends[1]]) + Array(bytes[ends[1]..<ends[2]]),
            txid: []
        )
        _ = spool.write([forged])
        _ = spool.write([record(9)])
        spool.close()
        // The length of the first frame is damaged, so that the reader looks for the next frame byte by byte.
        storage.flip(storage.segmentNames[0], bit: SegmentHeader.bytes * 8 + 9)
        let again = try Spool(smallSettings(), dispatchers: ["a"], storage: storage)
        #expect(try again.drain("a") == [9])
    }
}

private func wholeNumber(_ stored: StoredRecord) -> Int? { number(of: stored.record(.opaque)) }
