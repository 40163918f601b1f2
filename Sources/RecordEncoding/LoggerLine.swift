internal import JSONText
package import TelemetryModel

extension LoggerEncoding {
    /// How lines look: `json_log_enable` in the configuration.
    package enum LineFormat: Sendable, Hashable {
        case json
        case text
    }

    /// The whole line of a record, without line feed, with its keys sorted.
    ///
    /// JSON: `{"activity":true,"context":"fleet-telemetry","data":…,"level":"info","metadata":{…},
    /// "msg":"record_payload","time":"…","vin":"…"}`. Text: `time="…" level=info msg=record_payload activity=true …`
    /// with data and metadata in Go's map syntax, quoted where a character besides letters, digits and `-._/@^+`
    /// occurs.
    ///
    /// - Parameters:
    ///   - time: when the line is written; in UTC, nanoseconds without trailing zeros.
    /// - Throws: ``RecordEncodingError/undecodedType(_:)`` in reference mode; the reference then logs
    ///   `record_logging_error` in place of the record.
    package func line(
        _ record: Record,
        _ format: LineFormat,
        time: Timestamp
    ) throws(RecordEncodingError) -> [UInt8] {
        switch format {
        case .json: try jsonLine(record, time: time)
        case .text: try textLine(record, time: time)
        }
    }

    private func jsonLine(_ record: Record, time: Timestamp) throws(RecordEncodingError) -> [UInt8] {
        var json = JSONWriter(escaping: .html, reservingCapacity: 1024)
        json.beginObject()
        json.member("activity", true)
        json.member("context", "fleet-telemetry")
        json.key("data")
        try append(record, to: &json)
        if includesFindings { FindingsText.append(membersOf: record, to: &json) }
        json.member("level", "info")
        json.key("metadata")
        Self.append(metadataOf: record, to: &json)
        json.member("msg", "record_payload")
        json.key("time")
        json.date(time, fraction: .trimmed)
        json.member("vin", record.vin.text)
        json.endObject()
        return json.take()
    }

    private func textLine(_ record: Record, time: Timestamp) throws(RecordEncodingError) -> [UInt8] {
        var data = GoMapWriter()
        try append(record, to: &data)
        var metadata = GoMapWriter()
        Self.append(metadataOf: record, to: &metadata)

        var line = JSONWriterBuffer(reservingCapacity: 1024)
        line.append("time=\"")
        MomentText.appendDate(time, fraction: .trimmed, to: &line)
        line.append("\" level=info msg=record_payload activity=true context=fleet-telemetry data=")
        GoQuoting.append(data.take(), to: &line)
        if includesFindings, let findings = record.findings {
            var list = GoMapWriter()
            FindingsText.append(findings, to: &list)
            line.append(" findings=")
            GoQuoting.append(list.take(), to: &line)
        }
        line.append(" metadata=")
        GoQuoting.append(metadata.take(), to: &line)
        line.append(" vin=")
        GoQuoting.append(Array(record.vin.text.utf8), to: &line)
        return line.take()
    }

    private static func append(metadataOf record: Record, to output: inout some LoggerOutput) {
        output.beginMap()
        RecordMetadata.forEach(of: record) { (key, text) in
            output.key(key)
            output.text(text)
        }
        output.endMap()
    }
}
