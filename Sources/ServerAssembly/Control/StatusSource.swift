internal import ControlPlane
internal import Dispatching
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import Receiving
internal import Spooling

/// The parts of a running server that its status is read from. Read on the control socket's thread.
struct StatusSource: Sendable {
    let configuration: ServerConfiguration
    /// Of the configuration file; empty when there is none.
    let path: String
    /// Connections that are allowed.
    let limit: Int
    let listeners: [(name: String, address: SocketAddress?)]
    let receiver: VehicleReceiver
    let lanes: [DispatchLane]
    let spool: Spool?
    let reloader: Reloader
    let stage: LifeStage
    let metrics: MetricRegistry

    private let begin = MonotonicTime.now
    private let beganAt = WallClock.milliseconds

    init(
        configuration: ServerConfiguration,
        path: String,
        limit: Int,
        listeners: [(name: String, address: SocketAddress?)],
        receiver: VehicleReceiver,
        lanes: [DispatchLane],
        spool: Spool?,
        reloader: Reloader,
        stage: LifeStage,
        metrics: MetricRegistry
    ) {
        self.configuration = configuration
        self.path = path
        self.limit = limit
        self.listeners = listeners
        self.receiver = receiver
        self.lanes = lanes
        self.spool = spool
        self.reloader = reloader
        self.stage = stage
        self.metrics = metrics
    }

    /// Everything at this moment; each number is right by itself.
    ///
    /// - Parameter controlPath: of the socket that is asked.
    func status(_ rates: TrafficRates, controlPath: String) -> ServerStatus {
        var status = ServerStatus()
        status.process = process
        status.readiness = readiness
        status.listeners = listeners.compactMap { name, address in address.map { ListenerStatus(name, $0.description) }
        }
        status.listeners.append(ListenerStatus("control", controlPath))
        status.certificates = certificates
        let totals = receiver.meters.totals
        status.connections = connections(totals)
        status.handshakes.succeeded = totals.handshakes
        status.handshakes.failed = counts("tls_handshake_failure_total")
        let perSecond = rates.perSecond
        status.records = records(totals, perSecond.records, uptime: status.process.uptimeSeconds)
        status.acks.sent = totals.acknowledgements
        status.acks.perSecond = perSecond.acknowledgements
        status.acks.withheld = totals.withheld
        status.acks.late = totals.lateSettlements
        status.dispatchers = lanes.map { DispatcherStatus($0.snapshot) }
        status.spool = spool.map { SpoolUse($0.status) }
        status.warnings = StatusWarnings.of(status)
        return status
    }

    private var process: ProcessStatus {
        var process = ProcessStatus()
        process.version = ProductVersion.text
        process.id = ProcessFacts.id
        process.startedAt = Int(beganAt)
        process.uptimeSeconds = Double(MonotonicTime.now.nanoseconds(since: begin)) / 1e9
        process.remembersSeconds = Double(configuration.presence.forgetAfter.wholeMilliseconds) / 1000
        process.configuration = path
        process.residentBytes = ProcessFacts.residentMemoryBytes ?? 0
        process.cpuSeconds = ProcessFacts.cpuSeconds
        process.openDescriptors = ProcessFacts.openDescriptors ?? 0
        process.descriptorLimit = ProcessFacts.maximumDescriptors ?? 0
        return process
    }

    private var readiness: ReadinessStatus {
        var readiness = ReadinessStatus()
        readiness.failing =
            stage.conditions
            + Readiness.failingConditions(certificate: reloader.certificate, lanes: lanes, spool: spool)
        readiness.isReady = readiness.failing.isEmpty
        readiness.notices = reloader.failures
        return readiness
    }

    private var certificates: CertificatesStatus {
        let (chain, authorities) = reloader.certificates
        return CertificatesStatus(chain: chain, authorities: authorities, now: Int(WallClock.milliseconds))
    }

    private func connections(_ totals: ReceivingTotals) -> ConnectionsStatus {
        var connections = ConnectionsStatus()
        connections.open = receiver.meters.connections
        connections.limit = limit
        connections.vehicles = receiver.connectedVehicles
        connections.opened = totals.connectionsOpened
        connections.closed = totals.connectionsClosed
        connections.refused = counts("connections_refused_total")
        connections.refusedRequests = counts("http_refusal_total")
        connections.refusedVehicles = counts("vehicle_refused_total")
        return connections
    }

    private func records(_ totals: ReceivingTotals, _ perSecond: Double, uptime: Double) -> RecordsStatus {
        var records = RecordsStatus()
        records.received = totals.records
        records.payloadBytes = totals.payloadBytes
        records.byType = totals.recordsByType.map { ReasonCount($0.type, $0.count) }
        records.perSecond = perSecond
        records.perSecondSinceStart = Double(totals.records) / max(uptime, 0.001)
        records.duplicates = totals.duplicates
        return records
    }

    /// The counts of a family with one label, most first, without those that are 0.
    private func counts(_ family: String) -> [ReasonCount] {
        let series = metrics.family(family)?.series ?? []
        return series.compactMap { series -> ReasonCount? in
            guard case .number(let value) = series.value, value > 0 else { return nil }
            return ReasonCount(series.labels.first?.value ?? "", Int(value))
        }
        .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }
}
