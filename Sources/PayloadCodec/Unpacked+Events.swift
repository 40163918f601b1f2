internal import CTelemetryProtos
internal import TelemetryModel

// SAFETY: for all of this file: messages are those that protobuf-c unpacked into the decoder's arena; they are valid
// during `read` of `PayloadDecoder.unpack`. A repeated field has as many members as its count says, none of them null.

extension VehicleAlerts {
    init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleAlerts__VehicleAlerts>,
        vin: inout String
    ) throws(PayloadError) {
        var alerts: [Alert] = []
        alerts.reserveCapacity(message.pointee.n_alerts)
        for index in 0..<message.pointee.n_alerts {
            if let alert = message.pointee.alerts?[index] { alerts.append(try Alert(alert, index: index)) }
        }
        self.init(alerts: alerts)
        createdAt = .unpacked(message.pointee.created_at, unknown: &createdAtUnknown)
        self.vin = try message.pointee.vin.text(likely: &vin, "vin")
        unknown = message.pointee.base.unknown
    }
}

extension VehicleAlerts.Alert {
    // SAFETY: see the head of this file.
    fileprivate init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleAlerts__VehicleAlert>,
        index: Int
    ) throws(PayloadError) {
        self.init(name: try message.pointee.name.text("alerts[\(index)].name"))
        audiences.reserveCapacity(message.pointee.n_audiences)
        for index in 0..<message.pointee.n_audiences {
            if let audience = message.pointee.audiences?[index] {
                audiences.append(Int32(bitPattern: audience.rawValue))
            }
        }
        startedAt = .unpacked(message.pointee.started_at, unknown: &startedAtUnknown)
        endedAt = .unpacked(message.pointee.ended_at, unknown: &endedAtUnknown)
        unknown = message.pointee.base.unknown
    }
}

extension VehicleErrors {
    // SAFETY: see the head of this file.
    init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleError__VehicleErrors>,
        vin: inout String
    ) throws(PayloadError) {
        var errors: [Fault] = []
        errors.reserveCapacity(message.pointee.n_errors)
        for index in 0..<message.pointee.n_errors {
            if let error = message.pointee.errors?[index] { errors.append(try Fault(error, index: index)) }
        }
        self.init(errors: errors)
        createdAt = .unpacked(message.pointee.created_at, unknown: &createdAtUnknown)
        self.vin = try message.pointee.vin.text(likely: &vin, "vin")
        unknown = message.pointee.base.unknown
    }
}

extension VehicleErrors.Fault {
    // SAFETY: see the head of this file.
    fileprivate init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleError__VehicleError>,
        index: Int
    ) throws(PayloadError) {
        self.init(name: try message.pointee.name.text("errors[\(index)].name"))
        var map = TagMap()
        for place in 0..<message.pointee.n_tags {
            guard let tag = message.pointee.tags?[place] else { continue }
            let key = try tag.pointee.key.text("errors[\(index)].tags[\(place)].key")
            map.set(key, try tag.pointee.value.text("errors[\(index)].tags[\(place)].value"))
        }
        tags = map.tags
        createdAt = .unpacked(message.pointee.created_at, unknown: &createdAtUnknown)
        body = try message.pointee.body.text("errors[\(index)].body")
        unknown = message.pointee.base.unknown
    }
}

extension VehicleConnectivity {
    // SAFETY: see the head of this file.
    init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleConnectivity__VehicleConnectivity>,
        vin: inout String
    ) throws(PayloadError) {
        self.init(
            vin: try message.pointee.vin.text(likely: &vin, "vin"),
            connectionID: try message.pointee.connection_id.text("connection_id"),
            status: Status(number: Int32(bitPattern: message.pointee.status.rawValue)),
            createdAt: nil,
            networkInterface: try message.pointee.network_interface.text("network_interface"),
            unknown: message.pointee.base.unknown
        )
        createdAt = .unpacked(message.pointee.created_at, unknown: &createdAtUnknown)
    }
}

extension VehicleMetrics {
    // SAFETY: see the head of this file.
    init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleMetrics__VehicleMetrics>,
        vin: inout String
    ) throws(PayloadError) {
        var metrics: [Metric] = []
        metrics.reserveCapacity(message.pointee.n_metrics)
        for index in 0..<message.pointee.n_metrics {
            if let metric = message.pointee.metrics?[index] { metrics.append(try Metric(metric, index: index)) }
        }
        self.init(metrics: metrics)
        createdAt = .unpacked(message.pointee.created_at, unknown: &createdAtUnknown)
        self.vin = try message.pointee.vin.text(likely: &vin, "vin")
        unknown = message.pointee.base.unknown
    }
}

extension VehicleMetrics.Metric {
    // SAFETY: see the head of this file.
    fileprivate init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleMetrics__Metric>,
        index: Int
    ) throws(PayloadError) {
        self.init(name: try message.pointee.name.text("metrics[\(index)].name"), value: message.pointee.value)
        var map = TagMap()
        for place in 0..<message.pointee.n_tags {
            guard let tag = message.pointee.tags?[place] else { continue }
            let key = try tag.pointee.key.text("metrics[\(index)].tags[\(place)].key")
            map.set(key, try tag.pointee.value.text("metrics[\(index)].tags[\(place)].value"))
        }
        tags = map.tags
        unknown = message.pointee.base.unknown
    }
}

/// A protobuf map in the order of the wire: an equal key replaces the value of the first.
///
/// Keys are equal when their bytes are; Swift's `==` would also join texts that only look the same.
private struct TagMap {
    private(set) var tags: [Tag] = []
    /// Where each key stands; only kept once there are enough tags that searching them would take long.
    private var places: [[UInt8]: Int] = [:]

    mutating func set(_ key: String, _ value: String) {
        if let place = place(of: key) {
            tags[place].value = value
            return
        }
        tags.append(Tag(key: key, value: value))
        if !places.isEmpty {
            places[Array(key.utf8)] = tags.count - 1
        } else if tags.count > 16 {
            for (place, tag) in tags.enumerated() { places[Array(tag.key.utf8)] = place }
        }
    }

    private func place(of key: String) -> Int? {
        guard places.isEmpty else { return places[Array(key.utf8)] }
        return tags.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
    }
}
