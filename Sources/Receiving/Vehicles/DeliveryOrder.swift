/// Fingerprints in the order of their delivery: a ring that grows as needed up to its limit.
struct DeliveryOrder {
    struct Delivery {
        let fingerprint: RecordFingerprint
        let time: UInt64
    }

    private var places: [Delivery] = []
    private var first = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var oldest: Delivery? { count == 0 ? nil : places[first] }

    mutating func removeOldest() {
        guard count > 0 else { return }
        first = (first + 1) % places.count
        count -= 1
    }

    /// - Parameter limit: of places; there must be fewer entries.
    mutating func append(_ fingerprint: RecordFingerprint, at time: UInt64, limit: Int) {
        let delivery = Delivery(fingerprint: fingerprint, time: time)
        guard count == places.count else {
            places[(first + count) % places.count] = delivery
            count += 1
            return
        }
        places = Array(places[first...] + places[..<first])
        first = 0
        // Doubled as arrays are, but never beyond what can be used.
        if places.count == places.capacity { places.reserveCapacity(min(limit, max(4, 2 * places.count))) }
        places.append(delivery)
        count += 1
    }
}
