internal import ConfigurationSchema
internal import Dispatchers
internal import Dispatching
package import Observability
internal import Receiving
internal import RecordEncoding
internal import TelemetryModel

/// From the configuration to the settings of each part.
extension ServerConfiguration {
    var receiverSettings: ReceiverSettings {
        var settings = ReceiverSettings()
        settings.host = host
        settings.port = UInt16(port)
        settings.threads = threads
        if maxConnections > 0 { settings.maxConnections = maxConnections }
        settings.limits.messageBytes = maxMessageBytes
        settings.limits.discardBytes = max(settings.limits.discardBytes, maxMessageBytes)
        settings.deadlines = deadlines
        settings.maxHandshakes = connection.maxHandshakes
        settings.trustedProxies = proxyProtocol.ranges
        if connection.handshakesPerSecondPerAddress > 0 {
            settings.handshakeRate = HandshakeRate(
                perSecond: connection.handshakesPerSecondPerAddress,
                burst: connection.handshakeBurstPerAddress
            )
        }
        settings.unacknowledgedRecordsLimit = dispatch.unacknowledgedRecordsPerVehicle
        settings.isReferenceCompatible = compatibility == .reference
        settings.trackedVINs = vinsSignalTrackingEnabled
        settings.logsHandshakeFailures = !log.suppressTLSHandshakeErrors
        settings.complaint = transmittedForm.complaint
        settings.reliableAckSources = Self.names(reliableAckSources)
        apply(to: &settings)
        return settings
    }

    var encodingMode: EncodingMode { compatibility == .reference ? .reference : .standard }

    private var deadlines: Deadlines {
        var deadlines = Deadlines()
        deadlines.handshakeMilliseconds = connection.handshakeTimeout.wholeMilliseconds
        deadlines.requestMilliseconds = connection.requestTimeout.wholeMilliseconds
        deadlines.pingIntervalMilliseconds = connection.pingInterval.wholeMilliseconds
        deadlines.pongMilliseconds = connection.pongTimeout.wholeMilliseconds
        deadlines.writeMilliseconds = connection.writeTimeout.wholeMilliseconds
        deadlines.idleMilliseconds = connection.idleTimeout.wholeMilliseconds
        deadlines.closeMilliseconds = connection.closeTimeout.wholeMilliseconds
        return deadlines
    }

    /// Which dispatchers get what, and the dispatchers themselves.
    func dispatchPlan(
        custom: [CustomDispatcher],
        queue: QueueDispatcher?,
        loggerOutput: LoggerDispatcher.Output? = nil,
        log: Observability.Log,
        metrics: MetricRegistry
    ) throws -> DispatchPlan {
        let routes = Self.names(records)
        let sections = dispatchers.byName
        var dispatchers = try DispatcherCatalog.makeDispatchers(
            Set(routes.values.joined()).subtracting(queue == nil ? [] : [DispatcherName(QueueSettings.kind)]),
            settings: sections,
            custom: custom,
            context: dispatcherContext(log: log, metrics: metrics)
        )
        if let queue {
            let name = DispatcherName(QueueSettings.kind)
            dispatchers[name] = DispatcherCatalog.view(queue, name, self.queue, metrics)
        }
        let loggerName = DispatcherName(LoggerSettings.kind)
        if let loggerOutput, dispatchers[loggerName] != nil {
            let dispatcher = LoggerDispatcher(
                logger.encoding(encodingMode),
                format: jsonLogEnable ? .json : .text,
                output: loggerOutput
            )
            dispatchers[loggerName] = DispatcherCatalog.view(dispatcher, loggerName, logger, metrics)
        }
        var lanes = LaneSettings()
        lanes.recordLimit = dispatch.maxRecords
        lanes.byteLimit = dispatch.maxBytes
        lanes.retryInitialMilliseconds = dispatch.retryInitial.wholeMilliseconds
        lanes.retryMaximumMilliseconds = dispatch.retryMaximum.wholeMilliseconds
        return DispatchPlan(
            routes: routes,
            ackSources: Self.names(reliableAckSources),
            dispatchers: dispatchers,
            defaultSettings: lanes,
            laneSettings: sections.mapValues { $0.laneSettings(lanes) }
        )
    }

    /// What all dispatchers share.
    func dispatcherContext(log: Observability.Log, metrics: MetricRegistry) -> DispatcherContext {
        DispatcherContext(
            encodingMode: encodingMode,
            lineFormat: jsonLogEnable ? .json : .text,
            transmittedForm: transmittedForm,
            log: log,
            metrics: metrics
        )
    }

    private static func names(_ table: [String: [String]]) -> [RecordType: [DispatcherName]] {
        Dictionary(uniqueKeysWithValues: table.map { (RecordType(topic: $0.key), $0.value.map { DispatcherName($0) }) })
    }

    /// The operational log as configured, on standard error.
    package var operationalLog: Observability.Log {
        Observability.Log(
            level: Observability.LogLevel(logLevel),
            format: jsonLogEnable ? .json : .text,
            output: .standardError,
            maskVINs: log.maskVINs
        )
    }
}

extension Observability.LogLevel {
    fileprivate init(_ level: ServerConfiguration.LogLevel) {
        self =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}

extension ServerConfiguration.Monitoring {
    /// Nil when StatsD is off or its host cannot be one.
    var statsDSettings: StatsDSettings? {
        guard let statsd, !statsd.host.isEmpty else { return nil }
        let flush = max(1, statsd.flushPeriod.wholeMilliseconds)
        guard let colon = statsd.host.lastIndex(of: ":"),
            let port = UInt16(statsd.host[statsd.host.index(after: colon)...])
        else { return StatsDSettings(host: statsd.host, prefix: statsd.prefix, flushMilliseconds: flush) }
        return StatsDSettings(
            host: String(statsd.host[..<colon]),
            port: port,
            prefix: statsd.prefix,
            flushMilliseconds: flush
        )
    }
}

extension Duration {
    /// Rounded down; bounded to what timers take.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue)
            + Int(attoseconds / 1_000_000_000_000_000)
    }
}
