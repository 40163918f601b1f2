internal import Synchronization

/// One round of an event loop: the records that it collects and then hands to their routes together.
struct Handover: Sendable, Hashable {
    let loop: UInt16
    let round: UInt64
}

/// Which rounds the event loops have handed over, told from loop to loop.
///
/// A record that one loop has read, and not yet handed over, is behind what another loop hands over now. Who leaves a
/// record out because another loop has it must know that it will not be overtaken by the ones that follow.
final class Handovers: Sendable {
    private final class LoopRounds: Sendable {
        let finished = Atomic<UInt64>(0)
    }

    private let loops: [LoopRounds]

    init(loops count: Int) {
        loops = (0..<count).map { _ in LoopRounds() }
    }

    /// Every record of the round is in the lanes. Rounds are numbered from 1.
    func finish(_ handover: Handover) {
        loops[Int(handover.loop)].finished.store(handover.round, ordering: .releasing)
    }

    func isFinished(_ handover: Handover) -> Bool {
        loops[Int(handover.loop)].finished.load(ordering: .acquiring) >= handover.round
    }
}
