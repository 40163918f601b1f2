internal import LinuxSystem

/// Decides whether a sync waits for more records.
///
/// A sync costs the processor the same for one record as for a hundred. It waits only when that pays: when records
/// come so fast that several will arrive meanwhile. Otherwise it starts at once, so that at low load an ack waits
/// for one sync and nothing else.
struct CommitPacer {
    /// So many records must be expected within the delay.
    private static let worthwhileRecords = 4.0

    private let delayNanoseconds: UInt64
    private var lastBegan: MonotonicTime?
    /// A moving average over about eight delays.
    private var recordsPerNanosecond = 0.0

    init(delayMilliseconds: Int) {
        delayNanoseconds = UInt64(max(0, delayMilliseconds)) * 1_000_000
    }

    mutating func noteCommit(records: Int, at now: MonotonicTime) {
        defer { lastBegan = now }
        guard delayNanoseconds > 0, let lastBegan else { return }
        let elapsed = Double(max(1, now.nanoseconds(since: lastBegan)))
        let weight = min(1, elapsed / Double(8 * delayNanoseconds))
        recordsPerNanosecond += weight * (Double(records) / elapsed - recordsPerNanosecond)
    }

    /// When the next sync begins unless ``SpoolSettings/syncMaxRecords`` wait before; not later than `now` for at
    /// once.
    func due(_ now: MonotonicTime) -> MonotonicTime {
        guard
            let lastBegan,
            recordsPerNanosecond * Double(delayNanoseconds) >= CommitPacer.worthwhileRecords
        else { return now }
        return MonotonicTime(nanoseconds: lastBegan.nanoseconds &+ delayNanoseconds)
    }
}
