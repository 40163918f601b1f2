internal import JSONText
internal import TelemetryModel
internal import TextCodec

extension RecordJSON {
    static func append(_ alerts: VehicleAlerts, mode: EncodingMode, to json: inout JSONWriter) {
        json.beginObject()
        json.key("alerts")
        json.beginArray()
        for alert in alerts.alerts {
            json.beginObject()
            json.member("name", alert.name)
            json.key("audiences")
            json.beginArray()
            for audience in alert.audiences {
                if let name = AlertAudience.name(audience) { json.string(name) } else { json.number(audience) }
            }
            json.endArray()
            appendMoment("startedAt", alert.startedAt, to: &json)
            appendMoment("endedAt", alert.endedAt, to: &json)
            append(unknown: alert.unknown, mode: mode, to: &json)
            json.endObject()
        }
        json.endArray()
        appendMoment("createdAt", alerts.createdAt, to: &json)
        json.member("vin", alerts.vin)
        append(unknown: alerts.unknown, mode: mode, to: &json)
        json.endObject()
    }

    static func append(_ errors: VehicleErrors, mode: EncodingMode, to json: inout JSONWriter) {
        json.beginObject()
        json.key("errors")
        json.beginArray()
        for fault in errors.errors {
            json.beginObject()
            appendMoment("createdAt", fault.createdAt, to: &json)
            json.member("name", fault.name)
            appendTags(fault.tags, to: &json)
            json.member("body", fault.body)
            append(unknown: fault.unknown, mode: mode, to: &json)
            json.endObject()
        }
        json.endArray()
        appendMoment("createdAt", errors.createdAt, to: &json)
        json.member("vin", errors.vin)
        append(unknown: errors.unknown, mode: mode, to: &json)
        json.endObject()
    }

    static func append(_ event: VehicleConnectivity, mode: EncodingMode, to json: inout JSONWriter) {
        json.beginObject()
        json.member("vin", event.vin)
        json.member("connectionId", event.connectionID)
        json.key("status")
        if let name = event.status.name { json.string(name) } else { json.number(event.status.number) }
        appendMoment("createdAt", event.createdAt, to: &json)
        json.member("networkInterface", event.networkInterface)
        append(unknown: event.unknown, mode: mode, to: &json)
        json.endObject()
    }

    static func append(_ metrics: VehicleMetrics, mode: EncodingMode, to json: inout JSONWriter) {
        json.beginObject()
        json.key("metrics")
        json.beginArray()
        for metric in metrics.metrics {
            json.beginObject()
            json.member("name", metric.name)
            appendTags(metric.tags, to: &json)
            json.member("value", metric.value)
            append(unknown: metric.unknown, mode: mode, to: &json)
            json.endObject()
        }
        json.endArray()
        appendMoment("createdAt", metrics.createdAt, to: &json)
        json.member("vin", metrics.vin)
        append(unknown: metrics.unknown, mode: mode, to: &json)
        json.endObject()
    }

    /// A map; its keys in the order of their bytes, as protojson writes them.
    private static func appendTags(_ tags: [Tag], to json: inout JSONWriter) {
        json.key("tags")
        json.beginObject()
        for tag in tags.sortedByKey { json.member(tag.key, tag.value) }
        json.endObject()
    }

    static func appendMoment(_ name: String, _ moment: Timestamp?, to json: inout JSONWriter) {
        json.key(name)
        append(moment, to: &json)
    }

    static func append(_ moment: Timestamp?, to json: inout JSONWriter) {
        if let moment {
            json.quoted { MomentText.appendDate(moment, fraction: .groups, to: &$0) }
        } else {
            json.null()
        }
    }

    /// What this build doesn't know of a message, as its last members; nothing in reference mode.
    static func append(unknown fields: UnknownFields, mode: EncodingMode, to json: inout JSONWriter) {
        guard mode == .standard, !fields.isEmpty else { return }
        for member in UnknownMember.all(in: fields) {
            json.key(member.name)
            if member.values.count > 1 { json.beginArray() }
            for value in member.values { json.quoted { text in Base64.encode(value.span) { text.append($0) } } }
            if member.values.count > 1 { json.endArray() }
        }
    }
}

extension [Tag] {
    /// By the bytes of their keys, which is how Go sorts maps.
    var sortedByKey: [Tag] {
        count < 2 ? self : sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
