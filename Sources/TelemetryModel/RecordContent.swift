/// What a payload says, free of protobuf. Made by the payload codec, read by rules and dispatchers.
package enum RecordContent: Sendable, Hashable {
    case vehicleData(VehicleData)
    case alerts(VehicleAlerts)
    case errors(VehicleErrors)
    case connectivity(VehicleConnectivity)
    case metrics(VehicleMetrics)
    /// A type this build does not decode. The payload bytes still travel.
    case opaque

    /// When the sender says that it was; nil when it doesn't, or nobody can read it.
    package var createdAt: Timestamp? {
        switch self {
        case .vehicleData(let data): data.createdAt
        case .alerts(let alerts): alerts.createdAt
        case .errors(let errors): errors.createdAt
        case .connectivity(let event): event.createdAt
        case .metrics(let metrics): metrics.createdAt
        case .opaque: nil
        }
    }
}

/// Field numbers that this build does not know, as they stood on the wire: whole tags with their values.
///
/// Empty almost always; an empty array allocates nothing. Those of a timestamp stand beside it, in the message that
/// holds it, so that a ``Timestamp`` stays two numbers.
package typealias UnknownFields = [UInt8]

/// `telemetry.vehicle_data.Payload`.
package struct VehicleData: Sendable, Hashable {
    package var data: [Datum]
    package var createdAt: Timestamp?
    package var vin: String
    /// The vehicle's resend mark.
    package var isResend: Bool
    package var unknown: UnknownFields
    package var createdAtUnknown: UnknownFields = []

    package init(
        data: [Datum],
        createdAt: Timestamp? = nil,
        vin: String = "",
        isResend: Bool = false,
        unknown: UnknownFields = []
    ) {
        self.data = data
        self.createdAt = createdAt
        self.vin = vin
        self.isResend = isResend
        self.unknown = unknown
    }
}

/// `telemetry.vehicle_alerts.VehicleAlerts`.
package struct VehicleAlerts: Sendable, Hashable {
    package struct Alert: Sendable, Hashable {
        package var name: String
        /// Numbers of `Audience`: 1 customer, 2 service, 3 service fix; newer ones may come.
        package var audiences: [Int32]
        package var startedAt: Timestamp?
        /// Absent while the alert is active.
        package var endedAt: Timestamp?
        package var unknown: UnknownFields
        package var startedAtUnknown: UnknownFields = []
        package var endedAtUnknown: UnknownFields = []

        package init(
            name: String,
            audiences: [Int32] = [],
            startedAt: Timestamp? = nil,
            endedAt: Timestamp? = nil,
            unknown: UnknownFields = []
        ) {
            self.name = name
            self.audiences = audiences
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.unknown = unknown
        }
    }

    package var alerts: [Alert]
    package var createdAt: Timestamp?
    package var vin: String
    package var unknown: UnknownFields
    package var createdAtUnknown: UnknownFields = []

    package init(alerts: [Alert], createdAt: Timestamp? = nil, vin: String = "", unknown: UnknownFields = []) {
        self.alerts = alerts
        self.createdAt = createdAt
        self.vin = vin
        self.unknown = unknown
    }
}

/// One member of a protobuf map, in the order of the wire with the last of equal keys winning.
package struct Tag: Sendable, Hashable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// `telemetry.vehicle_error.VehicleErrors`.
package struct VehicleErrors: Sendable, Hashable {
    package struct Fault: Sendable, Hashable {
        package var createdAt: Timestamp?
        package var name: String
        package var tags: [Tag]
        package var body: String
        package var unknown: UnknownFields
        package var createdAtUnknown: UnknownFields = []

        package init(
            createdAt: Timestamp? = nil,
            name: String,
            tags: [Tag] = [],
            body: String = "",
            unknown: UnknownFields = []
        ) {
            self.createdAt = createdAt
            self.name = name
            self.tags = tags
            self.body = body
            self.unknown = unknown
        }
    }

    package var errors: [Fault]
    package var createdAt: Timestamp?
    package var vin: String
    package var unknown: UnknownFields
    package var createdAtUnknown: UnknownFields = []

    package init(errors: [Fault], createdAt: Timestamp? = nil, vin: String = "", unknown: UnknownFields = []) {
        self.errors = errors
        self.createdAt = createdAt
        self.vin = vin
        self.unknown = unknown
    }
}

/// `telemetry.vehicle_connectivity.VehicleConnectivity`.
package struct VehicleConnectivity: Sendable, Hashable {
    /// `ConnectivityEvent`: an open set, because vehicles may send the topic themselves.
    package struct Status: Sendable, Hashable {
        package var number: Int32

        package init(number: Int32) {
            self.number = number
        }

        package static let unknown = Status(number: 0)
        package static let connected = Status(number: 1)
        package static let disconnected = Status(number: 2)
    }

    package var vin: String
    package var connectionID: String
    package var status: Status
    package var createdAt: Timestamp?
    package var networkInterface: String
    package var unknown: UnknownFields
    package var createdAtUnknown: UnknownFields = []

    package init(
        vin: String,
        connectionID: String,
        status: Status,
        createdAt: Timestamp?,
        networkInterface: String = "",
        unknown: UnknownFields = []
    ) {
        self.vin = vin
        self.connectionID = connectionID
        self.status = status
        self.createdAt = createdAt
        self.networkInterface = networkInterface
        self.unknown = unknown
    }
}

/// `telemetry.vehicle_metrics.VehicleMetrics`.
package struct VehicleMetrics: Sendable, Hashable {
    package struct Metric: Sendable, Hashable {
        package var name: String
        package var tags: [Tag]
        package var value: Double
        package var unknown: UnknownFields

        package init(name: String, tags: [Tag] = [], value: Double = 0, unknown: UnknownFields = []) {
            self.name = name
            self.tags = tags
            self.value = value
            self.unknown = unknown
        }
    }

    package var metrics: [Metric]
    package var createdAt: Timestamp?
    package var vin: String
    package var unknown: UnknownFields
    package var createdAtUnknown: UnknownFields = []

    package init(metrics: [Metric], createdAt: Timestamp? = nil, vin: String = "", unknown: UnknownFields = []) {
        self.metrics = metrics
        self.createdAt = createdAt
        self.vin = vin
        self.unknown = unknown
    }
}
