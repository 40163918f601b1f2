internal import HTTPClient
internal import RecordEncoding
internal import TelemetryModel

/// What a request's body looks like; `HTTP.md` shows each.
package enum HTTPFormat: String, CaseIterable, Sendable {
    /// One record in protojson: the first of Teslemetry's webhook formats.
    case protojson
    /// One record as a map of plain values: the second.
    case teslemetry
    /// Events for Splunk's HTTP Event Collector: the third.
    case splunk
    /// One record as Google Pub/Sub pushes it.
    case pubsubPush = "pubsub_push"
    /// Events of CloudEvents 1.0 with their attributes in the body.
    case cloudEvents = "cloudevents"
    /// One event of CloudEvents 1.0 with its attributes in headers.
    case cloudEventsBinary = "cloudevents_binary"
    /// A line of JSON for each record, as the dispatcher `file` writes them.
    case ndjson
    /// The same lines as the elements of one array.
    case jsonArray = "json_array"

    /// Whether a request may hold several records.
    package var holdsSeveral: Bool {
        switch self {
        case .splunk, .cloudEvents, .ndjson, .jsonArray: true
        case .protojson, .teslemetry, .pubsubPush, .cloudEventsBinary: false
        }
    }

    /// How many records a request holds when the configuration doesn't say. A receiver of CloudEvents must ask for
    /// batches.
    package var usualRecordLimit: Int { holdsSeveral && self != .cloudEvents ? 100 : 1 }
}

/// Makes bodies of one format.
struct HTTPBodyMaker: Sendable {
    let format: HTTPFormat
    /// Whether requests hold lists, also those with one record.
    let isBatching: Bool
    let mode: EncodingMode
    let transmittedForm: TransmittedForm
    /// The name of this machine.
    let host: String
    let subscription: String
    var includesFindings = false

    /// One record's part of a body.
    func piece(_ record: Record) throws(RecordEncodingError) -> [UInt8] {
        let piece = try self.piece(without: record)
        guard includesFindings else { return piece }
        return switch format {
        case .protojson, .teslemetry, .ndjson, .jsonArray: FindingsText.insert(membersOf: record, into: piece)
        // The event, or the data, ends with the piece.
        case .splunk, .cloudEvents: FindingsText.insert(membersOf: record, into: piece, depth: 1)
        case .cloudEventsBinary:
            if case .opaque = record.content { piece } else { FindingsText.insert(membersOf: record, into: piece) }
        case .pubsubPush: piece
        }
    }

    /// The same without findings, but for those that are no part of the record.
    private func piece(without record: Record) throws(RecordEncodingError) -> [UInt8] {
        switch format {
        case .protojson: RecordJSON.encode(record, mode: mode)
        case .teslemetry: FlatJSON.encode(record)
        case .splunk: SplunkEvent.encode(record, host: host)
        case .pubsubPush:
            try PubSubPush.encode(
                record,
                form: transmittedForm,
                messageID: RecordKey(record).number,
                subscription: subscription,
                findings: includesFindings
            )
        case .cloudEvents: CloudEvent.encode(record, id: RecordKey.eventID(of: record), mode: mode)
        case .cloudEventsBinary: CloudEvent.data(of: record, mode: mode)
        case .ndjson, .jsonArray: FileLine.encode(record, mode: mode)
        }
    }

    /// Bytes that a piece takes beside its own.
    static let separatorBytes = 1

    /// The body of a request with these records; with none of them, what an endpoint can be tried with.
    func body(_ pieces: [[UInt8]]) -> [UInt8] {
        switch format {
        case .ndjson: return pieces.flatMap { $0 + [UInt8(ascii: "\n")] }
        case .splunk: return Array(pieces.joined(separator: [UInt8(ascii: "\n")]))
        case .jsonArray: return array(pieces)
        case .cloudEvents where isBatching: return array(pieces)
        default: return pieces.first ?? []
        }
    }

    private func array(_ pieces: [[UInt8]]) -> [UInt8] {
        [UInt8(ascii: "[")] + pieces.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    }

    /// Content-Type, and whatever else the format puts into headers.
    func headers(of record: Record?) -> [HTTPCall.Header] {
        switch format {
        case .ndjson: return [.init("Content-Type", "application/x-ndjson")]
        case .cloudEvents:
            return [.init("Content-Type", "application/cloudevents\(isBatching ? "-batch" : "")+json")]
        case .cloudEventsBinary:
            guard let record else { return [] }
            return CloudEvent.headers(record, id: RecordKey.eventID(of: record)).map { .init($0.name, $0.value) }
        default: return [.init("Content-Type", "application/json")]
        }
    }
}
