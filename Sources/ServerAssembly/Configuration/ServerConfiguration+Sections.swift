package import ConfigurationSchema

extension ServerConfiguration {
    /// Paths of PEM files. The files are opened when the server starts, and again when they change.
    package struct TLS: Configurable, Hashable {
        package var serverCert = ""
        package var serverKey = ""
        package var caFile = ""
        package var teslaCAFile = ""
        package var vehicleCAFile = ""

        /// Nil when it is not set.
        package var vehicleAuthorityPath: String? { vehicleCAFile.isEmpty ? nil : vehicleCAFile }

        package init() {}

        package static let settings: [Setting<Self>] = [
            .path(
                "server_cert",
                \.serverCert,
                mayBeEmpty: false,
                "PEM file with the server's certificate, then its intermediates."
            )
            .required().example("\"/etc/fleet-telemetry/server.pem\""),
            .path("server_key", \.serverKey, mayBeEmpty: false, "PEM file with the private key of server_cert.")
                .required().example("\"/etc/fleet-telemetry/server.key\""),
            .path(
                "ca_file",
                \.caFile,
                "PEM file with certificates that vehicles may be signed by, besides Tesla's."
            ),
            .path(
                "tesla_ca_file",
                \.teslaCAFile,
                "PEM file with Tesla's vehicle CAs, as `fleet-telemetry certs fetch-ca` writes it."
            )
            .example("\"/etc/fleet-telemetry/tesla_ca.pem\""),
            .path(
                "vehicle_ca_file",
                \.vehicleCAFile,
                "What vehicles hold as `ca`: its PEM, or the JSON that they were configured with. A renewed "
                    + "certificate that they would refuse is then kept out, and the log says so."
            ),
        ]
    }

