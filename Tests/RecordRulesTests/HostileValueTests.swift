import RecordRules
import TelemetryModel
import Testing

/// Values that nobody expects make findings, and nothing else.
@Suite struct HostileValueTests {
    private static let values: [SignalValue] = [
        .absent, .empty, .text(""), .text("\0"), .text(String(repeating: "9", count: 100_000)), .text("-"), .text("."),
        .text("1e999999999999"), .text("nan"), .text("|"), .int(.min), .int(.max), .long(.min), .long(.max),
        .float(.nan),
        .float(.infinity), .float(-.greatestFiniteMagnitude), .double(0x1p63), .double(-0x1p63), .double(.nan),
        .double(.infinity), .double(.signalingNaN), .double(.leastNonzeroMagnitude), .boolean(true),
        .location(latitude: .nan, longitude: .infinity), .location(latitude: 1e300, longitude: -1e300),
        .choice(ChoiceKind(tag: 0), number: .min), .choice(ChoiceKind(tag: 255), number: .max),
        .choice(.shiftState, number: 63), .choice(.shiftState, number: 64), .choice(.shiftState, number: -1),
        .invalid(false), .doors(Doors(rawValue: 255)), .tires(Tires(rawValue: .max)),
        .time(hour: .min, minute: .max, second: -1),
    ]

    private static let benches: [RuleBench] = RuleMode.allCases.map { mode in
        RuleBench { settings in
            settings.mode = mode
            settings.plan = PlanSettings.legacy
            for category in FieldCategory.allCases { settings.categories[category.name] = .with(.sample) }
        }
    }

    @Test func `every value in every field`() {
        let numbers = FieldCatalogue.fields.map(\.number) + [-1, .min, .max, 272, 511, 512, 4096]
        for bench in Self.benches {
            for number in numbers {
                let data = Self.values.map { Datum(field: Field(number: number), value: $0) }
                let outcome = bench.judge(data)
                if let passed = outcome.passed { #expect(passed.count <= data.count) }
            }
        }
    }

    @Test func `moments at the ends of time`() {
        let ends: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for bench in Self.benches {
            for created in ends {
                for received in ends {
                    var data = VehicleData(data: [.soc, .power], vin: "")
                    data.createdAt = Timestamp(seconds: created, nanos: Int32(truncatingIfNeeded: created))
                    _ = bench.judge(
                        RuleBench.record(.vehicleData(data), [], type: .vehicleData, receivedAt: received)
                    )
                }
            }
        }
    }

    @Test func `ten thousand data make 32 findings that travel and ten thousand that are counted`() {
        let bench = RuleBench { settings in
            settings.rules[.unknownField] = .enforce
            settings.rules[.duplicateField] = .observe
        }
        let data = (0..<10_000).map { Datum(field: Field(number: 1000 + $0), value: .double(.nan)) }
        let outcome = bench.judge(data)
        #expect(outcome.passed == [])
        #expect(outcome.findings.count == RecordFindings.limit && outcome.omitted == 10_000 - RecordFindings.limit)
        #expect(outcome.tally.counts.map(\.value) == [10_000])
        #expect(outcome.tally.counts.keys.first?.field == FindingTally.unknownField)
        let same = Array(repeating: Datum.unknown, count: 10_000)
        let again = bench.judge(same)
        #expect(again.tally.counts.values.sorted() == [9_999, 10_000])
    }

    @Test func `names of certificates that are no VIN`() {
        for text in ["", "\0", "é", String(repeating: "A", count: 1000), "I0000000000000000"] {
            var bench = RuleBench { $0.mode = .observe }
            bench.vin = VIN(text)
            #expect(bench.judge(.soc).rules == [.vinShape])
        }
    }
}
