internal import Observability

extension DispatchLane {
    /// One gauge per state, of which one is 1: a graph shows when a lane went from one to the other.
    func registerStates(with metrics: MetricRegistry) {
        for state in ["opening", "healthy", "retrying", "closed"] {
            metrics.gauge(
                "dispatch_state",
                help: "1 for the state that the dispatcher is in, 0 for the others.",
                labels: [("dispatcher", name.text), ("state", state)],
                read: { [weak self] in self?.snapshot.health.word == state ? 1 : 0 }
            )
        }
    }
}

extension LaneHealth {
    /// Few and fixed, for a metric's label.
    fileprivate var word: String {
        switch self {
        case .opening: "opening"
        case .healthy: "healthy"
        case .retrying: "retrying"
        case .closed: "closed"
        }
    }
}
