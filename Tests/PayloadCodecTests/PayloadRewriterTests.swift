import PayloadCodec
import TelemetryFixtures
import TelemetryModel
import Testing

/// The rewriter does in one call what decoder, transform and writer do in three.
@Suite struct PayloadRewriterTests {
    private static let vin = VIN("5YJ3E1EA7KF000316")

    private static func source() -> RecordSource {
        RecordSource(
            device: DeviceIdentity(vin: vin, deviceType: "vehicle_device"),
            connection: ConnectionID(loop: 0, slot: 0, generation: 1),
            socketID: "s"
        )
    }

    private static func type(of content: RecordContent) -> RecordType? {
        switch content {
        case .vehicleData: .vehicleData
        case .alerts: .alerts
        case .errors: .errors
        case .connectivity: .connectivity
        case .metrics, .opaque: nil
        }
    }

    @Test(arguments: [TransformMode.standard, .reference])
    func `a record is what decoding, transforming and writing make of its payload`(mode: TransformMode) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = RandomContent(seed: seed)
        var rewriter = PayloadRewriter(mode: mode)
        var decoder = PayloadDecoder()
        var writer = PayloadWriter()
        let source = Self.source()
        for round in 0..<600 {
            let original = random.next()
            guard let type = Self.type(of: original) else { continue }
            let payload = writer.bytes(of: original)
            let txid = (0..<round % 41).map { UInt8($0) }
            var content = try decoder.decode(type, payload.span)
            RecordTransform(mode: mode).apply(to: &content, vin: Self.vin)
            let stamp = RecordStamp(
                source: source,
                sequence: UInt64(round),
                type: type,
                receivedAt: UnixMilliseconds(rawValue: Int64(round))
            )
            let (record, signals) = try rewriter.record(PayloadKind(type), payload.span, txid: txid.span, stamp)
            #expect(record.content == content, "seed \(seed), round \(round)")
            #expect(Array(record.payload) == writer.bytes(of: content), "seed \(seed), round \(round)")
            #expect(Array(record.txid) == txid && record.transportedBytes == record.payload.count + txid.count)
            #expect(record.source === source && record.sequence == UInt64(round) && record.type == type)
            if case .vehicleData(let data) = content {
                #expect(signals == data.data.count)
            } else {
                #expect(signals == 0)
            }
        }
    }

    @Test func `a payload that is not decoded keeps its bytes, and a refused one leaves nothing behind`() throws {
        var rewriter = PayloadRewriter(mode: .standard)
        let custom = RecordType(topic: "custom")
        let stamp = RecordStamp(
            source: Self.source(),
            sequence: 0,
            type: custom,
            receivedAt: UnixMilliseconds(rawValue: 0)
        )
        let bytes: [UInt8] = [0xff, 0, 1]
        let broken: [UInt8] = [0x0a, 0x05, 0x01]
        #expect(PayloadKind(custom) == nil)
        for _ in 0..<2 {
            let (record, signals) = try rewriter.record(nil, bytes.span, txid: [7].span, stamp)
            #expect(Array(record.payload) == bytes && Array(record.txid) == [7] && signals == 0)
            #expect(record.content == .opaque)
            #expect(throws: PayloadError.self) {
                _ = try rewriter.record(.vehicleData, broken.span, txid: [7].span, stamp)
            }
        }
    }
}
