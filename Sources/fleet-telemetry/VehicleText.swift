internal import ControlPlane
internal import JSONText

/// Vehicles for people.
enum VehicleText {
    private static let heads = [
        "VIN", "CONNECTED", "SINCE", "NETWORK", "VERSION", "RECORDS", "PER MINUTE", "UNACKED", "LAST RECORD", "FROM",
    ]

    /// A table of one page; columns of different pages may be of different widths.
    ///
    /// - Parameter now: milliseconds since 1970.
    static func rows(_ vehicles: [VehicleStatus], now: Int, withHeads: Bool) -> String {
        Shown.table((withHeads ? [heads] : []) + vehicles.map { row($0, now) })
    }

    private static func row(_ vehicle: VehicleStatus, _ now: Int) -> [String] {
        let others = vehicle.connections > 1 ? " and \(vehicle.connections - 1) more" : ""
        return [
            Shown.foreign(vehicle.vin), vehicle.isConnected ? "yes" : "no", Shown.time(vehicle.since),
            word(vehicle.networkInterface), word(vehicle.clientVersion), "\(vehicle.records)",
            "\(vehicle.recordsPerMinute)", "\(vehicle.unacknowledged)", last(vehicle, now),
            (vehicle.sockets.last?.remoteAddress ?? "-") + others,
        ]
    }

    private static func word(_ text: String) -> String { text.isEmpty ? "-" : Shown.foreign(text) }

    private static func last(_ vehicle: VehicleStatus, _ now: Int) -> String {
        guard let time = vehicle.lastRecordAt else { return "none" }
        return "\(word(vehicle.lastRecordType ?? "")), \(Shown.duration(Double(now - time) / 1000)) ago"
    }

    /// Everything about one.
    static func detail(_ vehicle: VehicleStatus, now: Int) -> String {
        let state = vehicle.isConnected ? "connected" : "not connected"
        var lines = [
            ["vehicle", Shown.foreign(vehicle.vin)], ["state", "\(state) since \(Shown.time(vehicle.since))"],
            ["network", word(vehicle.networkInterface)], ["client version", word(vehicle.clientVersion)],
            ["records", "\(vehicle.records), \(vehicle.recordsPerMinute) in the last minute"],
            ["last record", last(vehicle, now)], ["unacknowledged", "\(vehicle.unacknowledged)"],
        ]
        lines += vehicle.sockets.map { socket in
            [
                "connection",
                "\(Shown.foreign(socket.id)) from \(socket.remoteAddress) since \(Shown.time(socket.connectedAt)), "
                    + "\(word(socket.networkInterface)), \(socket.records) records, "
                    + "\(socket.unacknowledged) unacknowledged",
            ]
        }
        let hidden = vehicle.connections - vehicle.sockets.count
        if hidden > 0 { lines.append(["", "and \(hidden) older ones"]) }
        return Shown.table(lines)
    }

    /// Refused vehicles, and what to write so that they get in.
    static func refusals(_ refused: [RefusedVehicleStatus], whenNone: String) -> String {
        guard !refused.isEmpty else { return whenNone }
        let rows = refused.map { vehicle in
            [
                Shown.foreign(vehicle.vin), vehicle.reason == .denied ? "denied" : "not allowed",
                "\(vehicle.count) times", "last \(Shown.time(vehicle.lastAt))",
            ]
        }
        var text = "\nrefused by the VIN lists:\n" + Shown.table(rows.map { ["  " + $0[0]] + $0.dropFirst() })
        let unknown = refused.filter { $0.reason == .notAllowed }.map(\.vin)
        if !unknown.isEmpty {
            text += "to let them in, add to \"allow\" of \"vehicles\" in the configuration, or one VIN a line to the "
            text += "allow_file:\n  \(allowLine(unknown))\n"
        }
        if unknown.count < refused.count { text += "denied ones are let in when they leave deny and deny_file\n" }
        return text
    }

    /// `"allow": ["VIN", …]`, as it may stand in the configuration.
    static func allowLine(_ vins: [String]) -> String {
        let names = vins.map { vin in
            var json = JSONWriter()
            json.string(vin)
            return String(decoding: json.take(), as: UTF8.self)
        }
        return "\"allow\": [\(names.joined(separator: ", "))]"
    }
}
