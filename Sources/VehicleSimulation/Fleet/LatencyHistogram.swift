/// Counts durations in buckets that grow with the duration, so that every quantile is right to 1.6 percent.
///
/// Adding is a few instructions and takes no memory: each power of two is cut into 64 buckets.
package struct LatencyHistogram: Sendable {
    /// 2 to the power of this many buckets per power of two.
    private static let precision = 6
    private static let bucketsPerPower = 1 << precision
    /// Longer durations count as this long: 2^40 ns, 18 minutes.
    private static let largestExponent = 40

    private var counts: [UInt64]
    package private(set) var count: UInt64 = 0
    /// The longest duration, in nanoseconds; 0 when there is none.
    package private(set) var maximum: UInt64 = 0

    package init() {
        let powers = Self.largestExponent - Self.precision + 1
        counts = Array(repeating: 0, count: (powers + 1) * Self.bucketsPerPower)
    }

    /// Counts one duration.
    package mutating func add(nanoseconds: UInt64) {
        counts[min(Self.bucket(nanoseconds), counts.count - 1)] &+= 1
        count &+= 1
        if nanoseconds > maximum { maximum = nanoseconds }
    }

    /// Counts everything that another histogram has counted.
    package mutating func merge(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        count &+= other.count
        maximum = max(maximum, other.maximum)
    }

    /// The duration that the given share of all durations does not exceed, in nanoseconds; 0 when there is none.
    ///
    /// - Parameter share: 0...1, e.g. 0.99.
    package func quantile(_ share: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let wanted = max(1, UInt64((min(max(share, 0), 1) * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (index, bucketCount) in counts.enumerated() {
            seen &+= bucketCount
            if seen >= wanted { return min(Self.upperBound(index), maximum) }
        }
        return maximum
    }

    private static func bucket(_ value: UInt64) -> Int {
        guard value >= UInt64(bucketsPerPower) else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        let shift = exponent - precision
        return (shift + 1) * bucketsPerPower + Int(value >> UInt64(shift)) - bucketsPerPower
    }

    /// The longest duration that falls into a bucket.
    private static func upperBound(_ index: Int) -> UInt64 {
        guard index >= bucketsPerPower else { return UInt64(index) }
        let shift = UInt64(index / bucketsPerPower - 1)
        let lead = UInt64(index % bucketsPerPower + bucketsPerPower)
        return (lead + 1) << shift - 1
    }
}