    /// At most `messageLimit` messages per `messageIntervalTime` and vehicle.
    ///
    /// While it is off, any number may stand in it, as in the reference server.
    package struct RateLimit: Configurable, Hashable {
        package var enabled = false
        package var messageLimit = 0
        package var messageIntervalTime = Duration.seconds(60)

        package init() {}

        package static let settings: [Setting<Self>] = [
            .flag("enabled", \.enabled, "Apply the limit. Surplus messages get no ack, so the vehicle resends them."),
            .wholeNumber(
                "message_limit",
                \.messageLimit,
                in: -limitCeiling...limitCeiling,
                "Messages per interval and vehicle; above 0 when enabled."
            ),
            .duration(
                "message_interval_time",
                \.messageIntervalTime,
                unit: .seconds,
                in: seconds,
                "The interval that message_limit counts in; above 0 when enabled."
            ),
            .duration(
                undocumentedInterval,
                \.messageIntervalTime,
                unit: .nanoseconds,
                in: seconds,
                "The interval in nanoseconds."
            )
            .zeroMeansAbsent()
            .legacy("The one interval that the reference server applies, undocumented, in nanoseconds."),
        ]

        /// A Go field without a name of its own for the file. It is read after `message_interval_time` and wins, as
        /// it does in the reference server.
        private static let undocumentedInterval = "MessageIntervalTimeSecond"
        private static let limitCeiling = 1_000_000_000
        /// What may be written.
        private static let seconds = Duration.seconds(-1_000_000_000) ... .seconds(1_000_000_000)
        /// What can be applied.
        private static let intervals = Duration.milliseconds(1) ... .seconds(86_400)

        package func examine(at path: String, _ reader: inout SettingReader) {
            examineRanges(at: path, &reader)
            let seconds = DurationUnit.seconds.text(of: messageIntervalTime)
            let undocumented = "\(path).\(Self.undocumentedInterval)"
            if reader.isGiven(undocumented), !reader.hasFinding(at: undocumented) {
                reader.report(
                    .legacyKey,
                    at: undocumented,
                    severity: .warning,
                    problem: "read as an interval of \(seconds) seconds",
                    reason: "The key is undocumented and in nanoseconds.",
                    remedy: "write \"message_interval_time\": \(seconds)"
                )
                if messageLimit > 0 { return }
            }
            guard enabled, !reader.hasFinding(at: "\(path).message_limit") else { return }
            if messageLimit == 0 {
                reader.report(
                    .missing,
                    at: "\(path).message_limit",
                    problem: "the limit is on, and no number of messages is allowed",
                    reason: "Every message would be refused; the reference server stops each connection with a panic.",
                    remedy: "write \"message_limit\": 1000, or \"enabled\": false",
                    position: reader.positions["\(path).message_limit"] ?? reader.positions[path]
                )
            } else if reader.isGiven("\(path).message_interval_time"),
                !reader.hasFinding(at: "\(path).message_interval_time")
            {
                reader.report(
                    .effectiveHere,
                    at: "\(path).message_interval_time",
                    severity: .warning,
                    problem: "applied here: \(messageLimit) messages per \(seconds) seconds and vehicle",
                    reason: "The reference server ignores the interval, and with it the whole limit.",
                    remedy: "check that no vehicle of yours sends more, or write \"enabled\": false"
                )
            }
        }

        /// A number that cannot be applied is an error where it would be, and worth a word where it is not.
        private func examineRanges(at path: String, _ reader: inout SettingReader) {
            func complain(_ key: String, _ written: String, _ bounds: String, _ reader: inout SettingReader) {
                reader.report(
                    .outOfRange,
                    at: "\(path).\(key)",
                    severity: enabled ? .error : .warning,
                    problem: "\(written) is not in \(bounds)",
                    reason: enabled ? "No limit can be made of it." : "It has no effect while the limit is off.",
                    remedy: "choose a value from \(bounds)" + (enabled ? ", or write \"enabled\": false" : "")
                )
            }
            if messageLimit < 0 { complain("message_limit", "\(messageLimit)", "1 to \(Self.limitCeiling)", &reader) }
            guard !Self.intervals.contains(messageIntervalTime), enabled || messageIntervalTime < .zero else { return }
            let isUndocumented = reader.isGiven("\(path).\(Self.undocumentedInterval)")
            let unit = isUndocumented ? DurationUnit.nanoseconds : .seconds
            let bounds = [Self.intervals.lowerBound, Self.intervals.upperBound].map(unit.text(of:))
            complain(
                isUndocumented ? Self.undocumentedInterval : "message_interval_time",
                "\(unit.text(of: messageIntervalTime)) \(unit.plural)",
                "\(bounds.joined(separator: " to ")) \(unit.plural)",
                &reader
            )
        }
    }

    package struct Log: Configurable, Hashable {
        package var maskVINs = false
        package var suppressTLSHandshakeErrors = false

        package init() {}

        package static let settings: [Setting<Self>] = [
            .flag("mask_vins", \.maskVINs, "Show only the first three and last four characters of a VIN in log lines."),
            .flag(
                "suppress_tls_handshake_errors",
                \.suppressTLSHandshakeErrors,
                "Log no failed TLS handshakes. They are counted all the same."
            )
            .environment("SUPPRESS_TLS_HANDSHAKE_ERROR_LOGGING"),
        ]
    }

