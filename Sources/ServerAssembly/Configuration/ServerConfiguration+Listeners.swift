internal import ConfigurationSchema

/// What the server listens on, and whose signals it counts.
extension ServerConfiguration {
    /// One address and port that this configuration listens on.
    package struct Listener: Sendable, Hashable {
        /// The setting that gives the port.
        package let path: String
        /// The setting that gives the address.
        package let hostPath: String
        /// Empty for all addresses.
        package let host: String
        package let port: Int

        /// Whether both cannot be bound at the same time, as far as texts can tell.
        package func overlaps(_ other: Listener) -> Bool {
            port == other.port && (host == other.host || host.isEmpty || other.host.isEmpty)
        }
    }

    /// Everything that the server will listen on, in the order it is opened.
    package var listeners: [Listener] {
        func listener(_ path: String, _ hostPath: String, _ host: String, _ port: Int) -> Listener? {
            let isWildcard = ["", "0.0.0.0", "::", "*", "[::]"].contains(host)
            return port == 0
                ? nil : Listener(path: path, hostPath: hostPath, host: isWildcard ? "" : host, port: port)
        }
        var list = [
            listener("port", "host", host, port), listener("status_port", "status_host", statusHost, statusPort),
            listener(
                "monitoring.prometheus_metrics_port",
                "monitoring.prometheus_metrics_host",
                monitoring.prometheusMetricsHost,
                monitoring.prometheusMetricsPort
            ),
        ]
        if let zmq, records.values.joined().contains("zmq"), zmq.addr.hasPrefix("tcp://"),
            let address = HostAndPort(String(zmq.addr.dropFirst(6)))
        {
            list.append(listener("zmq.addr", "zmq.addr", address.host, address.port))
        }
        return list.compactMap(\.self)
    }

    func examinePorts(_ reader: inout SettingReader) {
        let listeners = listeners
        for (index, listener) in listeners.enumerated() {
            guard let earlier = listeners[..<index].first(where: { $0.overlaps(listener) }) else { continue }
            reader.report(
                .portConflict,
                at: listener.path,
                problem: "port \(listener.port) is taken by \"\(earlier.path)\"",
                reason: "Only one of the two can listen on it.",
                remedy: "choose another port"
            )
        }
        if statusPort != 0, !reader.isGiven("status_host") {
            reader.report(
                .unusual,
                at: "status_port",
                severity: .warning,
                problem: "open on all addresses of the machine, without TLS",
                reason: "The reference does the same, and health probes may need it.",
                remedy: "write \"status_host\": \"127.0.0.1\", or \"\" for all addresses if that is meant"
            )
        }
    }

    func examineSignalTracking(_ reader: inout SettingReader) {
        let vins = vinsSignalTrackingEnabled
        let path = "vins_signal_tracking_enabled"
        guard !vins.isEmpty else { return }
        reader.report(
            .effectiveHere,
            at: path,
            severity: .warning,
            problem: "signals of these VINs are counted in every message",
            reason: "The reference server counts them only in messages above the rate limit.",
            remedy: "nothing, if that is meant"
        )
        for (index, vin) in vins.enumerated() where vins[..<index].contains(vin) {
            reader.report(
                .unusual,
                at: "\(path)[\(index)]",
                severity: .warning,
                problem: "\"\(vin.prefix(40))\" is listed twice",
                reason: "A VIN is counted once.",
                remedy: "remove one"
            )
        }
    }
}
