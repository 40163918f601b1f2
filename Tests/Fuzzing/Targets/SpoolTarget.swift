import LinuxSystem
import Spooling
import TelemetryModel

/// Segments and cursors of a spool as damage or another program may leave them: opening repairs them, everything that
/// is whole is read, a new record is kept, and the next opening finds nothing left to repair.
final class SpoolTarget: FuzzTarget {
    static let name = "spool"
    static let limitBytes = 2500

    static let words: [[UInt8]] = [
        Array("FLTSPOOL".utf8), [1, 0, 128, 0], [0x80, 0x80, 0], [0xff, 0xff, 0xff, 0xff, 0x0f], [0, 0, 0, 0],
        [UInt8](repeating: 0, count: 16),
    ]

    private static let segmentName = "00000000000000000000.segment"
    private static let cursorName = "a.cursor"
    private static let always = UnixMilliseconds(rawValue: .min)...UnixMilliseconds(rawValue: .max)

    /// The first byte tells what the rest is: bit 0 a cursor's file, else a segment; bit 1 with its checksums put
    /// right, so that what lies behind them is reached.
    static func seeds() throws -> [[UInt8]] {
        let storage = SpoolDirectory()
        let spool = try Spool(settings, dispatchers: ["a"], storage: storage)
        for round in 0..<3 {
            _ = try spool.append((0...round * 3).map { record(round * 100 + $0) })
        }
        let cursor = spool.cursor(for: "a")
        if let batch = try cursor?.read(recordLimit: 2, byteLimit: 1 << 20) { cursor?.advance(past: batch) }
        spool.close()
        var seeds: [[UInt8]] = []
        for name in storage.names() {
            let bytes = storage.contents(name)
            if name.hasSuffix(".segment") { seeds += [[0] + bytes, [2] + bytes] }
            if name.hasSuffix(".cursor") { seeds += [[1] + bytes, [3] + bytes] }
        }
        return seeds
    }

    private static var settings: SpoolSettings {
        var settings = SpoolSettings(directory: "memory")
        settings.segmentBytes = 64 << 10
        settings.maxBytes = 1 << 20
        return settings
    }

    private static let source = RecordSource(
        device: DeviceIdentity(vin: VIN("5YJ3E1EA1JF000001"), deviceType: "vehicle_device"),
        connection: ConnectionID(loop: 0, slot: 0, generation: 3),
        socketID: "1f6b6a0e-0000-4000-8000-000000000001",
        clientVersion: "1.1.0",
        networkInterface: "wifi",
        remoteAddress: "203.0.113.9:4711"
    )

    private static func record(_ number: Int) -> Record {
        Record(
            source: source,
            sequence: UInt64(number),
            type: number % 4 == 3 ? RecordType(topic: "custom") : .vehicleData,
            receivedAt: UnixMilliseconds(rawValue: 1_700_000_000_000 + Int64(number)),
            content: .opaque,
            payload: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 60),
            txid: Array("txid-\(number)".utf8)
        )
    }

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let mode = input.first ?? 0
        var bytes = Array(input.dropFirst())
        if mode & 1 == 0 {
            if mode & 2 != 0 { mend(&bytes) }
            return try openAndRead([Self.segmentName: bytes])
        } else {
            if mode & 2 != 0, bytes.count >= 36 {
                // Nobody gets near the highest position that a cursor may have but by forging one.
                bytes[23] &= 0x1f
                bytes.setChecksum(at: bytes.count - 4, of: 0..<bytes.count - 4)
            }
            return try openAndRead([Self.cursorName: bytes])
        }
    }

    private func openAndRead(_ files: [String: [UInt8]]) throws(FuzzFinding) -> Bool {
        let storage = SpoolDirectory(files)
        do {
            let before = try SpoolInspector(storage: storage).report(isReadingThrough: true)
            let first = try Spool(Self.settings, dispatchers: ["a"], storage: storage)
            let position = try first.append([Self.record(7)]).lowerBound
            let seen = try readAll(first)
            guard seen.last == position else { throw FuzzFinding("a new record is not read: \(seen), not \(position)") }
            guard zip(seen, seen.dropFirst()).allSatisfy(<) else { throw FuzzFinding("out of order: \(seen)") }
            first.close()
            let second = try Spool(Self.settings, dispatchers: ["a", "b"], storage: storage)
            guard second.findings.isEmpty else {
                throw FuzzFinding("the second opening repairs again: \(second.findings), first: \(first.findings)")
            }
            let whole = try SpoolInspector(storage: storage).records(receivedIn: Self.always) { _, _ in true }
            guard whole >= 1, before.segments.count <= 1 else { throw FuzzFinding("the new record is gone") }
            second.close()
            return seen.count > 1
        } catch let error as FuzzFinding {
            throw error
        } catch {
            throw FuzzFinding("\(error)")
        }
    }

    private func readAll(_ spool: Spool) throws -> [UInt64] {
        guard let cursor = spool.cursor(for: "a") else { throw FuzzFinding("no cursor") }
        var positions: [UInt64] = []
        while let batch = try cursor.read(recordLimit: 5, byteLimit: 1 << 20) {
            positions += batch.positions
            cursor.advance(past: batch)
        }
        return positions
    }

    // MARK: Checksums

    /// Header twice of 64 bytes, its checksum at 60; frames of length, index, checksum of the body with the salt at 36,
    /// checksum of the 12 bytes before with the salt at 32.
    private func mend(_ bytes: inout [UInt8]) {
        guard bytes.count >= 128 else { return }
        bytes.setChecksum(at: 60, of: 0..<60)
        bytes.replaceSubrange(64..<128, with: bytes[0..<64])
        let (headSalt, bodySalt) = (bytes.number(at: 32), bytes.number(at: 36))
        var offset = 128
        while offset + 16 <= bytes.count {
            let count = Int(bytes.number(at: offset))
            guard count <= bytes.count - offset - 16 else { return }
            bytes.setChecksum(at: offset + 8, of: offset + 16..<offset + 16 + count, salt: bodySalt)
            bytes.setChecksum(at: offset + 12, of: offset..<offset + 12, salt: headSalt)
            offset += 16 + count
        }
    }
}

extension [UInt8] {
    fileprivate func number(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << UInt32($1 * 8) }
    }

    fileprivate mutating func setChecksum(at offset: Int, of range: Range<Int>, salt: UInt32 = 0) {
        let sum = CRC32C.checksum(span.extracting(range), salt: salt)
        for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: sum >> UInt32(index * 8)) }
    }
}
