package import Synchronization

/// A count that only grows. Adding is one relaxed atomic addition, so event loops may do it per record.
package final class Counter: Sendable {
    @usableFromInline let count = Atomic<Int>(0)

    package init() {}

    /// - Parameter n: 0 or more; a counter never falls.
    @inlinable
    package func add(_ n: Int = 1) {
        count.wrappingAdd(n, ordering: .relaxed)
    }

    @inlinable
    package var value: Int { count.load(ordering: .relaxed) }
}

/// A value that goes up and down.
package final class Gauge: Sendable {
    /// The bits of a Double; the pattern of ``notSet`` until somebody sets it.
    private let bits = Atomic<UInt64>(Gauge.notSet)

    /// A NaN that no arithmetic makes.
    private static let notSet: UInt64 = 0x7FF8_DEAD_0000_0001

    package init() {}

    /// From now on the gauge stands at this value.
    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// Changes the value by `difference`; from 0 when it was never set.
    package func add(_ difference: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let sum = (old == Self.notSet ? 0 : Double(bitPattern: old)) + difference
            let (done, found) = bits.weakCompareExchange(
                expected: old,
                desired: sum.bitPattern,
                ordering: .relaxed
            )
            if done { return }
            old = found
        }
    }

    /// 0 until it is set.
    package var value: Double {
        let bits = bits.load(ordering: .relaxed)
        return bits == Self.notSet ? 0 : Double(bitPattern: bits)
    }

    package var isSet: Bool { bits.load(ordering: .relaxed) != Self.notSet }
}

/// How durations spread over buckets.
package final class Histogram: Sendable {
    /// One histogram has at most this many buckets besides the last one, which takes everything.
    package static let maximumBuckets = 23

    /// Upper bounds in seconds, ascending, each included in its bucket.
    package let bounds: [Double]
    private let counts: InlineArray<24, Atomic<Int>>
    private let sumBits = Atomic<UInt64>(0)

    /// - Parameter bounds: ascending and finite, 1 to ``maximumBuckets`` of them.
    package init(bounds: [Double]) {
        precondition((1...Self.maximumBuckets).contains(bounds.count), "histogram with \(bounds.count) buckets")
        precondition(
            bounds.allSatisfy(\.isFinite) && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 },
            "histogram bounds are not ascending: \(bounds)"
        )
        self.bounds = bounds
        counts = InlineArray { _ in Atomic<Int>(0) }
    }

    /// Counts one duration. Negative and NaN count as 0: clocks may be set back between two readings.
    package func observe(seconds: Double) {
        observe(seconds: seconds, times: 1)
    }

    /// Counts a size, for histograms whose buckets are no durations.
    package func observe(count: Int) {
        observe(seconds: Double(count), times: 1)
    }

    /// Counts the same duration for several things that took it together, e.g. the records of one batch.
    package func observe(seconds: Double, times: Int) {
        let seconds = seconds > 0 ? seconds : 0
        var bucket = 0
        while bucket < bounds.count, seconds > bounds[bucket] { bucket += 1 }
        counts[bucket].wrappingAdd(times, ordering: .relaxed)
        addToSum(seconds * Double(times))
    }

    private func addToSum(_ seconds: Double) {
        var old = sumBits.load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: old) + seconds
            let (done, found) = sumBits.weakCompareExchange(
                expected: old,
                desired: sum.bitPattern,
                ordering: .relaxed
            )
            if done { return }
            old = found
        }
    }

    /// One reading of all buckets.
    package struct Snapshot: Sendable, Hashable {
        /// As many as bounds, and one for what is above all of them. Not cumulative.
        package let counts: [Int]
        /// Seconds, of all observations.
        package let sum: Double
        package var count: Int { counts.reduce(0, +) }
    }

    package var snapshot: Snapshot {
        var read: [Int] = []
        for bucket in 0...bounds.count { read.append(counts[bucket].load(ordering: .relaxed)) }
        return Snapshot(counts: read, sum: Double(bitPattern: sumBits.load(ordering: .relaxed)))
    }

    /// From 50 microseconds to 10 seconds: acks and deliveries.
    package static let latencyBounds: [Double] = [
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
}
