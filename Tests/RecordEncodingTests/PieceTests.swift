import JSONText
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import RecordEncoding

@Suite struct PieceTests {
    @Test func `pieces of every length are written whole`() {
        let texts = (0...140).map { String(repeating: "x", count: $0) + "\($0)" }
        let pieces = Pieces(texts)
        for (index, text) in texts.enumerated() {
            var json = JSONWriter(reservingCapacity: 0)
            json.beginArray()
            json.open(pieces.all[index], of: pieces)
            json.number(1)
            json.open(pieces.all[index], of: pieces)
            json.attach(pieces.all[index], of: pieces)
            json.number(2)
            #expect(String(decoding: json.bytes, as: UTF8.self) == "[\(text)1,\(text)\(text)2")
        }
    }
}

/// What most data are is written in one go; whatever stands beside them, each datum is written as it is alone.
@Suite struct PlainDataTests {
    private static let pool: [SignalValue] = [
        .double(34.797), .double(1e-9), .double(.nan), .double(65.27110478217547), .float(71.25), .float(.infinity),
        .int(-7), .long(1 << 60), .boolean(true), .boolean(false), .text(""), .text("ok"), .text("\"\n"), .text("é€😀"),
        .text(String(repeating: "x", count: 127)), .text(String(repeating: "y", count: 300)), .absent, .empty,
        .choice(.shiftState, number: 2), .choice(.shiftState, number: 999), .choice(ChoiceKind(tag: 99), number: 1),
        .location(latitude: -37.4126, longitude: 122.145867), .location(latitude: .nan, longitude: 0),
        .invalid(true), .doors([.driverFront]), .tires([.rearLeft]), .time(hour: 1, minute: 2, second: 3),
    ]

    private func text(_ data: [Datum], _ mode: EncodingMode) throws -> String {
        let content = RecordContent.vehicleData(
            VehicleData(data: data, createdAt: Timestamp(seconds: 1, nanos: 0), vin: "v")
        )
        return String(decoding: try RecordJSON.encode(content, mode: mode), as: UTF8.self)
    }

    private func list(_ data: [Datum], _ mode: EncodingMode) throws -> String {
        let whole = try text(data, mode)
        let end = #"],"createdAt":"1970-01-01T00:00:01Z","vin":"v","isResend":false}"#
        #expect(whole.hasPrefix(#"{"data":["#) && whole.hasSuffix(end), "\(whole)")
        return String(whole.dropFirst(#"{"data":["#.count).dropLast(end.count))
    }

    @Test func `a datum looks the same alone and among others`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededRandom(seed: seed)
        for mode in [EncodingMode.reference, .standard] {
            for count in Array(0...12) + [100, 1000] {
                let data = (0..<count).map { _ in
                    Datum(
                        field: Field(number: [4, 8, 21, 9_999].randomElement(using: &generator)!),
                        value: Self.pool.randomElement(using: &generator)!
                    )
                }
                let alone = try data.map { try list([$0], mode) }
                #expect(try list(data, mode) == alone.joined(separator: ","), "seed \(seed)")
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func `data end up the same whatever room the buffer happens to have left`() throws {
        let data = [SignalValue.int(1), .doors([.trunkRear]), .float(2.5), .double(3), .invalid(true), .text("ok")]
            .map { Datum(field: .soc, value: $0) }
        let content = RecordContent.vehicleData(VehicleData(data: data, createdAt: nil, vin: "v"))
        let expected = String(decoding: try RecordJSON.encode(content, mode: .standard), as: UTF8.self)
        for room in 0..<4 * RenderedNames.shared.longestDatum {
            var json = JSONWriter(reservingCapacity: room)
            RecordJSON.append(content, payload: [], mode: .standard, to: &json)
            #expect(String(decoding: json.take(), as: UTF8.self) == expected, "room for \(room) bytes")
        }
    }

    @Test func `a file line is escaped where it must be, and holds the record's JSON`() throws {
        for odd in ["", "plain", "a\"b", "\u{1}", "é", String(repeating: "z", count: 200)] {
            let data = VehicleData(data: [Datum(field: .soc, value: .int(1))], createdAt: nil, vin: odd)
            let record = Records.record(
                .vehicleData(data),
                type: RecordType(topic: "V" + odd),
                vin: odd,
                txid: Array(odd.utf8),
                clientVersion: odd
            )
            func quoted(_ text: String) -> String {
                var json = JSONWriter()
                json.string(text)
                return String(decoding: json.take(), as: UTF8.self)
            }
            let payload = String(decoding: try record.protojson(.standard), as: UTF8.self)
            #expect(payload.contains(#""vin":"# + quoted(odd)))
            #expect(
                String(decoding: FileLine.encode(record, mode: .standard), as: UTF8.self)
                    == #"{"vin":\#(quoted(odd)),"record_type":\#(quoted("V" + odd)),"txid":\#(quoted(odd)),"#
                    + #""received_at":1795210443720,"device_client_version":\#(quoted(odd)),"payload":\#(payload)}"#
            )
        }
    }
}
