internal import JSONText
package import TelemetryModel
internal import TextCodec

/// The record as an event of CloudEvents 1.0: type `fleet-telemetry.V` (or another record type), source
/// `/vehicles/<VIN>`, subject the VIN, time the record's own moment, data the record as ``RecordJSON`` writes it, or
/// the payload's bytes for types that this build doesn't decode.
///
/// Source: github.com/cloudevents/spec, JSON format and HTTP binding.
package enum CloudEvent {
    /// Structured mode: attributes and data in one JSON object.
    ///
    /// - Parameter id: unique among the events of the vehicle, and the same whenever the record is sent.
    package static func encode(_ record: Record, id: String, mode: EncodingMode) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 1024)
        json.beginObject()
        json.member("specversion", "1.0")
        json.member("id", id)
        json.member("source", source(of: record))
        json.member("type", type(of: record))
        json.key("time")
        json.quoted { MomentText.appendDate(record.moment, fraction: .groups, to: &$0) }
        json.member("subject", record.vin.text)
        if case .opaque = record.content {
            json.member("datacontenttype", contentType(of: record))
            json.key("data_base64")
            json.quoted { text in Base64.encode(record.payload.span) { text.append($0) } }
        } else {
            json.member("datacontenttype", contentType(of: record))
            json.key("data")
            RecordJSON.append(record, mode: mode, to: &json)
        }
        json.endObject()
        return json.take()
    }

    /// Binary mode: the headers beside ``data(of:mode:)``, Content-Type included.
    package static func headers(_ record: Record, id: String) -> [(name: String, value: String)] {
        var time = JSONWriter()
        time.raw { MomentText.appendDate(record.moment, fraction: .groups, to: &$0) }
        return [
            ("Content-Type", contentType(of: record)),
            ("ce-specversion", "1.0"),
            ("ce-id", headerValue(id)),
            ("ce-source", headerValue(source(of: record))),
            ("ce-type", headerValue(type(of: record))),
            ("ce-time", String(decoding: time.take(), as: UTF8.self)),
            ("ce-subject", headerValue(record.vin.text)),
        ]
    }

    /// Binary mode: the body.
    package static func data(of record: Record, mode: EncodingMode) -> [UInt8] {
        if case .opaque = record.content { return Array(record.payload) }
        return RecordJSON.encode(record, mode: mode)
    }

    private static func contentType(of record: Record) -> String {
        if case .opaque = record.content { "application/octet-stream" } else { "application/json" }
    }

    private static func type(of record: Record) -> String { "fleet-telemetry.\(record.type.topic)" }

    /// A reference by its path; VINs come from certificates and may hold anything.
    private static func source(of record: Record) -> String {
        "/vehicles/" + escaped(record.vin.text) { isUnreserved($0) }
    }

    /// As the HTTP binding wants attributes: blanks, quotes, percent signs and what is beyond ASCII percent-encoded.
    private static func headerValue(_ text: String) -> String {
        escaped(text) { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "%") }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func escaped(_ text: String, keeping isKept: (UInt8) -> Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isKept(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
