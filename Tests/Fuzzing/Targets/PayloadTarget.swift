import JSONText
import PayloadCodec
import RecordEncoding
import TelemetryFixtures
import TelemetryModel

/// From protobuf bytes to every text that dispatchers send: what is read is written in a form that is read as the same
/// record, with and without transforms, and each JSON is JSON.
final class PayloadTarget: FuzzTarget {
    static let name = "payload"
    static let limitBytes = 1500

    /// Datums of each kind of value, and texts that transforms look at.
    static let words: [[UInt8]] =
        [
            [0x0a, 0x02, 0x08, 0x08], [0x0a, 0x04, 0x08, 0x08, 0x12, 0x00],
            [0x0a, 0x06, 0x08, 0x08, 0x12, 0x02, 0x10, 1],
            [0x12, 0x09, 0x29, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f], [0x12, 0x05, 0x25, 0, 0, 0xc0, 0x7f], [0x7b, 0x7c],
            [0x98, 0x06, 0x02], [0x9a, 0x06, 0x01, 0x22], [0x1a, 0x00], [0x1a, 0x02, 0x58, 0x58], [0x20, 0x01],
            [0x12, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0x80, 0xff, 0x22],
            [0xe2, 0x80, 0xa8], [0xed, 0xa0, 0x80],
        ]
        + ["1.5e-7", "(37.4 N, 122.1 W)", "nan", "-inf", "1e400", "true", "<invalid>", "\"\\\u{0}\u{1f}</script>"].map {
            Array($0.utf8)
        }

    static let kinds: [(PayloadKind?, RecordType)] = [
        (.vehicleData, .vehicleData), (.alerts, .alerts), (.errors, .errors), (.connectivity, .connectivity),
        (nil, RecordType(topic: "cust\"om\n")),
    ]

    /// The first byte tells the kind; the second how the record's surroundings look.
    static func seeds() throws -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        for area in Corpus.frameAreas {
            for test in try Corpus.cases(area) {
                guard let payload = test.envelope?.payload, payload.count < 1200, let topic = test.envelope?.topic
                else {
                    continue
                }
                let kind = kinds.firstIndex { $0.1.topic == topic } ?? 4
                seeds.append([UInt8(kind), UInt8(seeds.count & 7)] + payload)
            }
        }
        return seeds
    }

    private var decoder = PayloadDecoder()
    private var writer = PayloadWriter()
    private var standard = PayloadRewriter(mode: .standard)
    private var reference = PayloadRewriter(mode: .reference)
    /// One for many lines, as the file dispatcher has it, so that lines end at every place of the buffer.
    private var lines = JSONWriter(reservingCapacity: 700)

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let (kind, type) = Self.kinds[Int(input.first ?? 0) % Self.kinds.count]
        let odd = input.count > 1 ? input[1] : 0
        let payload = Array(input.dropFirst(2))
        let stamp = stamp(type, odd, payload)
        let txid = odd & 1 == 0 ? Array("tx-1".utf8) : Array(payload.suffix(20))
        guard let record = make(&standard, kind, payload, txid, stamp) else { return false }
        try checkPayload(of: record, kind)
        try checkTexts(of: record, .standard)
        if odd & 4 != 0, let record = make(&reference, kind, payload, txid, stamp) {
            try checkPayload(of: record, kind)
            try checkTexts(of: record, .reference)
        }
        return kind != nil
    }

    /// Texts of the surroundings: mostly plain, sometimes whatever the payload holds.
    private func stamp(_ type: RecordType, _ odd: UInt8, _ payload: [UInt8]) -> RecordStamp {
        let text = odd & 2 == 0 ? nil : String(decoding: payload.prefix(30), as: UTF8.self)
        return RecordStamp(
            source: RecordSource(
                device: DeviceIdentity(vin: VIN(text ?? "5YJ3E1EA7KF000316"), deviceType: "vehicle_device"),
                connection: ConnectionID(loop: 0, slot: 0, generation: 0),
                socketID: "11111111-2222-4333-8444-555555555555",
                clientVersion: text ?? "1.2.0"
            ),
            sequence: 0,
            type: type,
            receivedAt: UnixMilliseconds(rawValue: 1_795_210_443_720)
        )
    }

    private func make(
        _ rewriter: inout PayloadRewriter,
        _ kind: PayloadKind?,
        _ payload: [UInt8],
        _ txid: [UInt8],
        _ stamp: RecordStamp
    ) -> Record? {
        try? rewriter.record(kind, payload.span, txid: txid.span, stamp).record
    }

    // MARK: Payload

    /// A dispatcher that transports bytes, and the spool, show the same record as one that shows its content.
    private func checkPayload(of record: Record, _ kind: PayloadKind?) throws(FuzzFinding) {
        guard kind != nil else { return }
        let payload = Array(record.payload)
        let again: RecordContent
        do throws(PayloadError) {
            again = try decoder.decode(record.type, payload.span)
        } catch {
            throw FuzzFinding("a payload of ours is not read again: \(error)")
        }
        guard writer.bytes(of: again) == payload else {
            throw FuzzFinding("a payload of ours is written differently when it was read")
        }
        let shown = try? RecordJSON.encode(record.content, mode: .standard)
        guard let shown, let shownAgain = try? RecordJSON.encode(again, mode: .standard), shown == shownAgain else {
            throw FuzzFinding("a record means something else after it was written and read")
        }
    }

    // MARK: Texts

    private func checkTexts(of record: Record, _ mode: EncodingMode) throws(FuzzFinding) {
        // In reference mode some have no text, which is an error that dispatchers expect.
        if let json = try? RecordJSON.encode(record.content, payload: record.payload, mode: mode) {
            try check(json, "protojson")
        } else if mode == .standard {
            throw FuzzFinding("a record without protojson")
        }
        try check(FlatJSON.encode(record), "flat JSON")
        for isVerbose in [false, true] {
            let logger = LoggerEncoding(mode: mode, isVerbose: isVerbose)
            let time = Timestamp(seconds: 1_700_000_000, nanos: 5)
            guard let line = try? logger.line(record, .json, time: time) else {
                if mode == .standard { throw FuzzFinding("a record without logger line") }
                continue
            }
            try check(line, "logger line")
            let text = try? logger.line(record, .text, time: time)
            guard let text, !text.contains(0x0a), String(validating: text, as: UTF8.self) != nil else {
                throw FuzzFinding("a text line that is none, of more than one, or not UTF-8")
            }
        }
        let start = lines.count
        FileLine.append(record, mode: mode, to: &lines)
        lines.endLine()
        let line = FileLine.encode(record, mode: mode)
        try check(line, "file line")
        guard lines.count - start == line.count + 1 else {
            throw FuzzFinding("a file line depends on what stands before it in the buffer")
        }
        guard lines.count > 20_000 else { return }
        let text = lines.take()
        // The next buffer begins with another room, so that its end meets lines elsewhere.
        lines = JSONWriter(reservingCapacity: 600 + line.count)
        for line in text.split(separator: 0x0a) { try check(Array(line), "file line among others") }
    }

    private func check(_ json: [UInt8], _ what: String) throws(FuzzFinding) {
        let document: JSONDocument
        do throws(JSONReaderError) {
            document = try JSONReader.read(json)
        } catch {
            throw FuzzFinding("\(what) is no JSON: \(error): \(String(decoding: json, as: UTF8.self))")
        }
        guard document.trailing == nil else { throw FuzzFinding("\(what): text after its end") }
    }
}
