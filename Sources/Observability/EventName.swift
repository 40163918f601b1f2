package import Symptoms

/// The name of one kind of event with the level that it is logged at.
package struct EventName: Sendable, Hashable {
    package let text: String
    package let level: LogLevel
    /// Whether a peer can cause it at will, so that ``Log/observe(_:_:)`` limits it.
    package let isLimited: Bool
    /// What `fleet-telemetry explain` knows it as: the field `code` of its lines, unless they bring a better one.
    package let symptom: SymptomCode?

    package init(_ text: String, _ level: LogLevel, isLimited: Bool = false, _ symptom: SymptomCode? = nil) {
        self.text = text
        self.level = level
        self.isLimited = isLimited
        self.symptom = symptom
    }
}

// MARK: Names of the reference server, with its levels (protocol.md, section 10)
//
// Those of its names that stand for something which cannot happen here, or which a line above tells as well, are
// not here: the list of differences says so.

extension EventName {
    /// Vehicles are served from now on: address, compatibility, records.
    package static let startingServer = EventName("starting_server", .info)
    /// The status port is open: address.
    package static let statusServerConfigured = EventName("status_server_configured", .info)
    /// `tls.ca_file` was added to the trusted certificates: ca_file, certificates. The misspelling is the
    /// reference's.
    package static let customCAFileAppended = EventName("custom_ca_file_appened", .info)
    /// Neither Prometheus nor StatsD is configured.
    package static let skippingMetrics = EventName("config_skipping_empty_metrics_provider", .info)
    /// StatsD is sent to: host, prefix, period.
    package static let newStatsDClient = EventName("new_statsd_client", .info)
    /// A vehicle is connected: network_interface, txid, method, path, user_agent.
    package static let socketConnected = EventName("socket_connected", .info)
    /// It is gone: payload bytes per record type and in total, duration_sec, reason.
    package static let socketDisconnected = EventName("socket_disconnected", .info)
    /// The server was told to stop: connections.
    package static let attemptingToClose = EventName("attempting_to_close", .info)
    /// The server has stopped: left, the records that vehicles keep because no dispatcher took them.
    package static let stoppedServer = EventName("stopped_server", .info)
    /// A certificate gives no identity: issuer, subject, reason.
    package static let extractSenderIDError = EventName(
        "extract_sender_id_err",
        .error,
        isLimited: true,
        .issuerProvesNoVehicle
    )
    /// A record whose sender is not the one of the certificate.
    package static let unexpectedSenderID = EventName("unexpected_sender_id", .error, isLimited: true, .senderMismatch)
    /// A message that is no valid record; answered with an error.
    package static let unexpectedRecord = EventName("unexpected_record", .error, isLimited: true, .recordUnreadable)
    /// An envelope that carries no stream message.
    package static let unknownMessageType = EventName(
        "unknown_message_type_error",
        .error,
        isLimited: true,
        .recordUnreadable
    )
    /// No CONNECTED record could be made. The misspelling is the reference's.
    package static let connectivityRegistrationError =
        EventName("connectivity_registeration_error", .error, isLimited: true, .connectivityUnusable)
    /// No DISCONNECTED record could be made. The misspelling is the reference's.
    package static let connectivityDeregistrationError =
        EventName("connectivity_deregisteration_error", .error, isLimited: true, .connectivityUnusable)
    /// A vehicle sends more than its limit allows.
    package static let rateLimitExceeded = EventName("rate_limit_exceeded", .error, isLimited: true, .rateLimited)
    /// A vehicle's connection broke.
    package static let socketError = EventName("socket_err", .error, isLimited: true, .webSocketBroken)
    /// A request could not become a WebSocket: status, error.
    package static let webSocketPromotionError = EventName(
        "websocket_promotion_error",
        .error,
        isLimited: true,
        .upgradeRefused
    )
    /// A record goes to its dispatchers: vin, txid, record_type. Without the record's bytes, which the reference
    /// prints here.
    package static let dispatchingMessage = EventName("dispatching_message", .debug)
    /// A vehicle gets an ack: vin, txid, record_type.
    package static let messageRespond = EventName("message_respond", .debug)
}

// MARK: Our own

