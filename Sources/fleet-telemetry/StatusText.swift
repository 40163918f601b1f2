internal import ControlPlane

/// A server's status for people.
enum StatusText {
    static func text(of status: ServerStatus) -> String {
        let process = status.process
        let readiness = status.readiness.isReady ? "ready" : "NOT READY"
        var text = "\(Program.name) \(process.version), process \(process.id), up "
        text += "\(Shown.duration(process.uptimeSeconds)), \(readiness)\n"
        text += list("not ready because of", status.readiness.failing)
        text += list("warnings", status.warnings)
        text += "\n" + Shown.table(rows(of: status))
        text += "\n" + Shown.table([heads] + status.dispatchers.map(row))
        return text
    }

    private static func list(_ title: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "\(title):\n" + lines.map { "  \(Shown.foreign($0))\n" }.joined()
    }

    private static func rows(of status: ServerStatus) -> [[String]] {
        var rows: [[String]] = []
        if !status.process.configuration.isEmpty { rows.append(["configuration", status.process.configuration]) }
        rows += status.listeners.map { ["listens", "\($0.name) \($0.address)"] }
        rows += certificates(status.certificates)
        rows += connections(status.connections)
        rows.append(
            ["handshakes", "\(status.handshakes.succeeded) succeeded\(reasons("failed", status.handshakes.failed))"]
        )
        let records = status.records
        rows.append([
            "records",
            "\(records.received) received\(reasons("", records.byType)), \(Shown.bytes(records.payloadBytes)); "
                + "\(Shown.tenths(records.perSecond))/s now, "
                + "\(Shown.tenths(records.perSecondSinceStart))/s since the start"
                + (records.duplicates > 0 ? "; \(records.duplicates) sent again" : ""),
        ])
        let acks = status.acks
        rows.append([
            "acks",
            "\(acks.sent) sent, \(Shown.tenths(acks.perSecond))/s now; \(acks.withheld) withheld, \(acks.late) late",
        ])
        if let spool = status.spool { rows.append(["spool", spoolLine(spool)]) }
        let process = status.process
        let limit = process.descriptorLimit > 0 ? " of \(process.descriptorLimit)" : ""
        rows.append([
            "process",
            "\(Shown.bytes(process.residentBytes)) of memory, \(Shown.tenths(process.cpuSeconds)) s of CPU time, "
                + "\(process.openDescriptors)\(limit) descriptors",
        ])
        return rows
    }

    private static func certificates(_ certificates: CertificatesStatus) -> [[String]] {
        var rows: [[String]] = []
        if let end = certificates.server { rows.append(["certificate", "\(ending(end)): \(end.subject)"]) }
        if let end = certificates.authority {
            let ended = certificates.endedAuthorities
            rows.append([
                "vehicle CAs",
                "\(certificates.authorities)\(ended > 0 ? ", \(ended) ended" : ""); the next "
                    + "\(ending(end)): \(end.subject)",
            ])
        }
        return rows
    }

    private static func ending(_ end: CertificateEnd) -> String {
        end.daysLeft < 0
            ? "ended \(-end.daysLeft) days ago" : "ends in \(end.daysLeft) days (\(Shown.time(end.notAfter)))"
    }

    private static func connections(_ connections: ConnectionsStatus) -> [[String]] {
        let vehicles = connections.vehicles == 1 ? "vehicle" : "vehicles"
        var line = "\(connections.open) open of \(connections.limit), \(connections.vehicles) \(vehicles) connected; "
        line += "\(connections.opened) opened, \(connections.closed) closed"
        line += reasons("refused", connections.refused)
        line += reasons("HTTP", connections.refusedRequests)
        line += reasons("by the VIN lists", connections.refusedVehicles)
        return [["connections", line]]
    }

    private static func reasons(_ title: String, _ counts: [ReasonCount]) -> String {
        guard !counts.isEmpty else { return "" }
        let list = counts.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
        return title.isEmpty ? " (\(list))" : "; \(title): \(list)"
    }

    private static func spoolLine(_ spool: SpoolUse) -> String {
        let use = "\(Shown.tenths(spool.percent)) % of \(Shown.bytes(spool.maximumBytes)) in \(spool.segments) segments"
        let oldest = spool.oldestSeconds > 0 ? ", oldest undelivered \(Shown.duration(spool.oldestSeconds))" : ""
        return "\(use)\(oldest), \(spool.directory)\(spool.hasRoom ? "" : ", NO ROOM")"
    }

    // MARK: Dispatchers

    private static let heads = ["DISPATCHER", "RECORDS", "BYTES", "LAG", "DELIVERED", "STATE"]

    private static func row(_ dispatcher: DispatcherStatus) -> [String] {
        var state = dispatcher.state.rawValue
        if let since = dispatcher.since { state += " since \(Shown.time(since))" }
        if dispatcher.attempts > 0 { state += ", \(dispatcher.attempts) attempts" }
        if dispatcher.isFull { state += ", full" }
        if dispatcher.isSpooled { state += ", behind the spool" }
        return [
            // Bytes in the spool are not counted by dispatcher. The failure stands in the lists above.
            dispatcher.name, "\(dispatcher.records)", dispatcher.isSpooled ? "-" : Shown.bytes(dispatcher.bytes),
            Shown.duration(dispatcher.lagSeconds), "\(dispatcher.delivered)", state,
        ]
    }
}
