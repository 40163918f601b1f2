package import Observability
internal import Synchronization
internal import TelemetryModel

/// What receiving counts: the reference server's metrics where it has them, and ours.
package final class ReceivingMeters: Sendable {
    let reference: ReferenceMetrics
    let connectionsOpened: Counter
    let connectionsClosed: Counter
    let handshakes: Counter
    let acknowledgements: Counter
    let withheld: Counter
    let lateSettlements: Counter
    let duplicates: Counter
    /// Connections that stopped being read because of backpressure.
    let pauses: Counter

    let registry: MetricRegistry
    private let live = Atomic<Int>(0)

    /// - Parameters:
    ///   - recordTypes: the configured ones, which may be labels.
    ///   - trackedVINs: whose signals are counted one by one.
    package init(_ registry: MetricRegistry, recordTypes: [String] = [], trackedVINs: [String] = []) {
        self.registry = registry
        reference = ReferenceMetrics(registry: registry, recordTypes: recordTypes, trackedVINs: trackedVINs)
        connectionsOpened = registry.counter("connections_opened_total", help: "Connections accepted.")
        connectionsClosed = registry.counter("connections_closed_total", help: "Accepted connections that have ended.")
        handshakes = registry.counter("tls_handshake_total", help: "TLS handshakes that succeeded.")
        acknowledgements = registry.counter("ack_total", help: "Acknowledgements sent to vehicles.")
        withheld = registry.counter(
            "ack_withheld_total",
            help: "Records not acknowledged because a dispatcher would not take them; the vehicle sends them again."
        )
        lateSettlements = registry.counter(
            "ack_late_total",
            help: "Records delivered after their connection had gone, so that nobody could be told."
        )
        duplicates = registry.counter(
            "record_duplicate_total",
            help: "Records that a vehicle sent again while they were remembered; answered, not dispatched again."
        )
        pauses = registry.counter(
            "read_pause_total",
            help: "Times that a vehicle was not read for a while, to hold it back."
        )
    }

    /// Why an HTTP request did not become a vehicle connection, by status.
    func requestRefused(_ status: Int) {
        registry.counter(
            "http_refusal_total",
            help: "Requests on the vehicle port that were refused, by HTTP status.",
            labels: [("status", "\(status)")]
        ).add()
    }

    /// Why a connection was closed before its handshake.
    enum Refusal: String {
        case maxConnections = "max_connections"
        case handshakeRate = "handshake_rate"
        case proxyHeader = "proxy_header"
        case handshakesInProgress = "max_handshakes"
    }

    /// Counts a connection that was closed before its handshake.
    func connectionRefused(_ refusal: Refusal) {
        registry.counter(
            "connections_refused_total",
            help: "Connections closed before their TLS handshake was done, by the limit that they met.",
            labels: [("reason", refusal.rawValue)]
        ).add()
    }

    /// Changes the number of live connections by one and says whether it is within the limit.
    func enter(limit: Int) -> Bool {
        if live.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
        live.wrappingSubtract(1, ordering: .relaxed)
        return false
    }

    func leave() {
        live.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Shows the gauges that are read when somebody asks.
    package func exposeGauges(uptimeSeconds: @escaping @Sendable () -> Double) {
        reference.exposeGauges(connections: { [weak self] in self?.connections ?? 0 }, uptimeSeconds: uptimeSeconds)
    }

    /// Shows how many vehicles are connected, each counted once, whatever the number of its connections.
    func exposeVehicles(_ count: @escaping @Sendable () -> Int) {
        registry.gauge(
            "vehicles_connected",
            help: "Vehicles that are connected or may be changing networks.",
            read: { Double(count()) }
        )
    }

    /// Live connections of all loops, handshaking ones included.
    package var connections: Int { live.load(ordering: .relaxed) }
}
