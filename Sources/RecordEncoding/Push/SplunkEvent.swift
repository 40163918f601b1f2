internal import JSONText
package import TelemetryModel

/// The record as Splunk's HTTP Event Collector takes it, and as Teslemetry's third webhook format sends it:
/// `{"time":1708737795.9836073,"host":"…","source":"LRW3…","event":{"VehicleSpeed":"34.797"}}`.
///
/// `time` is the record's own moment in seconds, exact; `source` is the VIN. Of vehicle data the event is the map of
/// ``FlatJSON``, of other records what ``RecordJSON`` makes of them in standard mode.
///
/// Source: Splunk, "Format events for HTTP Event Collector".
package enum SplunkEvent {
    /// - Parameter host: the name of the machine that sends.
    package static func encode(_ record: Record, host: String) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 512)
        json.beginObject()
        json.key("time")
        json.raw { MomentText.appendSeconds(record.moment, fraction: .trimmed, to: &$0) }
        json.member("host", host)
        json.member("source", record.vin.text)
        json.key("event")
        if case .vehicleData(let data) = record.content {
            FlatJSON.append(data, to: &json)
        } else {
            RecordJSON.append(record, mode: .standard, to: &json)
        }
        json.endObject()
        return json.take()
    }
}
