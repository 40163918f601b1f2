internal import Synchronization

/// Whether the server takes vehicles or is on its way out.
final class LifeStage: Sendable {
    private let isStopping = Atomic<Bool>(false)

    func beginStop() { isStopping.store(true, ordering: .releasing) }

    /// For `/readyz`: a balancer sends nobody here any more.
    var conditions: [String] { isStopping.load(ordering: .acquiring) ? ["server: stopping"] : [] }
}
