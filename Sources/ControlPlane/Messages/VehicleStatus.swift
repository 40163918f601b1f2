/// A vehicle at one moment, all its connections together.
///
/// Times are milliseconds since 1970-01-01T00:00:00Z. The VIN is not masked, whatever `log.mask_vins` says: only the
/// server's own user and root can ask, and a masked VIN is of no use for an allow list.
package struct VehicleStatus: ControlObject {
    package var vin = ""
    /// Whether it has a connection, or had one so lately that it may be changing networks.
    package var isConnected = false
    /// Since when ``isConnected`` is what it is.
    package var since = 0
    package var networkInterface = ""
    package var clientVersion = ""
    /// Nil when it never sent one.
    package var lastRecordAt: Int?
    /// Nil when it never sent one.
    package var lastRecordType: String?
    package var records = 0
    /// Of the last 60 seconds.
    package var recordsPerMinute = 0
    /// Messages that wait for their ack.
    package var unacknowledged = 0
    package var connections = 0
    /// Of ``connections``, the newest last; at most ``shownConnections``.
    package var sockets: [VehicleConnectionStatus] = []

    /// A vehicle has one or two. Who opens more gets the newest shown.
    package static let shownConnections = 8

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("vin", &vin)
        try members.member("connected", &isConnected)
        try members.member("since_ms", &since)
        try members.member("network_interface", &networkInterface)
        try members.member("client_version", &clientVersion)
        try members.member("last_record_at_ms", &lastRecordAt)
        try members.member("last_record_type", &lastRecordType)
        try members.member("records", &records)
        try members.member("records_per_minute", &recordsPerMinute)
        try members.member("unacknowledged", &unacknowledged)
        try members.member("connections", &connections)
        try members.member("sockets", &sockets)
    }
}

/// One connection of a vehicle.
package struct VehicleConnectionStatus: ControlObject {
    /// Its public name, as in connectivity records and the log.
    package var id = ""
    package var remoteAddress = ""
    package var networkInterface = ""
    package var clientVersion = ""
    package var connectedAt = 0
    package var records = 0
    package var unacknowledged = 0

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("id", &id)
        try members.member("remote_address", &remoteAddress)
        try members.member("network_interface", &networkInterface)
        try members.member("client_version", &clientVersion)
        try members.member("connected_at_ms", &connectedAt)
        try members.member("records", &records)
        try members.member("unacknowledged", &unacknowledged)
    }
}

/// Vehicles in the order of their VINs, as many as fit on a page.
package struct VehiclePage: ControlObject {
    package var protocolVersion = ControlProtocol.version
    package var vehicles: [VehicleStatus] = []
    /// The last VIN of this page when more may follow: ``VehicleQuery/after`` of the next one.
    package var next: String?

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("protocol", &protocolVersion)
        try members.member("vehicles", &vehicles)
        try members.member("next", &next)
    }
}

/// Vehicles that the VIN lists kept out lately, the last one first; at most a thousand.
package struct RefusedVehicles: ControlObject {
    package var protocolVersion = ControlProtocol.version
    package var refused: [RefusedVehicleStatus] = []

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("protocol", &protocolVersion)
        try members.member("refused", &refused)
    }
}

/// A vehicle that was kept out.
package struct RefusedVehicleStatus: ControlObject {
    /// Why, with the words of the metrics.
    package enum Reason: String, ControlValue {
        case denied
        case notAllowed = "not_allowed"
    }

    package var vin = ""
    package var reason = Reason.notAllowed
    package var count = 0
    package var lastAt = 0

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("vin", &vin)
        try members.member("reason", &reason)
        try members.member("count", &count)
        try members.member("last_ms", &lastAt)
    }
}
