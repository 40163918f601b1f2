/// Records that a vehicle has sent and that have not been acked, oldest first.
///
/// Bounded by the vehicle's window; takes no memory after the first use. Acks nearly always come in order, so looking
/// a record up nearly always ends at the first.
struct AckQueue {
    struct Waiting {
        var key: UInt64
        /// Which record of the vehicle's feed it is, to send it again.
        var index: Int
        var sentAt: MonotonicNanoseconds
        /// Of the first attempt; what the ack latency is counted from.
        var isResent: Bool
        var isAcked: Bool
    }

    typealias MonotonicNanoseconds = UInt64

    private var ring: [Waiting] = []
    private var head = 0
    private var used = 0
    /// How many wait, without those acked out of order.
    private(set) var count = 0

    /// When the record that has waited longest was sent; nil when none waits.
    var oldestSentAt: MonotonicNanoseconds? { used == 0 ? nil : ring[head].sentAt }

    /// Whether another record can wait. With a window of 1 a record acked out of order never blocks.
    func hasRoom(window: Int) -> Bool { used < window }

    mutating func append(key: UInt64, index: Int, sentAt: MonotonicNanoseconds, window: Int) {
        if ring.isEmpty {
            let blank = Waiting(key: 0, index: 0, sentAt: 0, isResent: false, isAcked: true)
            ring = Array(repeating: blank, count: window)
        }
        precondition(used < ring.count)
        var place = head &+ used
        if place >= ring.count { place &-= ring.count }
        ring[place] = Waiting(key: key, index: index, sentAt: sentAt, isResent: false, isAcked: false)
        used &+= 1
        count &+= 1
    }

    /// Takes a record off the queue.
    ///
    /// - Returns: nil when no such record waits.
    mutating func remove(key: UInt64) -> Waiting? {
        var place = head
        for _ in 0..<used {
            if ring[place].key == key, !ring[place].isAcked {
                ring[place].isAcked = true
                count &-= 1
                let found = ring[place]
                dropAcked()
                return found
            }
            place &+= 1
            if place == ring.count { place = 0 }
        }
        return nil
    }

    /// Takes the record off the queue that has waited longest, for answers that do not say which they mean.
    mutating func removeOldest() -> Waiting? {
        used == 0 ? nil : remove(key: ring[head].key)
    }

    /// The records that wait, oldest first, each noted as sent again now.
    mutating func resendAll(at now: MonotonicNanoseconds) -> [Waiting] {
        var waiting: [Waiting] = []
        for offset in 0..<used {
            let place = (head + offset) % ring.count
            guard !ring[place].isAcked else { continue }
            ring[place].isResent = true
            ring[place].sentAt = now
            waiting.append(ring[place])
        }
        return waiting
    }

    private mutating func dropAcked() {
        while used > 0, ring[head].isAcked {
            head &+= 1
            if head == ring.count { head = 0 }
            used &-= 1
        }
    }
}
