internal import RecordRules
internal import SignalMetering
internal import Synchronization
internal import TelemetryModel

/// What all connections of one vehicle share, on whichever event loop they live.
///
/// Found once per connection, at the upgrade; from then on the connection keeps it. It outlives its connections, so
/// that coming again does not begin everything anew.
final class Vehicle: Sendable {
    let vin: VIN
    /// Whether its signals are counted one by one in the metrics.
    let isTracked: Bool
    let rateWindow = RateWindow()
    /// What its signals are counted by; nil when nobody counts.
    let metered: MeteredVehicle?
    /// Nil when records that come again are dispatched again.
    let deliveries: RecentDeliveries?
    /// Of its records, for the rules that need to know earlier ones.
    let history = VehicleHistory()

    init(
        vin: VIN,
        isTracked: Bool,
        deduplication: DeduplicationSettings?,
        metered: MeteredVehicle? = nil
    ) {
        self.vin = vin
        self.isTracked = isTracked
        self.metered = metered
        deliveries = deduplication.map { RecentDeliveries($0) }
    }
}

/// One connection of a vehicle from its upgrade to its end, and what it has brought.
///
/// Its event loop alone writes, with stores that cost no more than to a variable; anybody may read. What is read may
/// be a record old.
final class VehicleSocket: Sendable {
    // What each record touches comes first, to lie together in the processor's cache.
    let source: RecordSource
    private let taken = Atomic<UInt64>(0)
    private let waiting = Atomic<Int>(0)
    /// See ``LastRecord``; 0 before the first record.
    private let lastTaken = Atomic<Int64>(0)
    private let minuteStart: Atomic<Int64>
    let vehicle: Vehicle
    let connectedAt: UnixMilliseconds
    private let takenAtMinuteStart = Atomic<UInt64>(0)
    private let takenInMinuteBefore = Atomic<UInt64>(0)

    private static let minute: Int64 = 60_000

    init(_ vehicle: Vehicle, _ source: RecordSource, connectedAt: UnixMilliseconds) {
        self.vehicle = vehicle
        self.source = source
        self.connectedAt = connectedAt
        minuteStart = Atomic(connectedAt.rawValue)
    }

    // MARK: Written by the loop

    /// Counts a record that was taken and now waits for its ack.
    ///
    /// - Parameter row: of the record's type, as ``TopicTable`` numbers them.
    func noteRecord(at time: UnixMilliseconds, row: Int) {
        let records = taken.load(ordering: .relaxed)
        let elapsed = time.rawValue &- minuteStart.load(ordering: .relaxed)
        // Negative when the clock was set back.
        if UInt64(bitPattern: elapsed) >= UInt64(Self.minute) { beginMinute(at: time, elapsed, records) }
        taken.store(records &+ 1, ordering: .relaxed)
        lastTaken.store(LastRecord(at: time, row: row).packed, ordering: .relaxed)
        noteWaiting()
    }

    private func beginMinute(at time: UnixMilliseconds, _ elapsed: Int64, _ records: UInt64) {
        let before = takenAtMinuteStart.load(ordering: .relaxed)
        let isNext = elapsed >= 0 && elapsed < 2 * Self.minute
        takenInMinuteBefore.store(isNext ? records &- before : 0, ordering: .relaxed)
        takenAtMinuteStart.store(records, ordering: .relaxed)
        let start = isNext ? minuteStart.load(ordering: .relaxed) + Self.minute : time.rawValue
        minuteStart.store(start, ordering: .relaxed)
    }

    /// Counts one more message whose answer waits for dispatchers.
    func noteWaiting() {
        waiting.store(waiting.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    /// Counts messages that were settled.
    func noteSettled(_ count: Int) {
        waiting.store(waiting.load(ordering: .relaxed) &- count, ordering: .relaxed)
    }

    // MARK: Read by anybody

    /// Records taken so far, which is the next one's ``Record/sequence``.
    var records: UInt64 { taken.load(ordering: .relaxed) }

    /// Messages that were taken and not settled.
    var unacknowledged: Int { waiting.load(ordering: .relaxed) }

    /// Nil before the first record.
    var lastRecord: LastRecord? { LastRecord(packed: lastTaken.load(ordering: .relaxed)) }

    /// Records of the last 60 seconds, as if those of the minute before had come evenly.
    func recordsPerMinute(at now: UnixMilliseconds) -> Int {
        let elapsed = now.rawValue &- minuteStart.load(ordering: .relaxed)
        let present = Int(clamping: records &- takenAtMinuteStart.load(ordering: .relaxed))
        guard elapsed >= 0, elapsed < 2 * Self.minute else { return 0 }
        guard elapsed < Self.minute else { return present * Int(2 * Self.minute - elapsed) / Int(Self.minute) }
        let before = Int(clamping: takenInMinuteBefore.load(ordering: .relaxed))
        return present + before * Int(Self.minute - elapsed) / Int(Self.minute)
    }
}

/// When the last record came and of which type: one number, so that both are of the same record and noting them is one
/// store.
struct LastRecord {
    /// Milliseconds since 1970-01-01T00:00:00Z, and below them eight bits for the row.
    let packed: Int64

    private static let lastRow = 0xFF

    /// - Parameter row: of the type; those from 255 on can't be told apart.
    @inline(__always)
    init(at time: UnixMilliseconds, row: Int) {
        packed = time.rawValue &<< 8 | Int64(truncatingIfNeeded: min(row, Self.lastRow))
    }

    /// Nil for 0, which stands for no record.
    init?(packed: Int64) {
        guard packed != 0 else { return nil }
        self.packed = packed
    }

    var at: UnixMilliseconds { UnixMilliseconds(rawValue: packed >> 8) }

    /// The record type, out of all in the order of their rows; nil for one that has no number.
    func type(of all: [RecordType]) -> RecordType? {
        let row = Int(packed & Int64(Self.lastRow))
        return row < min(all.count, Self.lastRow) ? all[row] : nil
    }
}
