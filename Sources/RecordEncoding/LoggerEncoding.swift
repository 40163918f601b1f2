internal import JSONText
package import TelemetryModel

/// What the logger says of a record: the `data` of its lines, and the lines themselves.
///
/// In reference mode exactly what the reference writes, except that numbers which are not finite are the texts
/// `"NaN"`, `"Infinity"`, `"-Infinity"` and no line is lost (`differences.md`, 9). In standard mode everything is shown
/// (11, 12):
/// - several data of one field: the field's value is the list of their values, in the order they came;
/// - fields without a name: `Field_<number>`;
/// - `charging_value` like any enum; a value that isn't there `null`; a `Value` without a member `{}`;
/// - `invalid: false` as `{"invalid":false}`, `true` as `"<invalid>"`;
/// - what this build doesn't know as `unknown_<number>` with the bytes in base64, as ``RecordJSON`` has it; beside a
///   known value, which then stands under `value` unless verbose mode names it anyway;
/// - moments with their fractions: 3, 6 or 9 digits unless it is 0;
/// - types that this build doesn't decode as `{"base64":"…"}`, metrics as a list like errors.
package struct LoggerEncoding: Sendable, Hashable {
    package let mode: EncodingMode
    /// Whether each value of vehicle data stands in an object that names its type.
    package let isVerbose: Bool
    /// Whether lines tell what rules found in the record.
    package let includesFindings: Bool

    package init(mode: EncodingMode, isVerbose: Bool = false, includesFindings: Bool = false) {
        self.mode = mode
        self.isVerbose = isVerbose
        self.includesFindings = includesFindings
    }

    /// The `data` of a line, as JSON.
    ///
    /// - Throws: ``RecordEncodingError/undecodedType(_:)`` in reference mode.
    package func data(_ record: Record) throws(RecordEncodingError) -> [UInt8] {
        var json = JSONWriter(escaping: .html)
        try append(record, to: &json)
        return json.take()
    }

    func append(_ record: Record, to output: inout some LoggerOutput) throws(RecordEncodingError) {
        switch record.content {
        case .vehicleData(let data):
            LoggerVehicleData(data, self).append(to: &output)
        case .alerts(let alerts):
            append(alerts, to: &output)
        case .errors(let errors):
            append(errors, to: &output)
        case .connectivity(let event):
            append(event, to: &output)
        case .metrics(let metrics):
            if mode == .reference { throw .undecodedType(record.type) }
            append(metrics, to: &output)
        case .opaque:
            if mode == .reference { throw .undecodedType(record.type) }
            output.beginMap()
            output.key("base64")
            output.base64(record.payload)
            output.endMap()
        }
    }
}

extension LoggerEncoding {
    private func append(_ alerts: VehicleAlerts, to output: inout some LoggerOutput) {
        output.beginList()
        for alert in alerts.alerts {
            output.beginMap()
            output.key("Audiences")
            if alert.audiences.isEmpty {
                output.absentList()
            } else {
                output.beginList()
                for audience in alert.audiences { output.text(AlertAudience.name(audience) ?? "\(audience)") }
                output.endList()
            }
            append(second: "EndedAt", alert.endedAt, to: &output)
            output.key("Name")
            output.text(alert.name)
            append(second: "StartedAt", alert.startedAt, to: &output)
            append(unknown: alert.unknown, to: &output)
            output.endMap()
        }
        output.endList()
    }

    private func append(_ errors: VehicleErrors, to output: inout some LoggerOutput) {
        output.beginList()
        for fault in errors.errors {
            output.beginMap()
            output.key("Body")
            output.text(fault.body)
            append(second: "CreatedAt", fault.createdAt, to: &output)
            output.key("Name")
            output.text(fault.name)
            append(fault.tags, to: &output)
            append(unknown: fault.unknown, to: &output)
            output.endMap()
        }
        output.endList()
    }

    private func append(_ event: VehicleConnectivity, to output: inout some LoggerOutput) {
        output.beginMap()
        output.key("ConnectionID")
        output.text(event.connectionID)
        append(second: "CreatedAt", event.createdAt ?? Timestamp(seconds: 0, nanos: 0), to: &output)
        output.key("NetworkInterface")
        output.text(event.networkInterface)
        output.key("Status")
        output.text(event.status.name ?? "\(event.status.number)")
        output.key("Vin")
        output.text(event.vin)
        append(unknown: event.unknown, to: &output)
        output.endMap()
    }

    private func append(_ metrics: VehicleMetrics, to output: inout some LoggerOutput) {
        output.beginList()
        for metric in metrics.metrics {
            output.beginMap()
            output.key("Name")
            output.text(metric.name)
            append(metric.tags, to: &output)
            output.key("Value")
            output.number(metric.value)
            append(unknown: metric.unknown, to: &output)
            output.endMap()
        }
        output.endList()
    }

    private func append(_ tags: [Tag], to output: inout some LoggerOutput) {
        output.key("Tags")
        guard !tags.isEmpty else {
            output.absentMap()
            return
        }
        output.beginMap()
        for tag in tags.sortedByKey {
            output.key(tag.key)
            output.text(tag.value)
        }
        output.endMap()
    }

    private func append(second name: String, _ moment: Timestamp?, to output: inout some LoggerOutput) {
        guard let moment else { return }
        output.key(name)
        switch mode {
        // Go takes the seconds alone, without a look at the nanoseconds.
        case .reference: output.number(moment.seconds)
        case .standard: output.seconds(moment, fraction: .groups)
        }
    }

    /// What this build doesn't know of a message, as its last members; nothing in reference mode.
    func append(unknown fields: UnknownFields, to output: inout some LoggerOutput) {
        guard mode == .standard, !fields.isEmpty else { return }
        for member in UnknownMember.all(in: fields) {
            output.key(member.name)
            if member.values.count > 1 { output.beginList() }
            for value in member.values { output.base64(value) }
            if member.values.count > 1 { output.endList() }
        }
    }
}
