package import JSONText
package import TelemetryModel

/// One line of the `file` dispatcher, a JSON object:
/// `{"vin","record_type","txid","received_at","device_client_version","payload"}`.
///
/// `received_at` is in milliseconds since 1970 by the server's clock; `payload` is the record as ``RecordJSON`` writes
/// it, `{"base64":"…"}` for types that this build doesn't decode. A moment that reference mode can't express is written
/// as standard mode does, so that every record has a line. Where findings of rules are asked for, the members of
/// ``FindingsText`` follow.
package enum FileLine {
    /// The line without line feed.
    package static func encode(_ record: Record, mode: EncodingMode, findings: Bool = false) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 1024)
        append(record, mode: mode, findings: findings, to: &json)
        return json.take()
    }

    /// Writes the line, without line feed, behind others. The record's JSON is made in place: to keep it with the
    /// record, as ``TelemetryModel/Record/protojson(_:)`` does, costs more than to make it again.
    package static func append(
        _ record: Record,
        mode: EncodingMode,
        findings: Bool = false,
        to json: inout JSONWriter
    ) {
        if !appendPlainHead(record, to: &json) {
            json.beginObject()
            json.member("vin", record.vin.text)
            json.member("record_type", record.type.topic)
            json.key("txid")
            json.string(utf8: record.txid)
            json.member("received_at", record.receivedAt.rawValue)
            json.member("device_client_version", record.source.clientVersion)
            json.key("payload")
        }
        RecordJSON.append(record, mode: mode, to: &json)
        if findings { FindingsText.append(membersOf: record, to: &json) }
        json.endObject()
    }

    /// Writes everything before the payload, if nothing in it needs an escape.
    ///
    /// - Returns: whether it did; else nothing has been written.
    private static func appendPlainHead(_ record: Record, to json: inout JSONWriter) -> Bool {
        let names = RenderedNames.shared
        let vin = record.vin.text.utf8.span
        let type = record.type.topic.utf8.span
        let bytes = record.txid
        let txid = bytes.span
        let version = record.source.clientVersion.utf8.span
        var isPlain = true
        json.write(atMost: 192 + vin.count + type.count + txid.count + version.count) { (room, start, needsComma) in
            isPlain = false
            var place = names.write(.lineVIN, to: &room, at: start)
            guard let end = JSONWriter.write(clean: vin, .plain, to: &room, at: place) else { return start }
            place = names.write(.lineType, to: &room, at: end)
            guard let end = JSONWriter.write(clean: type, .plain, to: &room, at: place) else { return start }
            place = names.write(.lineTxid, to: &room, at: end)
            guard let end = JSONWriter.write(cleanASCII: txid, .plain, to: &room, at: place) else { return start }
            place = names.write(.lineReceivedAt, to: &room, at: end)
            place = NumberText.write(record.receivedAt.rawValue, to: &room, at: place)
            place = names.write(.lineVersion, to: &room, at: place)
            guard let end = JSONWriter.write(clean: version, .plain, to: &room, at: place) else { return start }
            isPlain = true
            needsComma = false
            return names.write(.linePayload, to: &room, at: end)
        }
        return isPlain
    }
}
