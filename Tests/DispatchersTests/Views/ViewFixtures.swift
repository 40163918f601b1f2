import Foundation
import JSONText
import PayloadCodec
import RecordEncoding
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import Dispatchers

/// Records and outputs for tests of views.
enum ViewFixtures {
    /// A record as receiving makes it: its payload is the content's.
    static func record(_ data: VehicleData, vin: String = "5YJ3E1EA7LF000001") -> Record {
        var writer = PayloadWriter()
        let content = RecordContent.vehicleData(data)
        return TestRecords.record(1, vin: vin, content: content).showing(content, payload: writer.bytes(of: content))
    }

    static func record(_ data: [Datum]) -> Record {
        record(
            VehicleData(data: data, createdAt: Timestamp(seconds: 1_700_000_000, nanos: 0), vin: "5YJ3E1EA7LF000001")
        )
    }

    static func datum(_ name: String, _ value: SignalValue, unknown: DatumUnknown? = nil) -> Datum {
        Datum(field: Field(name: name) ?? Field(number: -1), value: value, unknown: unknown)
    }

    /// What a view makes of a record; nil when nothing is left.
    static func shown(
        _ record: Record,
        values: ValueSettings? = nil,
        location: LocationSettings? = nil
    ) throws -> Record? {
        guard var view = RecordView(values: values, location: location) else { return record }
        switch view.show(record) {
        case .shown(let shown): return shown
        case .withheld: return nil
        case .unreadable: throw Unreadable()
        }
    }

    struct Unreadable: Error {}

    static func data(_ record: Record?) -> [Datum] {
        guard let record, case .vehicleData(let data) = record.content else { return [] }
        return data.data
    }

    /// Every output that a dispatcher of this build makes of a record, in both modes, base64 taken off.
    static func outputs(_ record: Record) -> [(name: String, bytes: [UInt8])] {
        var outputs: [(String, [UInt8])] = [("payload", Array(record.payload)), ("bytes", record.bytes)]
        for mode in [EncodingMode.standard, .reference] {
            for isVerbose in [false, true] {
                for format in [LoggerEncoding.LineFormat.json, .text] {
                    let encoding = LoggerEncoding(mode: mode, isVerbose: isVerbose)
                    let line = try? encoding.line(record, format, time: Timestamp(seconds: 0, nanos: 0))
                    outputs.append(("logger \(mode) \(isVerbose) \(format)", line ?? []))
                }
            }
            for format in [FileSettings.Format.protojson, .flat, .protobuf] {
                let style = RecordFileStyle(
                    format: format,
                    encodingMode: mode,
                    rotation: FileRotation(),
                    syncsEachBatch: false,
                    directory: ""
                )
                outputs.append(("file \(mode) \(format)", style.line(of: record)))
            }
            for form in [TransmittedForm.payload, .json(mode)] {
                outputs.append(("transmitted \(mode)", Array((try? form.bytes(of: record)) ?? [])))
                for format in HTTPFormat.allCases {
                    let maker = HTTPBodyMaker(
                        format: format,
                        isBatching: false,
                        mode: mode,
                        transmittedForm: form,
                        host: "host",
                        subscription: "projects/p/subscriptions/s"
                    )
                    let body = (try? maker.piece(record)) ?? []
                    outputs.append(("http \(mode) \(format)", body + base64Data(in: body)))
                }
            }
        }
        return outputs
    }

    /// The bytes behind `"data":"…"` of a Pub/Sub message.
    private static func base64Data(in body: [UInt8]) -> [UInt8] {
        let text = String(decoding: body, as: UTF8.self)
        guard let match = text.firstMatch(of: /"data":"([A-Za-z0-9+\/=]+)"/) else { return [] }
        return Array(Data(base64Encoded: String(match.1)) ?? Data())
    }
}

extension RecordFileStyle {
    fileprivate func line(of record: Record) -> [UInt8] {
        var json = JSONWriter()
        append(record, to: &json)
        return json.take()
    }
}
