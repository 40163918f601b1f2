internal import JSONText
package import TelemetryModel
internal import TextCodec

/// The decoded record in protojson's canonical form: every member present, enum names (numbers when this build
/// doesn't know them), camelCase, 64-bit integers and numbers that are not finite as text, absent messages `null`,
/// moments with 0, 3, 6 or 9 digits below the second. No white space.
///
/// In standard mode the same, and also: unknown field numbers as `"Field_<number>"`; what this build doesn't know
/// of any message as members `"unknown_<number>":"<base64>"` at its end, the value's bytes without tag and length
/// (an array when the number came more than once); moments that protojson can't express as RFC 3339 with more
/// digits of the year (`10000-01-01T00:00:00Z`) and nanoseconds carried over.
///
/// A datum that a dispatcher's view has changed, and that keeps what the vehicle sent, has that as `"raw"` behind its
/// value, in both modes.
///
/// A type that this build doesn't decode is `{"base64":"<payload>"}` in both modes (`differences.md`, 10).
package enum RecordJSON {
    /// - Parameter payload: the payload's bytes; only read for ``RecordContent/opaque``.
    /// - Throws: ``RecordEncodingError/moment(_:path:)`` in reference mode.
    package static func encode(
        _ content: RecordContent,
        payload: ArraySlice<UInt8> = [],
        mode: EncodingMode
    ) throws(RecordEncodingError) -> [UInt8] {
        if mode == .reference { try check(content) }
        var json = JSONWriter(reservingCapacity: capacity(content, payload: payload))
        append(content, payload: payload, mode: mode, to: &json)
        return json.take()
    }

    /// Whether reference mode has a text for the content: what `transmit_decoded_records` needs to know before
    /// the record is accepted. Costs a look at each moment, no text is made.
    ///
    /// - Throws: ``RecordEncodingError/moment(_:path:)``, the first one.
    package static func check(_ content: RecordContent) throws(RecordEncodingError) {
        switch content {
        case .vehicleData(let data):
            try check(data.createdAt, "createdAt")
        case .alerts(let alerts):
            for (index, alert) in alerts.alerts.enumerated() {
                try check(alert.startedAt, "alerts[\(index)].startedAt")
                try check(alert.endedAt, "alerts[\(index)].endedAt")
            }
            try check(alerts.createdAt, "createdAt")
        case .errors(let errors):
            for (index, fault) in errors.errors.enumerated() {
                try check(fault.createdAt, "errors[\(index)].createdAt")
            }
            try check(errors.createdAt, "createdAt")
        case .connectivity(let event):
            try check(event.createdAt, "createdAt")
        case .metrics(let metrics):
            try check(metrics.createdAt, "createdAt")
        case .opaque:
            break
        }
    }

    private static func check(
        _ moment: Timestamp?,
        _ path: @autoclosure () -> String
    ) throws(RecordEncodingError) {
        if let moment, !moment.isValid { throw .moment(moment, path: path()) }
    }

    /// Writes the record as one value; moments that protojson can't express as standard mode does.
    static func append(
        _ content: RecordContent,
        payload: ArraySlice<UInt8>,
        mode: EncodingMode,
        to json: inout JSONWriter
    ) {
        switch content {
        case .vehicleData(let data): append(data, mode: mode, to: &json)
        case .alerts(let alerts): append(alerts, mode: mode, to: &json)
        case .errors(let errors): append(errors, mode: mode, to: &json)
        case .connectivity(let event): append(event, mode: mode, to: &json)
        case .metrics(let metrics): append(metrics, mode: mode, to: &json)
        case .opaque: appendOpaque(payload, to: &json)
        }
    }

    /// The record for those who must have a text of every record: a moment that reference mode can't express is
    /// written as standard mode does.
    static func append(_ record: Record, mode: EncodingMode, to json: inout JSONWriter) {
        let isExpressible = mode == .standard || (try? check(record.content)) != nil
        append(record.content, payload: record.payload, mode: isExpressible ? mode : .standard, to: &json)
    }

    /// ``append(_:mode:to:)`` as a text of its own.
    package static func encode(_ record: Record, mode: EncodingMode) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: capacity(record.content, payload: record.payload))
        append(record, mode: mode, to: &json)
        return json.take()
    }

    /// A guess that makes the buffer grow once at most: an eleventh allocation costs more than spare bytes.
    private static func capacity(_ content: RecordContent, payload: ArraySlice<UInt8>) -> Int {
        switch content {
        case .vehicleData(let data): RenderedNames.shared.longestDatum + 160 + 88 * data.data.count
        case .alerts(let alerts): 160 + 192 * alerts.alerts.count
        case .errors(let errors): 160 + 256 * errors.errors.count
        case .connectivity: 256
        case .metrics(let metrics): 160 + 128 * metrics.metrics.count
        case .opaque: 16 + payload.count / 3 * 4 + 4
        }
    }

    private static func appendOpaque(_ payload: ArraySlice<UInt8>, to json: inout JSONWriter) {
        json.beginObject()
        json.key("base64")
        json.quoted { text in Base64.encode(payload.span) { text.append($0) } }
        json.endObject()
    }
}

extension Record {
    /// The record in protojson, made by the first who asks; see ``RecordJSON``.
    ///
    /// - Parameter mode: must be the same for all calls of one process: the text is kept with the record.
    /// - Throws: ``RecordEncodingError/moment(_:path:)`` in reference mode.
    package func protojson(_ mode: EncodingMode) throws(RecordEncodingError) -> [UInt8] {
        let json = cachedJSON { record in
            (try? RecordJSON.encode(record.content, payload: record.payload, mode: mode)) ?? []
        }
        if json.isEmpty { return try RecordJSON.encode(content, payload: payload, mode: mode) }
        return json
    }

    /// What `transmit_decoded_records` sends: protojson, or the payload's own bytes where this build doesn't
    /// decode the type (`differences.md`, 10).
    ///
    /// - Throws: as ``protojson(_:)``.
    package func transmittedJSON(_ mode: EncodingMode) throws(RecordEncodingError) -> [UInt8] {
        if case .opaque = content { return Array(payload) }
        return try protojson(mode)
    }
}
