internal import Synchronization

/// How many messages a vehicle has sent in the present interval of the rate limit, all its connections together.
///
/// Loops count here without a lock, for two connections of one vehicle may live on two of them.
struct RateWindow: ~Copyable, Sendable {
    /// The count in the low bits, the milliseconds of the interval's start above them. They wrap after half a year,
    /// which is longer than a vehicle without messages is known.
    private let packed = Atomic<UInt64>(0)

    private static let countBits: UInt64 = 30
    private static let countMask: UInt64 = (1 << countBits) - 1
    private static let timeMask: UInt64 = (1 << (64 - countBits)) - 1

    /// The most messages that a limit may allow; a higher one allows as many.
    static let largestLimit = Int(countMask)

    /// Counts a message, and says whether it is within the limit. What is beyond is not counted.
    ///
    /// - Parameter now: milliseconds of the monotonic clock. Loops read it once per turn, so that one may be a little
    ///   behind another.
    func admits(_ limit: RateLimit, now: UInt64) -> Bool {
        let most = UInt64(clamping: min(limit.messages, Self.largestLimit))
        let time = now & Self.timeMask
        var old = packed.load(ordering: .relaxed)
        while true {
            let count = old & Self.countMask
            let elapsed = (time &- (old >> Self.countBits)) & Self.timeMask
            // More than half of all times ago means that another loop's clock is ahead: the same interval.
            let isOver = elapsed >= UInt64(clamping: limit.intervalMilliseconds) && elapsed <= Self.timeMask / 2
            let next: UInt64
            if count == 0 || isOver {
                guard most > 0 else { return false }
                next = time << Self.countBits | 1
            } else {
                guard count < most else { return false }
                next = old + 1
            }
            let (isDone, found) = packed.weakCompareExchange(expected: old, desired: next, ordering: .relaxed)
            if isDone { return true }
            old = found
        }
    }

    /// Takes a message back that was counted and will be offered again.
    func giveBack() {
        var old = packed.load(ordering: .relaxed)
        while old & Self.countMask > 0 {
            let (isDone, found) = packed.weakCompareExchange(expected: old, desired: old - 1, ordering: .relaxed)
            if isDone { return }
            old = found
        }
    }
}
