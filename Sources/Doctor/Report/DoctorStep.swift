/// What is looked at, in the order in which it is told.
package enum DoctorStep: String, Sendable, Hashable, CaseIterable {
    case vehicleFile = "vehicle_config"
    case configuration
    case pair
    case chain
    case names
    case dates
    case strength
    case authorities = "ca"
    case bundle
    case admission
    case machine
    case dns
    case tcp
    case tls
    case leaf
    case clock
    case webSocket = "websocket"
    case record
    case dispatchers
    case spool
    case publicKey = "public_key"

    /// For people.
    package var title: String {
        switch self {
        case .vehicleFile: "Vehicle configuration"
        case .configuration: "Configuration"
        case .pair: "Key and certificate"
        case .chain: "Chain"
        case .names: "Host name in the certificate"
        case .dates: "Dates"
        case .strength: "Key type and purpose"
        case .authorities: "ca of the vehicles"
        case .bundle: "Vehicle CA bundle"
        case .admission: "Who gets in"
        case .machine: "Ports and limits"
        case .dns: "DNS"
        case .tcp: "TCP"
        case .tls: "TLS"
        case .leaf: "Certificate seen outside"
        case .clock: "Clock"
        case .webSocket: "WebSocket"
        case .record: "Simulated record"
        case .dispatchers: "Dispatchers"
        case .spool: "Spool"
        case .publicKey: "Public key of the app"
        }
    }
}

/// How a step went.
package enum DoctorVerdict: String, Sendable, Hashable {
    case ok, warning, problem, skipped
}
