import Dispatching
import LinuxSystem
import Synchronization
import TelemetryModel

/// An event loop that only writes down what lanes tell it.
final class RecordingObserver: DeliveryObserver {
    private struct State {
        var settlements: [Settlement] = []
        var posts = 0
        var roomSignals = 0
    }

    private let state = Mutex(State())
    private let changed = ThreadSignal()

    func settle(_ settlements: [Settlement]) {
        state.withLock { state in
            state.settlements += settlements
            state.posts += 1
        }
        changed.raise()
    }

    func lanesHaveRoom() {
        state.withLock { $0.roomSignals += 1 }
        changed.raise()
    }

    var settlements: [Settlement] { state.withLock { $0.settlements } }
    var posts: Int { state.withLock { $0.posts } }
    var roomSignals: Int { state.withLock { $0.roomSignals } }

    func sequences(_ outcome: Settlement.Outcome) -> [Int] {
        settlements.filter { $0.outcome == outcome }.map(\.record).sequences
    }

    /// Waits until so many records are settled, and returns them.
    @discardableResult
    func waitForSettlements(_ count: Int) -> [Settlement] {
        while true {
            let settlements = self.settlements
            if settlements.count >= count { return settlements }
            changed.wait()
        }
    }

    func waitForRoomSignals(_ count: Int) {
        while roomSignals < count { changed.wait() }
    }
}
