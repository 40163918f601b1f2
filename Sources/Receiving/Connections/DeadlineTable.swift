internal import LinuxSystem

/// One deadline per connection slot, kept densely so that looking for the passed ones costs nearly nothing.
///
/// Ten thousand connections are 80 KB to look through, at most every ``granularityMilliseconds``, and only when
/// the earliest deadline has come.
struct DeadlineTable {
    static let granularityMilliseconds = 20

    /// Milliseconds on the monotonic clock; `never` for slots without a deadline.
    private var deadlines: [UInt64] = []
    /// Not later than the earliest deadline in the table.
    private var earliest = Self.never
    private static let never = UInt64.max

    mutating func set(_ slot: Int, toMilliseconds deadline: UInt64) {
        while deadlines.count <= slot { deadlines.append(Self.never) }
        deadlines[slot] = deadline
        if deadline < earliest { earliest = deadline }
    }

    mutating func clear(_ slot: Int) {
        guard slot < deadlines.count else { return }
        deadlines[slot] = Self.never
    }

    /// How long the loop may sleep; nil for ever.
    func sleepMilliseconds(now: UInt64) -> Int32? {
        guard earliest != Self.never else { return nil }
        guard earliest > now else { return Int32(Self.granularityMilliseconds) }
        return Int32(clamping: max(earliest - now, UInt64(Self.granularityMilliseconds)))
    }

    /// Takes the slots whose deadline has passed; each is reported once.
    mutating func takePassed(now: UInt64) -> [Int] {
        guard earliest <= now else { return [] }
        var passed: [Int] = []
        var next = Self.never
        for slot in deadlines.indices {
            if deadlines[slot] <= now {
                passed.append(slot)
                deadlines[slot] = Self.never
            } else if deadlines[slot] < next {
                next = deadlines[slot]
            }
        }
        earliest = next
        return passed
    }
}
