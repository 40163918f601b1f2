import RecordRules
import TelemetryModel
import Testing

/// Rules that depend on what the vehicle sent before.
@Suite struct HistoryTests {
    private let start = RuleBench.noon

    @Test func `sampling lets a value pass when the interval is over, and not a millisecond before`() {
        let bench = RuleBench { $0.categories["Charging"] = .with(.sample, seconds: 10) }
        #expect(bench.judge([.power], at: start).passed == [.power])
        #expect(bench.judge([.power, .soc], at: start + 9_999).passed == [.soc])
        #expect(bench.judge([.power], at: start + 10_000).passed == [.power])
        // Counted from the last one that passed.
        #expect(bench.judge([.power], at: start + 19_999).passed == [])
        #expect(bench.judge([.power], at: start + 20_000).passed == [.power])
        // Each field for itself.
        #expect(bench.judge([Datum("ChargeAmps", .double(1))], at: start + 20_001).isClean)
    }

    @Test func `sampling observed counts what it would have taken out`() {
        let bench = RuleBench(.sampled, .observe) { $0.categories["Charging"] = .with(.sample, seconds: 10) }
        let found = (0..<25).map { bench.judge([.power], at: start + Int64($0) * 1000).rules }
        #expect(found.count { $0 == [.sampled] } == 22)
        #expect([0, 10, 20].allSatisfy { found[$0].isEmpty })
    }

    @Test func `a clock that goes back or wraps does not stop sampling for ever`() {
        let bench = RuleBench { $0.categories["Charging"] = .with(.sample, seconds: 10) }
        #expect(bench.judge([.power], at: start).isClean)
        #expect(bench.judge([.power], age: 3_600_000, at: start).isClean)
        #expect(bench.judge([.power], age: 3_599_000, at: start).passed == [])
        #expect(bench.judge([.power], at: start + (1 << 32) - 5_000).isClean)
        #expect(bench.judge([.power], at: start + (1 << 32)).passed == [])
    }

    @Test func `a vehicle's clock counts unless it is ahead of what may be`() {
        let bench = RuleBench { settings in
            settings.categories["Charging"] = .with(.sample, seconds: 10)
            settings.future = .seconds(60)
        }
        #expect(bench.judge([.power], age: 20_000, at: start).isClean)
        #expect(bench.judge([.power], age: 10_000, at: start + 1).isClean, "10 s later by the vehicle's clock")
        #expect(bench.judge([.power], age: -70_000, at: start + 2).isClean, "by the receiver's, 10 s later again")
        #expect(bench.judge([.power], age: -90_000, at: start + 3).passed == [], "by the receiver's, 1 ms later")
    }

    @Test func `the legacy plan has 20 fields`() {
        let bench = RuleBench(.planFields, .enforce) { $0.plan = PlanSettings.legacy }
        let fields = FieldCatalogue.fields.filter { $0.status == .active }.prefix(22).map { facts in
            Datum(field: facts.field, value: .invalid(true))
        }
        #expect(bench.judge(Array(fields[..<20])).isClean)
        #expect(bench.judge(Array(fields[..<20])).isClean, "known fields are no news")
        #expect(bench.judge([fields[20], fields[0]]).passed == [fields[0]])
        #expect(bench.judge([fields[21], fields[19]]).passed == [fields[19]])
    }

    @Test func `a field that a vehicle did not send for a day makes room`() {
        let bench = RuleBench(.planFields, .enforce) { settings in
            settings.plans["one"] = .with(fields: 1)
            settings.plan = "one"
        }
        let day: Int64 = 86_400_000
        #expect(bench.judge([.soc], at: start).isClean)
        #expect(bench.judge([.power], at: start + day - 1_000).passed == [])
        #expect(bench.judge([.power], at: start + day).isClean)
        #expect(bench.judge([.soc], at: start + day).passed == [])
    }

    @Test func `the legacy plan has 10 values a minute`() {
        let bench = RuleBench(.planRate, .enforce) { $0.plan = PlanSettings.legacy }
        #expect(bench.judge(Array(repeating: .soc, count: 11), at: start).passed?.count == 10)
        #expect(bench.judge([.soc], at: start + 59_999).passed == [])
        #expect(bench.judge([.soc], at: start + 60_000).isClean)
        #expect(bench.judge(Array(repeating: .speed, count: 12), at: start + 60_001).passed?.count == 9)
    }

    @Test func `limits of a category hold beside those of all`() {
        let bench = RuleBench { settings in
            settings.rules[.planRate] = .enforce
            settings.rules[.planFields] = .enforce
            settings.plans["mixed"] = .with(fields: 3, values: 5, charging: .with(fields: 1, values: 2))
            settings.plan = "mixed"
        }
        let amps = Datum("ChargeAmps", .double(1))
        let outcome = bench.judge([.power, amps, .power, .power, .soc, .speed, .soc, .soc], at: start)
        #expect(outcome.passed == [.power, .power, .soc, .speed, .soc])
        #expect(outcome.rules == [.planFields, .planRate, .planRate])
    }

    @Test func `what is taken out for another reason does not count`() {
        let bench = RuleBench { settings in
            settings.rules[.outOfRange] = .enforce
            settings.rules[.planRate] = .enforce
            settings.plans["one"] = .with(values: 1)
            settings.plan = "one"
        }
        #expect(bench.judge([Datum("Soc", .double(101)), .soc]).passed == [.soc])
    }

    @Test func `values of a minute that is over are not counted into the present one`() {
        let bench = RuleBench(.planRate, .observe) { settings in
            settings.plans["one"] = .with(values: 1)
            settings.plan = "one"
        }
        #expect(bench.judge([.soc], at: start).isClean)
        #expect(bench.judge([.soc], age: 60_000, at: start).isClean)
        #expect(!bench.judge([.soc], age: 59_999, at: start).isClean)
    }

    /// 4 KB is what the rules may take for a vehicle; the arrays' capacities tell what they take.
    @Test func `a vehicle with 200 fields takes less than 4 KB`() {
        let bench = RuleBench { settings in
            settings.rules[.planFields] = .observe
            settings.rules[.planRate] = .observe
            settings.plan = PlanSettings.legacy
            for category in FieldCategory.allCases { settings.categories[category.name] = .with(.sample) }
        }
        #expect(bench.history.bytes <= 32)
        let data = FieldCatalogue.fields.prefix(200).map { Datum(field: $0.field, value: .invalid(true)) }
        for minute in 0..<100 { _ = bench.judge(Array(data), at: start + Int64(minute) * 60_000) }
        let rules = RuleSet(bench.settings).rules(for: bench.vin, history: bench.history)
        #expect(bench.history.bytes + rules.bytes < 3072, "\(bench.history.bytes) and \(rules.bytes) bytes")
        #expect(bench.history.bytes > 2 * 272 * 4, "the arrays are counted")
    }
}
