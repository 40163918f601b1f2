internal import LinuxSystem
internal import Synchronization

/// The thread that notices what does not happen: a vehicle that does not come back.
///
/// Of its own, because event loops sleep until a socket moves; it sleeps until somebody has to be waited for.
final class VehicleWatch: Sendable {
    private let table: VehicleTable
    private let thread: LoopThread
    private let isEnded: Flag

    private final class Flag: Sendable {
        let isRaised = Atomic<Bool>(false)
    }

    init(_ table: VehicleTable) throws(SystemCallError) {
        self.table = table
        let isEnded = Flag()
        self.isEnded = isEnded
        thread = try LoopThread(name: "vehicles") {
            var forgetsAt = Self.milliseconds &+ table.forgettingIntervalMilliseconds
            while !isEnded.isRaised.load(ordering: .acquiring) {
                let next = table.settleDepartures(now: Self.milliseconds)
                if Self.milliseconds >= forgetsAt {
                    table.forget(now: Self.milliseconds)
                    forgetsAt = Self.milliseconds &+ table.forgettingIntervalMilliseconds
                }
                // One more, because the clock's milliseconds are rounded down.
                let wake = min(next.map { $0 &+ 1 } ?? forgetsAt, forgetsAt)
                table.departed.wait(until: MonotonicTime(nanoseconds: wake &* 1_000_000))
            }
        }
    }

    private static var milliseconds: UInt64 { MonotonicTime.now.nanoseconds / 1_000_000 }

    /// Ends the thread. No connection may be left, or it would stay connected for ever.
    func stop() {
        isEnded.isRaised.store(true, ordering: .releasing)
        table.departed.raise()
        thread.join()
        table.closeAll()
    }
}
