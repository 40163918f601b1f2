internal import ControlPlane

/// What of a status somebody should look at, in words.
enum StatusWarnings {
    /// When a certificate is worth a word, and a limit is near.
    private static let days = 21
    private static let nearPercent = 80.0

    static func of(_ status: ServerStatus) -> [String] {
        status.readiness.notices + certificates(status.certificates) + limits(status) + vehicles(status.connections)
            + dispatchers(status)
    }

    private static func certificates(_ certificates: CertificatesStatus) -> [String] {
        var warnings: [String] = []
        if let server = certificates.server, server.daysLeft < days {
            warnings.append(
                "tls.server_cert: \(server.subject) \(ending(server)); renew it, or no vehicle connects any more"
            )
        }
        if let authority = certificates.authority, authority.daysLeft < days {
            warnings.append(
                "vehicle CA \(authority.subject) \(ending(authority)); vehicles with certificates of it are refused "
                    + "then: get a newer bundle, or remove it"
            )
        }
        return warnings
    }

    private static func ending(_ end: CertificateEnd) -> String {
        end.daysLeft < 0 ? "ended \(-end.daysLeft) days ago" : "ends in \(end.daysLeft) days"
    }

    private static func limits(_ status: ServerStatus) -> [String] {
        var warnings: [String] = []
        let connections = status.connections
        if isNear(connections.open, connections.limit) {
            warnings.append("\(connections.open) of \(connections.limit) connections are in use; raise max_connections")
        }
        let process = status.process
        if isNear(process.openDescriptors, process.descriptorLimit) {
            warnings.append(
                "\(process.openDescriptors) of \(process.descriptorLimit) descriptors are open; raise LimitNOFILE"
            )
        }
        if let spool = status.spool, spool.percent >= nearPercent {
            warnings.append(
                "the spool is \(Int(spool.percent)) % full; see which dispatcher is behind, or raise spool.max_bytes"
            )
        }
        return warnings
    }

    private static func isNear(_ value: Int, _ limit: Int) -> Bool {
        limit > 0 && Double(value) >= Double(limit) / 100 * nearPercent
    }

    private static func vehicles(_ connections: ConnectionsStatus) -> [String] {
        let refused = connections.refusedVehicles.reduce(0) { $0 + $1.count }
        guard refused > 0 else { return [] }
        return [
            "vehicles were refused \(refused) times by the VIN lists; 'fleet-telemetry vehicles --refused' names them"
        ]
    }

    /// Those that keep the server from being ready are told there already.
    private static func dispatchers(_ status: ServerStatus) -> [String] {
        status.dispatchers.filter { $0.state == .retrying && $0.isSpooled }.map { dispatcher in
            "\(dispatcher.name): failing, \(dispatcher.attempts) attempts (\(dispatcher.failure ?? "")); "
                + "the spool keeps its records"
        }
    }
}
