package import JSONText
package import TelemetryModel

/// One line of the `file` dispatcher's format `flat`, a JSON object without depth, for tools that make columns of it:
/// `{"vin","record_type","created_at","received_at",` and one member per field`}`.
///
/// Fields are as in ``FlatJSON``; both moments are RFC 3339 in UTC. Records that are no vehicle data have one member
/// `payload` instead of the fields, with the record as ``RecordJSON`` writes it in standard mode.
package enum FlatLine {
    /// Writes the line, without line feed, behind others.
    ///
    /// - Parameter findings: whether what rules found follows, see ``FindingsText``.
    package static func append(_ record: Record, findings: Bool = false, to json: inout JSONWriter) {
        json.beginObject()
        json.member("vin", record.vin.text)
        json.member("record_type", record.type.topic)
        json.key("created_at")
        if let moment = record.content.createdAt {
            json.quoted { MomentText.appendDate(moment, fraction: .groupsAlways, to: &$0) }
        } else {
            json.null()
        }
        json.key("received_at")
        json.quoted { MomentText.appendDate(Timestamp(record.receivedAt), fraction: .groupsAlways, to: &$0) }
        if case .vehicleData(let data) = record.content {
            FlatJSON.appendMembers(data, to: &json)
        } else {
            json.key("payload")
            RecordJSON.append(record.content, payload: record.payload, mode: .standard, to: &json)
        }
        if findings { FindingsText.append(membersOf: record, to: &json) }
        json.endObject()
    }
}
