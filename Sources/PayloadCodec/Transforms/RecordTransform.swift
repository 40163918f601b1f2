package import TelemetryModel

/// How faithfully the transforms follow Tesla's own server.
package enum TransformMode: Sendable, Hashable {
    /// Exact: no number loses digits, no text is taken for a number, no position is out of range.
    case standard
    /// As Tesla's server does it, its losses included, for people who depend on them (`"compatibility": "reference"`).
    case reference
}

/// What happens to every record between decoding and dispatching.
///
/// - The VIN is that of the certificate, never that of the payload.
/// - Vehicle data: a position sent as text becomes a `locationValue`; numbers in scientific notation are written out.
/// - Alerts: times that are plainly milliseconds become seconds.
package struct RecordTransform: Sendable {
    private let mode: TransformMode

    package init(mode: TransformMode) {
        self.mode = mode
    }

    /// Changes the content in place.
    ///
    /// - Parameter vin: the certificate's.
    package func apply(to content: inout RecordContent, vin: VIN) {
        // The content is emptied while its value is worked on, so that the value's arrays have one owner and aren't
        // copied.
        switch content {
        case .vehicleData(var data):
            content = .opaque
            apply(to: &data, vin: vin)
            content = .vehicleData(data)
        case .alerts(var alerts):
            content = .opaque
            apply(to: &alerts, vin: vin)
            content = .alerts(alerts)
        case .errors(var errors):
            content = .opaque
            errors.vin = vin.text
            content = .errors(errors)
        case .connectivity(var connectivity):
            content = .opaque
            connectivity.vin = vin.text
            content = .connectivity(connectivity)
        case .metrics(var metrics):
            content = .opaque
            metrics.vin = vin.text
            content = .metrics(metrics)
        case .opaque:
            break
        }
    }

    func apply(to data: inout VehicleData, vin: VIN) {
        data.vin = vin.text
        apply(to: &data.data)
    }

    func apply(to alerts: inout VehicleAlerts, vin: VIN) {
        alerts.vin = vin.text
        for index in alerts.alerts.indices {
            Self.convertMilliseconds(&alerts.alerts[index].startedAt)
            Self.convertMilliseconds(&alerts.alerts[index].endedAt)
        }
    }

    private func apply(to data: inout [Datum]) {
        var hasMetLocation = false
        for index in data.indices {
            guard case .text(let text) = data[index].value else {
                // Only the first datum of the field counts, whatever it holds.
                if data[index].field == .location { hasMetLocation = true }
                continue
            }
            if data[index].field == .location, !hasMetLocation {
                hasMetLocation = true
                if let place = LocationText.read(text, isStrict: mode == .standard) {
                    data[index].value = .location(latitude: place.latitude, longitude: place.longitude)
                    continue
                }
            }
            guard mode == .reference || data[index].field.isNumeric else { continue }
            guard let number = ScientificText(text) else { continue }
            if let written = mode == .reference ? number.roundedAsReference : number.expanded {
                data[index].value = .text(written)
            }
        }
    }

    /// Seconds from here on are milliseconds: as seconds they would lie in the year 11970.
    private static let leastMilliseconds: Int64 = 315_576_000_000

    private static func convertMilliseconds(_ time: inout Timestamp?) {
        guard let milliseconds = time?.seconds, milliseconds >= leastMilliseconds else { return }
        time = Timestamp(seconds: milliseconds / 1000, nanos: Int32(milliseconds % 1000) * 1_000_000)
    }
}
