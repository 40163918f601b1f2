import TelemetryModel
import Testing

@testable import Spooling

@Suite struct StoredFindingsTests {
    private static let findings = RecordFindings(
        [
            RecordFinding(rule: .createdAtStale, outcome: .observed),
            RecordFinding(rule: .outOfRange, field: .vehicleSpeed, outcome: .stripped),
            RecordFinding(rule: .unknownField, field: Field(number: -7), outcome: .rejected),
            RecordFinding(rule: .unknownField, field: Field(number: .max), outcome: .observed),
        ],
        omitted: 300
    )

    private func stored(_ record: Record) throws -> StoredRecord {
        var bytes: [UInt8] = []
        StoredRecord.append(record, to: &bytes)
        return try read(bytes)
    }

    private func read(_ bytes: [UInt8]) throws -> StoredRecord {
        var sources = SourceCache()
        return try #require(StoredRecord.read(bytes, 0..<bytes.count, sources: &sources))
    }

    @Test func `findings come back as they were`() throws {
        let back = try stored(record(5).with(Self.findings)).record(.opaque)
        #expect(back.findings == Self.findings)
        #expect(number(of: back) == 5)
    }

    /// Byte for byte what programs before the rules wrote, and can still read.
    @Test func `a record without findings lies there as it always did`() throws {
        var bytes: [UInt8] = []
        StoredRecord.append(record(5), to: &bytes)
        #expect(bytes[0] == 1)
        var old: [UInt8] = [1, 1]
        old.appendFixed(record(5).receivedAt.rawValue)
        old.appendVarint(UInt(5))
        let source = sharedSource
        var block: [UInt8] = []
        block.appendVarint(UInt(source.connection.loop))
        block.appendVarint(UInt(source.connection.slot))
        block.appendVarint(UInt(source.connection.generation))
        for text in [
            source.device.vin.text, source.device.deviceType, source.socketID, source.clientVersion,
            source.networkInterface, source.remoteAddress,
        ] { block.appendText(text) }
        old += [UInt8(block.count & 0x7F) | 0x80, UInt8(block.count >> 7) | 0x80, 0] + block
        old.appendVarint(UInt(record(5).payloadCount))
        old += record(5).bytes
        #expect(bytes == old)
        let back = try read(old).record(.opaque)
        #expect(number(of: back) == 5 && back.findings == nil)
    }

    @Test func `findings of rules that a newer program knows are counted and not lost`() throws {
        var bytes: [UInt8] = []
        StoredRecord.append(
            record(5).with(RecordFindings([RecordFinding(rule: .denied, outcome: .observed)])),
            to: &bytes
        )
        // The block of findings: its length, none left out, rule, outcome, no field.
        let place = try #require(bytes.indices.first { Array(bytes[$0...].prefix(5)) == [4, 0, 6, 0, 0] })
        bytes[place + 2] = 31
        let back = try read(bytes)
        #expect(back.findings == RecordFindings([], omitted: 1))
        #expect(number(of: back.record(.opaque)) == 5)
    }

    @Test func `bytes that are no findings are no record, cut or changed anywhere`() throws {
        var bytes: [UInt8] = []
        StoredRecord.append(record(5).with(Self.findings), to: &bytes)
        var sources = SourceCache()
        for count in bytes.indices { _ = StoredRecord.read(bytes, 0..<count, sources: &sources) }
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                _ = StoredRecord.read(changed, 0..<changed.count, sources: &sources)
            }
        }
        bytes[0] = 3
        #expect(StoredRecord.read(bytes, 0..<bytes.count, sources: &sources) == nil)
    }
}
