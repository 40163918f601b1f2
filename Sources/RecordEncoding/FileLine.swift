internal import JSONText
package import TelemetryModel

/// One line of the `file` dispatcher, a JSON object without line feed:
/// `{"vin","record_type","txid","received_at","device_client_version","payload"}`.
///
/// `received_at` is in milliseconds since 1970 by the server's clock; `payload` is the record as
/// ``TelemetryModel/Record/protojson(_:)`` writes it, `{"base64":"…"}` for types that this build doesn't decode. A
/// moment that reference mode can't express is written as standard mode does, so that every record has a line.
package enum FileLine {
    package static func encode(_ record: Record, mode: EncodingMode) -> [UInt8] {
        let payload = (try? record.protojson(mode)) ?? standard(record)
        var json = JSONWriter(reservingCapacity: payload.count + 256)
        json.beginObject()
        json.member("vin", record.vin.text)
        json.member("record_type", record.type.topic)
        json.key("txid")
        json.string(utf8: record.txid)
        json.member("received_at", record.receivedAt.rawValue)
        json.member("device_client_version", record.source.clientVersion)
        json.key("payload")
        json.raw(payload)
        json.endObject()
        return json.take()
    }

    private static func standard(_ record: Record) -> [UInt8] {
        var json = JSONWriter()
        RecordJSON.append(record.content, payload: record.payload, mode: .standard, to: &json)
        return json.take()
    }
}
