package import LinuxSystem
package import Observability
internal import Synchronization
package import TelemetryModel

/// Counts the signals that vehicles send, for what they cost: per vehicle, field and day.
///
/// Event loops count in tables of their own (``SignalCounter``) and hand them over once a second; a thread of the meter
/// adds them up and writes them to the files of an archive, from where `fleet-telemetry cost` reads them.
package final class SignalMeter: Sendable {
    private struct Inbox {
        var tallies: [SignalTally] = []
        /// Empty ones for the loops to go on with.
        var spares: [SignalTally] = []
    }

    private struct Registry {
        var numbers: [VIN: MeteredVehicle] = [:]
        /// By their numbers; the first stands for all others.
        var names = [SignalCounts.otherVehicles]
    }

    /// Tables that may wait for the thread, which may wait for the disk. Loops then keep theirs.
    private static let inboxLimit = 64
    private static let spareLimit = 8

    private let settings: SignalMeterSettings
    private let meters: SignalMeters
    private let inbox = Mutex(Inbox())
    private let registry = Mutex(Registry())
    private let signal = ThreadSignal()
    private let isEnding = Atomic<Bool>(false)
    private let thread = Mutex<LoopThread?>(nil)

    /// Takes the directory and starts the thread.
    ///
    /// - Throws: when the directory can't be written, or another server has it (``SystemCallError/wouldBlock``).
    package init(_ settings: SignalMeterSettings, log: Log, metrics: MetricRegistry) throws(SystemCallError) {
        let archive = try SignalArchive(directory: settings.directory)
        self.settings = settings
        meters = SignalMeters(metrics, settings)
        let box = LedgerBox(SignalLedger(settings, archive, meters, log))
        let started = try LoopThread(name: "costs") { [self] in
            guard var ledger = box.take() else { return }
            run(&ledger)
        }
        thread.withLock { $0 = started }
    }

    /// The number that a vehicle is counted by. Asked once per vehicle and connection.
    package func vehicle(_ vin: VIN) -> MeteredVehicle {
        let vehicle = registry.withLock { (registry) -> MeteredVehicle? in
            if let known = registry.numbers[vin] { return known }
            guard registry.numbers.count < settings.vehicleLimit else { return nil }
            let vehicle = MeteredVehicle(number: UInt32(registry.names.count))
            registry.names.append(vin.text)
            registry.numbers[vin] = vehicle
            return vehicle
        }
        if vehicle == nil { meters.vehiclesOverLimit.add() }
        return vehicle ?? .others
    }

    /// Takes a loop's table and leaves an empty one.
    ///
    /// - Returns: false when too many wait already; then nothing has changed.
    func take(_ tally: inout SignalTally) -> Bool {
        let isTaken = inbox.withLock { inbox in
            guard inbox.tallies.count < Self.inboxLimit else { return false }
            var empty = inbox.spares.popLast() ?? SignalTally()
            swap(&empty, &tally)
            inbox.tallies.append(empty)
            return true
        }
        if isTaken { signal.raise() }
        return isTaken
    }

    /// Writes down what was counted and ends. No loop may count any more.
    package func stop() {
        isEnding.store(true, ordering: .releasing)
        signal.raise()
        thread.withLock { $0 }?.join()
    }

    // MARK: The thread

    private func run(_ ledger: inout SignalLedger) {
        ledger.prune()
        ledger.readMonth()
        var writesAt: UInt64?
        while true {
            // Asked first, so that what came before the end is seen.
            let isLast = isEnding.load(ordering: .acquiring)
            collect(&ledger)
            ledger.turnPage()
            ledger.watchMonth()
            let now = MonotonicTime.now.nanoseconds / 1_000_000
            if ledger.hasWaiting, writesAt == nil { writesAt = now &+ UInt64(settings.writeIntervalMilliseconds) }
            if let due = writesAt, isLast || due <= now {
                write(&ledger)
                // What the disk did not take is tried again after the same time.
                writesAt = nil
            }
            if isLast { return }
            let wake = writesAt ?? now &+ (ledger.hasWaiting ? UInt64(settings.writeIntervalMilliseconds) : 60_000)
            signal.wait(until: MonotonicTime(nanoseconds: wake &* 1_000_000))
        }
    }

    private func collect(_ ledger: inout SignalLedger) {
        var tallies: [SignalTally] = []
        inbox.withLock { swap(&$0.tallies, &tallies) }
        for index in tallies.indices {
            ledger.add(tallies[index])
            tallies[index].removeAll()
        }
        inbox.withLock { inbox in
            while inbox.spares.count < Self.spareLimit, let spare = tallies.popLast() { inbox.spares.append(spare) }
        }
    }

    private func write(_ ledger: inout SignalLedger) {
        // A copy, so that no connection waits for the disk.
        let names = registry.withLock { $0.names }
        ledger.write { names.indices.contains(Int($0.number)) ? names[Int($0.number)] : SignalCounts.otherVehicles }
    }
}

/// Carries the ledger to the thread that it belongs to.
private final class LedgerBox: Sendable {
    private struct Content: ~Copyable {
        var ledger: SignalLedger?
    }

    private let content: Mutex<Content>

    init(_ ledger: consuming SignalLedger) {
        content = Mutex(Content(ledger: ledger))
    }

    func take() -> SignalLedger? {
        content.withLock { content in
            let ledger = content.ledger.take()
            return ledger
        }
    }
}
