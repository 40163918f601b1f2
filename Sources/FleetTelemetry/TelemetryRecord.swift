internal import RecordEncoding
internal import TelemetryModel

/// One message of one vehicle, verified, decoded, and never changed again.
///
/// Cheap to copy: copies share one record. What is decoded or encoded on demand says so.
public struct TelemetryRecord: Sendable {
    let record: Record
    let mode: EncodingMode
    var showsFindings = true

    /// A signal with its value.
    public struct Datum: Sendable, Hashable {
        /// The field's name, e.g. `VehicleSpeed`; `Field_<number>` for fields newer than this build.
        public let field: String
        /// Tesla's number of the field.
        public let number: Int
        /// In the kind that the vehicle sent, or as the section `values` of `queue` in the configuration wants it.
        public let value: TelemetryValue
        /// What the vehicle sent, where `values` has changed it and `keep_raw` keeps it; else nil.
        public let raw: TelemetryValue?
    }

    /// The vehicle, by its certificate: never by what a payload claims.
    public var vin: String { record.vin.text }

    /// What the record is about.
    public var type: RecordType { RecordType(rawValue: record.type.topic) }

    /// The vehicle's own name for the message. A message that is sent again has the same one.
    public var txid: String { record.txidText }

    /// When the last byte came in, by this machine's clock; whole milliseconds.
    public var receivedAt: Moment { Moment(record.receivedAt) }

    /// When the vehicle made the record, by its clock; nil when it did not say.
    public var createdAt: Moment? {
        record.content.createdAt.map { Moment($0) }
    }

    /// Whether the vehicle says that it sends the data again. It may come again without this mark, too.
    public var isResend: Bool {
        guard case .vehicleData(let data) = record.content else { return false }
        return data.isResend
    }

    /// Version of the vehicle's telemetry client, e.g. `1.1.0`; empty before 1.0.0.
    public var clientVersion: String { record.source.clientVersion }

    /// How the vehicle is online, e.g. `wifi` or `cellular`; empty when it does not say.
    public var networkInterface: String { record.source.networkInterface }

    /// Names the connection that the record came by, as connectivity records do.
    public var connectionID: String { record.source.socketID }

    /// The signals of ``RecordType/vehicleData``, in the vehicle's order; empty for other types. Made on each call.
    public var data: [Datum] {
        guard case .vehicleData(let data) = record.content else { return [] }
        return data.data.map { datum in
            Datum(
                field: datum.field.name ?? "Field_\(datum.field.number)",
                number: Int(datum.field.number),
                value: TelemetryValue(datum.value),
                raw: datum.unknown?.asSent.map { TelemetryValue($0) }
            )
        }
    }

    /// The value of a field, e.g. `record["VehicleSpeed"]?.number`; nil when the record does not hold the field.
    ///
    /// A vehicle sends a field only when its value has changed.
    public subscript(field: String) -> TelemetryValue? {
        guard case .vehicleData(let data) = record.content, let field = Field(name: field) else { return nil }
        return data.data.last { $0.field == field }.map { TelemetryValue($0.value) }
    }

    /// A rule of the configuration's `validation` that the record, or one of its signals, broke.
    public struct Finding: Sendable, Hashable {
        /// The rule, e.g. `out_of_range`.
        public let rule: String
        /// The signal, e.g. `VehicleSpeed`; nil when it is about the whole record.
        public let field: String?
        /// What was done: `observed` or, for a signal that is not in ``TelemetryRecord/data`` any more, `stripped`.
        public let outcome: String
    }

    /// What the rules of the configuration's `validation` found, at most 32; empty when they found nothing.
    ///
    /// A dispatcher of yours always sees them, a ``RecordStream`` with `"queue": {"include_findings": true}`.
    public var findings: [Finding] {
        guard showsFindings, let findings = record.findings else { return [] }
        return findings.list.map { finding in
            Finding(
                rule: finding.rule.name,
                field: finding.field.map { $0.name ?? "Field_\($0.number)" },
                outcome: finding.outcome.name
            )
        }
    }

    /// The protobuf bytes after the server's transforms (the VIN set): what brokers transport.
    public var payload: [UInt8] { Array(record.payload) }

    /// The payload as protojson, as Tesla's server writes it: `{"data":[{"key":"VehicleSpeed",…`. Made by the first who
    /// asks. A type that this build does not decode is `{"base64":"…"}`.
    public var json: String {
        guard let bytes = try? record.protojson(mode) else {
            // Reference mode has no text for an impossible moment; the standard one has.
            return String(decoding: (try? RecordJSON.encode(record.content, mode: .standard)) ?? [], as: UTF8.self)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The whole record in one line of JSON, as the dispatcher `file` writes it:
    /// `{"vin","record_type","txid","received_at","device_client_version","payload"}`. Made on each call.
    public var jsonLine: String { String(decoding: FileLine.encode(record, mode: mode), as: UTF8.self) }
}
