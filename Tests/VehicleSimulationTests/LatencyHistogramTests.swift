import Testing
import VehicleSimulation

struct LatencyHistogramTests {
    @Test func `quantiles are right to two percent over nine powers of ten`() {
        var random = SeededNumbers(seed: 11)
        var histogram = LatencyHistogram()
        var values: [UInt64] = []
        for _ in 0..<50_000 {
            let value = (random.next() % 1000) << (random.next() % 24)
            values.append(value)
            histogram.add(nanoseconds: value)
        }
        values.sort()
        for share in [0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let rank = max(1, Int((share * Double(values.count)).rounded(.up)))
            let exact = values[rank - 1]
            let found = histogram.quantile(share)
            #expect(found >= exact && Double(found) <= Double(exact) * 1.016 + 1, "\(share): \(found), not \(exact)")
        }
        #expect(histogram.count == 50_000)
        #expect(histogram.maximum == values.last)
    }

    @Test func `small durations are exact, huge ones are kept as the maximum`() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == 0)
        for value in UInt64(0)...63 { histogram.add(nanoseconds: value) }
        #expect(histogram.quantile(0.5) == 31)
        histogram.add(nanoseconds: .max)
        #expect(histogram.maximum == .max)
        #expect(histogram.quantile(1) > 1 << 40)
    }

    @Test func `two histograms make one`() {
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        var both = LatencyHistogram()
        for value in UInt64(0)..<1000 {
            if value.isMultiple(of: 3) {
                first.add(nanoseconds: value * 999)
            } else {
                second.add(nanoseconds: value * 999)
            }
            both.add(nanoseconds: value * 999)
        }
        first.merge(second)
        #expect(first.count == both.count && first.maximum == both.maximum)
        #expect([0.1, 0.5, 0.99].map(first.quantile) == [0.1, 0.5, 0.99].map(both.quantile))
    }
}