extension EventName {
    /// A vehicle is there, by its first connection: network_interface, client_version.
    package static let vehicleConnected = EventName("vehicle_connected", .info)
    /// A vehicle has no connection and did not come back in time: reason of the last end, records, duration_sec.
    package static let vehicleDisconnected = EventName("vehicle_disconnected", .info)
    /// How many lines of a limited event are missing at the end of the log: event, left_out.
    package static let logLinesLeftOut = EventName("log_lines_left_out", .info)
    /// A peer did not complete TLS: reason, error, remote_ip.
    package static let tlsHandshakeFailed = EventName("tls_handshake_failed", .warning, isLimited: true)
    /// A new certificate or CA bundle could not be used; the old one stays.
    package static let tlsReloadFailed = EventName("tls_reload_failed", .error, .certificatesNotReloaded)
    /// A configuration or VIN list that could not be used when it was read again; the old one stays: subject, error.
    package static let reloadFailed = EventName("reload_failed", .error, .notReloaded)
    /// New connections use the certificates that were read again: subject, sha256, client_authorities.
    package static let certificatesReloaded = EventName("certificates_reloaded", .info)
    /// The server's certificate ends soon or has ended; said every day: file, subject, not_after, days, remedy.
    package static let certificateExpiresSoon = EventName("certificate_expires_soon", .warning, .certificateExpiresSoon)
    /// What vehicles hold as `ca` does not lead them to the certificate in use, or won't for long; said at the start,
    /// when files change, and every day: file, problem, remedy.
    package static let vehicleCAWarning = EventName("vehicle_ca_warning", .warning, .authorityOfAnother)
    /// The VIN lists that were read again hold: allowed, denied.
    package static let vehicleListsReloaded = EventName("vehicle_lists_reloaded", .info)
    /// The process may have fewer descriptors than `max_connections` needs: max_connections, descriptors.
    package static let descriptorLimitLow = EventName("descriptor_limit_low", .warning, .descriptorsTooFew)
    /// A message over the size limit was thrown away as it came: bytes, limit. Answered with an error.
    package static let recordTooBig = EventName("record_too_big", .error, isLimited: true, .recordTooBig)
    /// A peer broke WebSocket's rules, so that its connection was closed: close_code, error.
    package static let webSocketViolation = EventName(
        "websocket_violation",
        .warning,
        isLimited: true,
        .webSocketBroken
    )
    /// A request on the vehicle port that is none for a WebSocket was refused: status, error.
    package static let requestRefused = EventName("request_refused", .warning, isLimited: true, .upgradeRefused)
    /// The configuration file was read again, and these keys of it need a restart: keys.
    package static let reloadIgnored = EventName("reload_ignored", .warning, .restartNeeded)
    /// At the end: a dispatcher did not take records that nothing keeps on disk: dispatcher, left, remedy.
    package static let dispatcherLeftRecords = EventName("dispatcher_left_records", .warning, .recordsLeftBehind)
    /// At the end: what one dispatcher still delivered and what it left.
    package static let dispatcherDrained = EventName("dispatcher_drained", .info)
    /// A peer completed TLS and sent no request in time.
    package static let requestMissing = EventName("request_missing", .info, isLimited: true)
    /// A connection was refused because there are as many as may be.
    package static let connectionLimitReached = EventName(
        "connection_limit_reached",
        .warning,
        isLimited: true,
        .connectionLimit
    )
    /// A vehicle that the VIN lists do not let in: vin, reason, remote_ip.
    package static let vehicleRefused = EventName("vehicle_refused", .warning, isLimited: true, .vehicleDenied)
    /// An address began more handshakes than it may: remote_ip.
    package static let handshakeRateExceeded = EventName(
        "handshake_rate_exceeded",
        .warning,
        isLimited: true,
        .handshakeRate
    )
    /// The kernel gave us no connection, mostly for lack of descriptors.
    package static let acceptFailed = EventName("accept_failed", .error, isLimited: true, .kernelRefuses)
    /// An event loop ended because the kernel refused it something.
    package static let eventLoopFailed = EventName("event_loop_failed", .error, .kernelRefuses)
    /// A lane has no room for records: dispatcher, records.
    package static let dispatchOverflow = EventName("dispatch_overflow", .warning, isLimited: true, .dispatchOverflow)
    /// A dispatcher will never take a record.
    package static let dispatchRejected = EventName("dispatch_rejected", .error, isLimited: true, .recordsRejected)
    /// Records are not in the spool, so that their vehicles got no ack: records, error.
    package static let spoolRefused = EventName("spool_refused", .warning, isLimited: true, .spoolDiskFull)
    /// A record breaks rules: vin, record_type, txid, findings, count.
    package static let recordFinding = EventName("record_finding", .warning, isLimited: true, .recordBreaksRules)
    /// The rules were read again: mode.
    package static let rulesReloaded = EventName("rules_reloaded", .info)
    /// Rejected records could not be kept as dead letters: records, error.
    package static let deadLettersFailed = EventName("dead_letters_failed", .error, isLimited: true, .deadLettersLost)
    /// A dispatcher stopped taking records.
    package static let dispatcherFailing = EventName("dispatcher_failing", .warning, .dispatcherFailing)
    /// It still does not.
    package static let dispatcherStillFailing = EventName(
        "dispatcher_still_failing",
        .warning,
        isLimited: true,
        .dispatcherFailing
    )
    /// It takes records again.
    package static let dispatcherRecovered = EventName("dispatcher_recovered", .info)
    /// The dispatcher `file` can't give a file that is full or old another name: detail. It writes on into it.
    package static let fileRotationFailed = EventName(
        "file_rotation_failed",
        .warning,
        isLimited: true,
        .recordFileFailing
    )
    /// A VIN or record type does not stand in a path as it is: vin, detail.
    package static let fileVINEscaped = EventName("file_vin_escaped", .warning, isLimited: true, .recordFileFailing)
    /// Rotated files can't be listed, removed or named: detail.
    package static let fileKeepingFailed = EventName(
        "file_keeping_failed",
        .warning,
        isLimited: true,
        .recordFileFailing
    )
    /// A rotated file stays uncompressed: detail.
    package static let fileCompressionFailed = EventName(
        "file_compression_failed",
        .warning,
        isLimited: true,
        .recordFileFailing
    )
    /// All rotated files stay uncompressed, because there is no gzip: detail.
    package static let fileCompressionMissing = EventName("file_compression_missing", .warning, .recordFileFailing)
    /// An endpoint answered 410, so that nothing more is sent to it: endpoint, remedy.
    package static let httpEndpointGone = EventName("http_endpoint_gone", .error, .endpointGone)
    /// Others on this machine may read a file that holds a secret: file, remedy.
    package static let secretFileReadableByAll = EventName(
        "secret_file_readable_by_all",
        .warning,
        .secretReadableByAll
    )
    /// Metrics do not reach the StatsD server: host, error.
    package static let statsDUnreachable = EventName(
        "statsd_unreachable",
        .warning,
        isLimited: true,
        .statsDUnreachable
    )
    /// The control socket is open: path.
    package static let controlSocketOpened = EventName("control_socket_opened", .info)
    /// There is no control socket; vehicles are served all the same: error, remedy.
    package static let controlSocketUnavailable = EventName(
        "control_socket_unavailable",
        .warning,
        .controlSocketUnavailable
    )
    /// The HTTP server of a status or metrics port ended because the kernel refused it something.
    package static let httpServerFailed = EventName("http_server_failed", .error, .kernelRefuses)
    /// An HTTP request on a status or metrics port was answered: server, method, path, status.
    package static let httpRequestServed = EventName("http_request_served", .debug, isLimited: true)
    /// What came on a status or metrics port was no request that is taken there: server, reason.
    package static let httpRequestRefused = EventName("http_request_refused", .debug, isLimited: true, .probeRefused)
    /// A connection to a status or metrics port was ended because there are as many as may be.
    package static let httpConnectionLimitReached =
        EventName("http_connection_limit_reached", .warning, isLimited: true, .connectionLimit)
    /// This month's signals cost a part of the budget: month, percent, signals, estimate, budget, price_read_on,
    /// remedy. Once for each threshold and month, and once more after a start.
    package static let costBudgetReached = EventName("cost_budget_reached", .warning, .costBudget)
    /// Counts of signals could not be written; they are kept and written later: error, day, remedy.
    package static let costWriteFailed = EventName("cost_write_failed", .warning, isLimited: true, .costCountsUnusable)
    /// What was counted in this month before the start could not be read: error.
    package static let costReadFailed = EventName("cost_read_failed", .warning, .costCountsUnusable)
    /// A file of counts had an end that could not be read: file, lost_bytes, copy.
    package static let costFileRepaired = EventName("cost_file_repaired", .warning, .costCountsUnusable)
}
