import PayloadCodec
import TelemetryModel
import Testing

/// Payloads that are made to cost much. The longest message that a vehicle may send has a million bytes.
@Suite struct HostilePayloadTests {
    private func repeated(_ bytes: [UInt8], toBytes count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        while result.count < count { result += bytes }
        return result
    }

    @Test(
        arguments: [
            ("empty datums", RecordType.vehicleData, [0x0a, 0x00]),
            ("empty alerts", .alerts, [0x0a, 0x00]),
            ("empty errors", .errors, [0x0a, 0x00]),
        ] as [(String, RecordType, [UInt8])]
    )
    func `a megabyte of messages that say nothing is refused`(name: String, type: RecordType, unit: [UInt8]) {
        var decoder = PayloadDecoder()
        let payload = repeated(unit, toBytes: 1_000_000)
        #expect(throws: PayloadError.tooExpensive(limitBytes: 32_000_000)) {
            try decoder.decode(type, payload.span)
        }
    }

    @Test(
        arguments: [
            ("a key alone", [0x0a, 0x02, 0x08, 0x08]),
            ("a key and an empty value", [0x0a, 0x04, 0x08, 0x08, 0x12, 0x00]),
            ("a key and a small number", [0x0a, 0x06, 0x08, 0x08, 0x12, 0x02, 0x10, 0x01]),
            ("a key and a letter", [0x0a, 0x07, 0x08, 0x08, 0x12, 0x03, 0x0a, 0x01, 0x78]),
        ] as [(String, [UInt8])]
    )
    func `ten thousand and many more datums that say something pass`(name: String, unit: [UInt8]) throws {
        var decoder = PayloadDecoder()
        // Just beyond a power of two protobuf-c's own tables are half empty.
        for count in [10, 1000, 10_000, 16_400, 65_560, 1_000_000 / unit.count] {
            let payload = repeated(unit, toBytes: count * unit.count)
            #expect(try decoder.decodeVehicleData(payload.span).data.count == count)
        }
    }

    @Test func `a small payload is never too expensive`() throws {
        var decoder = PayloadDecoder()
        let payload = repeated([0x0a, 0x00], toBytes: 1000)
        #expect(try decoder.decodeVehicleData(payload.span).data.count == 500)
    }

    @Test func `groups within groups are followed to a depth and no further`() throws {
        var decoder = PayloadDecoder()
        func nested(_ depth: Int) -> [UInt8] {
            [UInt8](repeating: 0x7b, count: depth) + [UInt8](repeating: 0x7c, count: depth)
        }
        let deepest = nested(WireLimits.groupDepth)
        #expect(try decoder.decodeVehicleData(deepest.span).unknown == deepest)
        let tooDeep = nested(WireLimits.groupDepth + 1)
        #expect(throws: PayloadError.malformed(.groupDepth, offset: WireLimits.groupDepth)) {
            try decoder.decodeVehicleData(tooDeep.span)
        }
    }

    @Test func `a megabyte of fields that have to be rewritten is read`() throws {
        var decoder = PayloadDecoder()
        let payload = repeated([0x1a, 0x00, 0x18, 0x05, 0x12, 0x02, 0x08, 0x01, 0x7b, 0x7c], toBytes: 10_000)
        let data = try decoder.decodeVehicleData(payload.span)
        #expect(data.unknown.count == 4000)
        #expect(data.createdAt == Timestamp(seconds: 1, nanos: 0))
    }

    @Test func `a long record leaves nothing behind for the next one`() throws {
        var decoder = PayloadDecoder()
        let long = repeated([0x0a, 0x06, 0x08, 0x08, 0x12, 0x02, 0x10, 0x01], toBytes: 800_000)
        for _ in 0..<3 {
            #expect(try decoder.decodeVehicleData(long.span).data.count == 100_000)
            #expect(try decoder.decodeVehicleData(([0x0a, 0x00] as [UInt8]).span).data.count == 1)
        }
    }
}
