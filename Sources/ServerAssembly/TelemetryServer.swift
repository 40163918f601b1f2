package import Dispatchers
package import Dispatching
internal import HTTPServing
package import LinuxSystem
package import Observability
internal import OpenSSLTransport
package import Receiving
internal import SignalMetering
internal import Spooling
internal import TelemetryModel

/// The whole server: reads nothing, decides nothing; builds the parts in order and stops them in the opposite one.
package final class TelemetryServer: Sendable {
    /// Where vehicles connect to.
    package let address: SocketAddress
    /// Where `/status`, `/healthz` and `/readyz` are served; nil when switched off.
    package let statusAddress: SocketAddress?
    /// Where `/metrics` is served; nil when switched off.
    package let metricsAddress: SocketAddress?
    /// Path of the control socket; nil when there is none.
    package var controlPath: String? { control?.path }
    package let metrics: MetricRegistry

    private let receiver: VehicleReceiver
    private let router: DispatchRouter
    private let stores: RecordStores
    private let meter: SignalMeter?
    private let log: Log
    private let statusServer: HTTPServer?
    private let metricsServer: HTTPServer?
    private let statsD: StatsDReporter?
    private let control: ControlDesk?
    private let reloader: Reloader
    private let reloaderThread: LoopThread?
    private let stage: LifeStage
    private let configuration: ServerConfiguration

    /// Starts everything. Vehicles are served when this returns.
    ///
    /// - Parameters:
    ///   - configuration: checked; see ``ServerConfiguration/load(text:fileName:environment:)``.
    ///   - directory: where the configuration file lies, for files that are looked for beside it.
    ///   - source: the configuration file, to be read again when it changes; nil when there is none.
    ///   - controlPath: of the control socket, when the configuration names none; it is done without if it can't be
    ///     made. Nil for none.
    ///   - listeners: open already, e.g. by systemd; they take the place of `host` and `port`.
    ///   - custom: dispatchers of the program that embeds the server.
    ///   - queue: the dispatcher `queue`, when the program subscribes to it.
    ///   - loggerOutput: where the dispatcher `logger` writes; nil for standard output.
    ///   - tap: sees every message; nil for none.
    package init(
        _ configuration: ServerConfiguration,
        directory: String = "",
        source: ConfigurationSource? = nil,
        controlPath: String? = nil,
        listeners: [ListeningSocket] = [],
        custom: [CustomDispatcher] = [],
        queue: QueueDispatcher? = nil,
        loggerOutput: LoggerDispatcher.Output? = nil,
        tap: (any FrameTap)? = nil,
        log: Log
    ) throws(StartError) {
        let metrics = MetricRegistry()
        let tls = try StartError.during(.certificates) {
            try TLSLoading.load(configuration, directory: directory, log: log)
        }
        let vehicles = try StartError.during(.vehicleLists) { try configuration.vehicles.lists() }
        let rules = try StartError.during(.rules) { try configuration.validation?.ruleSet() }
        let configuration = try StartError.during(.dispatchers) {
            try configuration.leavingOutUnbuilt(besides: Set(custom.map(\.name.text)))
        }
        let plan = try StartError.during(.dispatchers) {
            try configuration.dispatchPlan(
                custom: custom,
                queue: queue,
                loggerOutput: loggerOutput,
                log: log,
                metrics: metrics
            )
        }
        let stores = try RecordStores.open(
            configuration,
            dispatchers: plan.dispatcherNames,
            log: log,
            metrics: metrics
        )
        var settings = configuration.receiverSettings
        settings.vehicles = vehicles
        settings.rules = rules
        settings.maxConnections = DescriptorBudget.connections(of: configuration, log)
        let meter = try Self.startMeter(configuration, stores, log, metrics)
        let (router, receiver) =
            try Self.startReceiving(settings, tls, listeners, plan, stores, meter, tap, log, metrics)
        self.meter = meter
        self.receiver = receiver
        self.router = router
        self.stores = stores
        self.metrics = metrics
        self.log = log
        self.configuration = configuration
        address = receiver.address
        Self.exposeGauges(metrics, receiver)
        let reloader = Reloader(
            configuration,
            source: source,
            directory: directory,
            tls: tls,
            receiver: receiver,
            log: log,
            metrics: metrics
        )
        let stage = LifeStage()
        self.reloader = reloader
        self.stage = stage
        statusServer = try Self.startStatusServer(configuration, reloader, stage, receiver, router, stores.spool, log)
        metricsServer = try Self.startMetricsServer(configuration, metrics, log)
        statsD = try Self.startStatsD(configuration, metrics, log)
        statusAddress = statusServer?.address
        metricsAddress = metricsServer?.address
        control = try ControlDesk.open(
            StatusSource(
                configuration: configuration,
                path: source.map { Files.resolved($0.path) } ?? "",
                limit: settings.maxConnections,
                listeners: [
                    ("vehicles", receiver.address), ("status", statusServer?.address),
                    ("metrics", metricsServer?.address),
                ],
                receiver: receiver,
                lanes: router.lanes,
                spool: stores.spool,
                reloader: reloader,
                stage: stage,
                metrics: metrics
            ),
            defaultPath: controlPath,
            log
        )
        // Without a thread files are read again at SIGHUP only, which is better than no server.
        reloaderThread = try? LoopThread(name: "reload") { reloader.watch() }
        if metricsServer == nil, statsD == nil {
            log.observe(.skippingMetrics, ["remedy": "set monitoring.prometheus_metrics_port to be scraped"])
        }
        reloader.remindOfCertificates()
        log.observe(
            .startingServer,
            [
                "address": .text(receiver.address.description),
                "compatibility": .text(configuration.compatibility.rawValue),
                "records": .text(configuration.records.keys.sorted().joined(separator: ",")),
            ]
        )
    }

    /// Takes nothing new, finishes what is in hand, says goodbye to vehicles, and frees everything. Blocks.
    ///
    /// - Returns: what the dispatchers delivered and what was left to the vehicles.
    @discardableResult
    package func stop() -> DrainReport {
        let deadline = MonotonicTime.now.adding(milliseconds: configuration.shutdownTimeout.wholeMilliseconds)
        stage.beginStop()
        reloader.stop()
        reloaderThread?.join()
        log.observe(.attemptingToClose, ["connections": .number(Int64(receiver.meters.connections))])
        receiver.stopReading(until: deadline)
        let report = router.drain(until: deadline)
        receiver.finish(lingerMilliseconds: configuration.connection.closeTimeout.wholeMilliseconds)
        // The event loops have ended, and with them the counting.
        meter?.stop()
        stores.close()
        statusServer?.close()
        metricsServer?.close()
        control?.close()
        statsD?.close()
        for lane in report.lanes {
            log.observe(
                .dispatcherDrained,
                [
                    "dispatcher": .text(lane.dispatcher.text),
                    "delivered": .number(Int64(lane.delivered)),
                    "left": .number(Int64(lane.left)),
                    "left_in": .text(lane.isSpooled ? "spool" : "vehicles"),
                ]
            )
        }
        for lane in report.lanes where lane.left > 0 && !lane.isSpooled {
            log.observe(
                .dispatcherLeftRecords,
                [
                    "dispatcher": .text(lane.dispatcher.text), "left": .number(Int64(lane.left)),
                    "remedy": "vehicles send them again, connectivity records are gone; a spool would have kept them",
                ]
            )
        }
        log.observe(.stoppedServer, ["left": .number(Int64(report.left))])
        log.reportLeftOut()
        return report
    }

    /// Vehicle connections that stand now.
    package var connections: Int { receiver.meters.connections }

    /// Every vehicle that is or lately was connected, in no particular order.
    package var vehicles: [VehicleSnapshot] { receiver.vehicles }

    /// Reads certificates, CA bundles and VIN lists again and opens the dispatchers' files anew, as SIGHUP asks for.
    /// Blocks while files are read.
    ///
    /// - Returns: what could not be used, one line each; for those the old content stays in use.
    package func reload() -> [String] {
        // Files that were moved away, as logrotate does it.
        router.reopen()
        reloader.reload()
        return reloader.failures
    }

    /// Whether every event loop goes round, asked of each. Blocks until they have answered or the time is over.
    package func isAlive(withinMilliseconds milliseconds: Int) -> Bool {
        receiver.isAlive(by: MonotonicTime.now.adding(milliseconds: milliseconds))
    }

    // MARK: Parts

    private static func startMeter(
        _ configuration: ServerConfiguration,
        _ stores: RecordStores,
        _ log: Log,
        _ metrics: MetricRegistry
    ) throws(StartError) -> SignalMeter? {
        guard let settings = configuration.signalMeterSettings else { return nil }
        do throws(StartError) {
            return try StartError.during(.costs(settings.directory)) {
                try SignalMeter(settings, log: log, metrics: metrics)
            }
        } catch {
            stores.close()
            throw error
        }
    }

    private static func startReceiving(
        _ settings: ReceiverSettings,
        _ tls: TLSServerSettings,
        _ listeners: [ListeningSocket],
        _ plan: DispatchPlan,
        _ stores: RecordStores,
        _ meter: SignalMeter?,
        _ tap: (any FrameTap)?,
        _ log: Log,
        _ metrics: MetricRegistry
    ) throws(StartError) -> (DispatchRouter, VehicleReceiver) {
        do throws(StartError) {
            let router = try StartError.during(.dispatchers) {
                try DispatchRouter(
                    plan,
                    spool: stores.spool,
                    deadLetters: stores.deadLetters,
                    log: log,
                    metrics: metrics
                )
            }
            let receiver = try StartError.during(.listening(settings.host, Int(settings.port))) {
                try VehicleReceiver(
                    settings,
                    tls: tls,
                    listeners: listeners,
                    router: router,
                    log: log,
                    metrics: metrics,
                    meter: meter,
                    tap: tap
                )
            }
            return (router, receiver)
        } catch {
            // Else the directories would stay locked for as long as this process lives.
            meter?.stop()
            stores.close()
            throw error
        }
    }

    private static func exposeGauges(_ metrics: MetricRegistry, _ receiver: VehicleReceiver) {
        ProcessMetrics.register(in: metrics)
        let start = MonotonicTime.now
        receiver.meters.exposeGauges {
            Double(MonotonicTime.now.nanoseconds(since: start)) / 1_000_000_000
        }
    }

    private static func startStatusServer(
        _ configuration: ServerConfiguration,
        _ reloader: Reloader,
        _ stage: LifeStage,
        _ receiver: VehicleReceiver,
        _ router: DispatchRouter,
        _ spool: Spool?,
        _ log: Log
    ) throws(StartError) -> HTTPServer? {
        guard configuration.statusPort > 0 else { return nil }
        let lanes = router.lanes
        let routes = MonitoringRoutes.status(
            failingConditions: {
                stage.conditions
                    + Readiness.failingConditions(certificate: reloader.certificate, lanes: lanes, spool: spool)
            },
            notices: { reloader.notices + Readiness.sinks(lanes) }
        ).adding(RefusedVehiclesRoute.routes(statusHost: configuration.statusHost) { receiver.refusedVehicles })
        return try StartError.during(.statusPort(configuration.statusHost, configuration.statusPort)) {
            let settings = HTTPServerSettings(
                name: "status",
                host: configuration.statusHost,
                port: UInt16(configuration.statusPort)
            )
            let server = try HTTPServer(settings, routes: routes, log: log)
            log.observe(.statusServerConfigured, ["address": .text(server.address.description)])
            return server
        }
    }

    private static func startMetricsServer(
        _ configuration: ServerConfiguration,
        _ metrics: MetricRegistry,
        _ log: Log
    ) throws(StartError) -> HTTPServer? {
        let monitoring = configuration.monitoring
        guard monitoring.prometheusMetricsPort > 0 else { return nil }
        return try StartError.during(.metricsPort(monitoring.prometheusMetricsHost, monitoring.prometheusMetricsPort)) {
            try HTTPServer(
                HTTPServerSettings(
                    name: "metrics",
                    host: monitoring.prometheusMetricsHost,
                    port: UInt16(monitoring.prometheusMetricsPort)
                ),
                routes: MonitoringRoutes.metrics(metrics, naming: monitoring.prometheusMetricNames),
                log: log
            )
        }
    }

    private static func startStatsD(
        _ configuration: ServerConfiguration,
        _ metrics: MetricRegistry,
        _ log: Log
    ) throws(StartError) -> StatsDReporter? {
        // As on the reference, StatsD is for those without Prometheus.
        guard configuration.monitoring.prometheusMetricsPort == 0,
            let settings = configuration.monitoring.statsDSettings
        else { return nil }
        return try StartError.during(.statsD(settings.host)) {
            try StatsDReporter(settings, registry: metrics, log: log)
        }
    }
}
