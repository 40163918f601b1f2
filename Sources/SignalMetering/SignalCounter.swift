package import TelemetryModel

/// Counts the signals of one event loop. Belongs to the loop's thread.
///
/// Counting takes no lock and allocates nothing; once a second, or when the table is full, the table goes to the
/// ``SignalMeter`` and an empty one takes its place.
package final class SignalCounter {
    /// How long counts may wait on the loop.
    private static let patienceMilliseconds: UInt64 = 1_000

    private let meter: SignalMeter
    private var tally = SignalTally()
    /// The day that signals belong to now.
    private var day = UTCDate(number: 0)
    private var dayTime: Range<Int64> = 0..<0
    /// When the loop must call ``handOver()``, in milliseconds of the monotonic clock; nil while nothing waits.
    package private(set) var dueAt: UInt64?

    package init(_ meter: SignalMeter) {
        self.meter = meter
    }

    /// Counts the signals of one record.
    ///
    /// - Parameters:
    ///   - receivedAt: which day they belong to.
    ///   - now: milliseconds of the monotonic clock.
    package func count(
        _ data: borrowing VehicleData,
        of vehicle: MeteredVehicle,
        receivedAt: UnixMilliseconds,
        now: UInt64
    ) {
        if !dayTime.contains(receivedAt.rawValue) { begin(receivedAt, now) }
        guard !data.data.isEmpty else { return }
        // One call, because each access to a class's property is checked for overlaps.
        tally.add(data, of: vehicle)
        if tally.isFull {
            handOver(now: now)
        } else if dueAt == nil {
            dueAt = now &+ Self.patienceMilliseconds
        }
    }

    private func begin(_ moment: UnixMilliseconds, _ now: UInt64) {
        handOver(now: now)
        day = UTCDate(moment)
        dayTime = day.milliseconds
        // What the meter has not taken stays with the day that it was counted for, and draws a second or two along.
        if tally.isEmpty { tally.day = day }
    }

    /// Gives the meter what was counted. When the meter is far behind, the counts stay and are offered again.
    package func handOver(now: UInt64) {
        guard !tally.isEmpty else { return dueAt = nil }
        guard meter.take(&tally) else { return dueAt = now &+ Self.patienceMilliseconds }
        tally.day = day
        dueAt = nil
    }
}

@available(*, unavailable)
extension SignalCounter: Sendable {}