    /// Deadlines and limits of a vehicle connection. Zero switches one off where its range allows it.
    package struct Connection: Configurable, Hashable {
        package var handshakeTimeout = Duration.seconds(10)
        package var requestTimeout = Duration.seconds(10)
        package var pingInterval = Duration.seconds(60)
        package var pongTimeout = Duration.seconds(30)
        package var writeTimeout = Duration.seconds(10)
        package var idleTimeout = Duration.zero
        package var closeTimeout = Duration.seconds(2)
        package var maxHandshakes = 2048
        package var handshakesPerSecondPerAddress = 0.0
        package var handshakeBurstPerAddress = 100

        package init() {}

        private static let longest = Duration.seconds(86_400)

        package static let settings: [Setting<Self>] = [
            .duration(
                "handshake_timeout_seconds",
                \.handshakeTimeout,
                unit: .seconds,
                in: .milliseconds(100)...longest,
                "From the TCP connection to the end of the TLS handshake."
            ),
            .duration(
                "request_timeout_seconds",
                \.requestTimeout,
                unit: .seconds,
                in: .milliseconds(100)...longest,
                "From the TLS handshake to the end of the HTTP request."
            ),
            .duration(
                "ping_interval_seconds",
                \.pingInterval,
                unit: .seconds,
                in: .zero...longest,
                "Silence after which the server sends a ping. 0: never."
            ),
            .duration(
                "pong_timeout_seconds",
                \.pongTimeout,
                unit: .seconds,
                in: .milliseconds(100)...longest,
                "From a ping to the close of a connection that stays silent."
            ),
            .duration(
                "write_timeout_seconds",
                \.writeTimeout,
                unit: .seconds,
                in: .milliseconds(100)...longest,
                "How long a vehicle may leave our answers unread, or may take to read them, before it is cut off."
            ),
            .duration(
                "idle_timeout_seconds",
                \.idleTimeout,
                unit: .seconds,
                in: .zero...longest,
                "From a vehicle's last message to the close of its connection. 0: never."
            ),
            .duration(
                "close_timeout_seconds",
                \.closeTimeout,
                unit: .seconds,
                in: .zero ... .seconds(60),
                "How long a vehicle may take to close its end after our goodbye, at a stop of the server, too."
            ),
            .wholeNumber(
                "max_handshakes",
                \.maxHandshakes,
                in: 16...1_000_000,
                "Connections that may be in their TLS handshake or request at the same time. Beyond that the slowest "
                    + "goes, or newcomers wait."
            ),
            .decimal(
                "handshakes_per_second_per_address",
                \.handshakesPerSecondPerAddress,
                in: 0...1_000_000,
                "Handshakes that one IPv4 address or IPv6 /64 may begin per second. 0: any number. Many vehicles may "
                    + "share an address of their mobile network."
            ),
            .wholeNumber(
                "handshake_burst_per_address",
                \.handshakeBurstPerAddress,
                in: 1...1_000_000,
                "Handshakes that one address may begin at once after a rest."
            ),
        ]
    }

    /// Limits of the lane in front of each dispatcher. A full lane stops vehicles from being read, and loses nothing.
    package struct Dispatch: Configurable, Hashable {
        package var maxRecords = 10_000
        package var maxBytes = 64 << 20
        package var unacknowledgedRecordsPerVehicle = 1024
        package var retryInitial = Duration.milliseconds(100)
        package var retryMaximum = Duration.seconds(30)

        package init() {}

        package static let settings: [Setting<Self>] = [
            .wholeNumber("max_records", \.maxRecords, in: 1...100_000_000, "Records that wait for one dispatcher."),
            .wholeNumber(
                "max_bytes",
                \.maxBytes,
                in: 1_000_000...1_099_511_627_776,
                "Bytes of the records that wait for one dispatcher."
            ),
            .wholeNumber(
                "unacknowledged_records_per_vehicle",
                \.unacknowledgedRecordsPerVehicle,
                in: 1...1_000_000,
                "Records of one connection that wait for their ack before the server stops reading from it."
            ),
            .duration(
                "retry_initial_seconds",
                \.retryInitial,
                unit: .seconds,
                in: .milliseconds(1) ... .seconds(3600),
                "The pause after a dispatcher's first failure. It doubles with each further one, with jitter."
            ),
            .duration(
                "retry_max_seconds",
                \.retryMaximum,
                unit: .seconds,
                in: .milliseconds(1) ... .seconds(3600),
                "The longest pause."
            ),
        ]
    }
}

extension FindingCode {
    /// A key of the reference that had no effect there has its documented effect here.
    package static let effectiveHere = FindingCode("effective_here")
}
