import Foundation
import JSONText
import PayloadCodec
import RecordEncoding
import TelemetryFixtures
import TelemetryModel
import Testing

/// A record that the reference dispatched, with what it made of it.
struct CorpusRecord: CustomTestStringConvertible {
    var name: String
    var record: Record
    /// Nil when the reference couldn't express the record as protojson.
    var decodedJSON: String?
    /// The `data` of its log line, exact; nil when it wrote none.
    var plainData: String?
    var verboseData: String?

    var testDescription: String { name }

    /// All of one area, in order; records without a recorded payload (the large ones) are left out.
    static func all(_ area: String) throws -> [CorpusRecord] {
        try Corpus.cases(area).flatMap { test in
            let plain = lines(test.logger)
            let verbose = test.logger_verbose.map { lines($0) } ?? plain
            return try test.dispatched.enumerated().compactMap { (index, dispatched) -> CorpusRecord? in
                guard let payload = dispatched.payload else { return nil }
                return CorpusRecord(
                    name: "\(area)/\(test.name)[\(index)]",
                    record: try Records.decoded(dispatched.record_type, payload, vin: test.client_cn),
                    decodedJSON: dispatched.decoded_json,
                    plainData: index < plain.count ? plain[index] : nil,
                    verboseData: index < verbose.count ? verbose[index] : nil
                )
            }
        }
    }

    private static func lines(_ lines: [CorpusCase.LogLine]?) -> [String] {
        (lines ?? []).filter { $0.msg == "record_payload" }.compactMap(\.data_json)
    }
}

enum Records {
    static let vin = "5YJ3E1EA7KF000316"

    static func decoded(_ topic: String, _ payload: [UInt8], vin: String) throws -> Record {
        var decoder = PayloadDecoder()
        let type = RecordType(topic: topic)
        return record(try decoder.decode(type, payload.span), type: type, payload: payload, vin: vin)
    }

    static func record(
        _ content: RecordContent,
        type: RecordType = .vehicleData,
        payload: [UInt8] = [],
        vin: String = vin,
        txid: [UInt8] = Array("tx-1".utf8),
        clientVersion: String = "1.2.0"
    ) -> Record {
        Record(
            source: RecordSource(
                device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
                connection: ConnectionID(loop: 0, slot: 0, generation: 0),
                socketID: "11111111-2222-4333-8444-555555555555",
                clientVersion: clientVersion
            ),
            sequence: 0,
            type: type,
            receivedAt: UnixMilliseconds(rawValue: 1_795_210_443_720),
            content: content,
            payload: payload,
            txid: txid
        )
    }

    /// Vehicle data with a known moment.
    static func data(_ data: [Datum], createdAt: Timestamp? = moment, unknown: [UInt8] = []) -> RecordContent {
        .vehicleData(VehicleData(data: data, createdAt: createdAt, vin: vin, unknown: unknown))
    }

    static let moment = Timestamp(seconds: 1_700_000_000, nanos: 123_456_789)

    static func datum(_ field: Field, _ value: SignalValue, _ unknown: DatumUnknown? = nil) -> Datum {
        Datum(field: field, value: value, unknown: unknown)
    }
}

/// The same JSON without white space: numbers and the order of members as they stand.
func compact(_ json: String) throws -> String { compact(try JSONReader.read(json).root) }

func compact(_ value: JSONValue) -> String {
    var writer = JSONWriter()
    append(value, to: &writer)
    return String(decoding: writer.take(), as: UTF8.self)
}

private func append(_ value: JSONValue, to json: inout JSONWriter) {
    switch value.content {
    case .object(let members):
        json.beginObject()
        for member in members {
            json.key(member.name)
            append(member.value, to: &json)
        }
        json.endObject()
    case .array(let elements):
        json.beginArray()
        for element in elements { append(element, to: &json) }
        json.endArray()
    case .text(let text): json.string(text)
    case .number(let number): json.raw(Array(number.utf8))
    case .flag(let flag): json.boolean(flag)
    case .null: json.null()
    }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
