internal import JSONText
package import TelemetryModel
internal import TextCodec

/// The record as Google Pub/Sub pushes a message to a subscriber's endpoint, so that such an endpoint works without
/// Google: `{"message":{"attributes":{…},"data":"…","messageId":"…","message_id":"…","orderingKey":"LRW3…",
/// "publishTime":"…","publish_time":"…"},"subscription":"projects/…/subscriptions/…"}`.
///
/// Attributes are ``RecordMetadata``, as the reference publishes them. The time of publishing is when the record was
/// received, so that a record that is sent again is the same message.
///
/// Source: cloud.google.com/pubsub/docs/push.
package enum PubSubPush {
    /// - Parameters:
    ///   - form: what `data` holds, in base64.
    ///   - messageID: digits; the same whenever the record is sent.
    ///   - subscription: `projects/P/subscriptions/S`.
    ///   - findings: whether what rules found is an attribute, the list of ``FindingsText`` as text.
    /// - Throws: as ``TransmittedForm/bytes(of:)``.
    package static func encode(
        _ record: Record,
        form: TransmittedForm,
        messageID: String,
        subscription: String,
        findings: Bool = false
    ) throws(RecordEncodingError) -> [UInt8] {
        let data = try form.bytes(of: record)
        var json = JSONWriter(reservingCapacity: 640 + data.count / 3 * 4)
        json.beginObject()
        json.key("message")
        json.beginObject()
        json.key("attributes")
        json.beginObject()
        RecordMetadata.forEach(of: record) { json.member($0, $1) }
        if findings, let found = record.findings { json.member("findings", FindingsText.json(found)) }
        json.endObject()
        json.key("data")
        json.quoted { text in Base64.encode(data.span) { text.append($0) } }
        json.member("messageId", messageID)
        json.member("message_id", messageID)
        json.member("orderingKey", record.vin.text)
        for name in ["publishTime", "publish_time"] {
            json.key(name)
            json.quoted { MomentText.appendDate(Timestamp(record.receivedAt), fraction: .groupsAlways, to: &$0) }
        }
        json.endObject()
        json.member("subscription", subscription)
        json.endObject()
        return json.take()
    }
}
