import TelemetryFixtures
import TelemetryModel
import Testing

@testable import SignalMetering

@Suite struct SignalTallyTests {
    private static func cell(_ vehicle: Int, _ field: Int) -> SignalCell {
        SignalCell(MeteredVehicle(number: UInt32(vehicle)), SignalCode(rawValue: UInt16(field)))
    }

    private static func sums(_ tally: SignalTally) -> [SignalCell: Int] {
        var sums: [SignalCell: Int] = [:]
        tally.forEach { sums[$0, default: 0] += $1 }
        return sums
    }

    @Test(arguments: [1, 7, UInt64.random(in: .min ... .max)])
    func `it counts as a dictionary does`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var tally = SignalTally()
        for _ in 0..<20 {
            var model: [SignalCell: Int] = [:]
            for _ in 0..<Int.random(in: 0..<5_000, using: &random) {
                let cell = Self.cell(.random(in: 0..<1_000_000, using: &random), .random(in: 0...1024, using: &random))
                let count = Int.random(in: 1...50, using: &random)
                model[cell, default: 0] += count
                tally.add(count, to: cell)
            }
            #expect(Self.sums(tally) == model, "seed \(seed)")
            tally.removeAll()
            #expect(tally.isEmpty && Self.sums(tally).isEmpty, "seed \(seed)")
        }
    }

    @Test func `a full table loses no signal, only whose it was`() {
        var tally = SignalTally()
        for field in 1...1000 {
            for vehicle in 1...8 { tally.add(2, to: Self.cell(vehicle, field)) }
        }
        #expect(tally.isFull)
        #expect(Self.sums(tally).count == SignalTally.limit)
        #expect(Self.sums(tally).values.reduce(0, +) + tally.unattributed == 16_000)
        // What has a place counts on.
        let before = tally.unattributed
        tally.add(1, to: Self.cell(1, 1))
        #expect(tally.unattributed == before && Self.sums(tally)[Self.cell(1, 1)] == 3)
        tally.removeAll()
        #expect(tally.unattributed == 0)
    }

    @Test(arguments: [
        (Int32(0), 0), (1, 1), (269, 269), (1023, 1023), (1024, 0), (1025, 0), (-1, 0), (.min, 0), (.max, 0),
        (65_536 + 8, 0),
    ])
    func `fields beyond any range are one`(number: Int32, code: Int) {
        #expect(SignalCode(Field(number: number)) == SignalCode(rawValue: UInt16(code)))
    }

    @Test func `the largest vehicle and the largest code stay apart from others`() {
        let most = Self.cell(1_000_000, 1024)
        #expect(most.vehicle.number == 1_000_000 && most.code == .resent)
        #expect(SignalCode.resent.isField == false && SignalCode.otherFields.isField)
    }
}

@Suite struct UTCDateTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01"), (-1, "1969-12-31"), (86_399_999, "1970-01-01"), (86_400_000, "1970-01-02"),
        (1_582_934_400_000, "2020-02-29"), (1_583_020_800_000, "2020-03-01"), (1_798_761_599_999, "2026-12-31"),
        (1_798_761_600_000, "2027-01-01"),
    ])
    func `a moment has the day of UTC`(milliseconds: Int64, text: String) {
        let day = UTCDate(UnixMilliseconds(rawValue: milliseconds))
        #expect(day.description == text)
        #expect(day.milliseconds.contains(milliseconds))
        #expect(day.month == String(text.prefix(7)))
        #expect(day.monthStart.description == text.prefix(8) + "01")
    }

    @Test func `days follow each other`() {
        let day = UTCDate(UnixMilliseconds(rawValue: 1_798_761_600_000))
        #expect(day.adding(days: -1).description == "2026-12-31")
        #expect(day.adding(days: 59).description == "2027-03-01")
        #expect(day.adding(days: -1) < day)
    }
}
