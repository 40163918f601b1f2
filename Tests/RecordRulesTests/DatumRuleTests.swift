import RecordRules
import TelemetryModel
import Testing

/// A datum that breaks one rule beside one that breaks none.
struct BrokenDatum: Sendable, CustomTestStringConvertible {
    let rule: RecordRule
    let datum: Datum
    var settings: @Sendable (inout ValidationSettings) -> Void = { _ in }

    var testDescription: String { rule.name }

    static let all = [
        BrokenDatum(rule: .unknownField, datum: .unknown),
        BrokenDatum(rule: .valueKind, datum: Datum("VehicleSpeed", .boolean(true))),
        BrokenDatum(rule: .notFinite, datum: Datum("VehicleSpeed", .double(.nan))),
        BrokenDatum(rule: .outOfRange, datum: Datum("VehicleSpeed", .double(163.5))),
        BrokenDatum(rule: .duplicateField, datum: Datum("Soc", .double(1))),
        BrokenDatum(rule: .denied, datum: .power) { $0.categories["Charging"] = .with(.deny) },
        BrokenDatum(rule: .notConfigured, datum: .power),
        BrokenDatum(rule: .planFields, datum: .power) { settings in
            settings.plans["small"] = .with(fields: 0, charging: PlanLimits.with(fields: 1))
            settings.plan = "small"
        },
        BrokenDatum(rule: .planRate, datum: .power) { settings in
            settings.plans["small"] = .with(values: 0, charging: PlanLimits.with(values: 1))
            settings.plan = "small"
        },
        BrokenDatum(rule: .sampled, datum: .power) { $0.categories["Charging"] = .with(.sample, seconds: 10) },
    ]
}

extension CategorySettings {
    static func with(_ policy: DataPolicy, seconds: Int = 60) -> CategorySettings {
        var section = CategorySettings()
        section.policy = policy
        section.interval = .seconds(seconds)
        return section
    }
}

extension PlanSettings {
    static func with(fields: Int = 0, values: Int = 0, charging: PlanLimits = PlanLimits()) -> PlanSettings {
        var plan = PlanSettings()
        plan.maxFields = fields
        plan.valuesPerMinute = values
        plan.categories["Charging"] = charging
        return plan
    }
}

extension PlanLimits {
    static func with(fields: Int = 0, values: Int = 0) -> PlanLimits {
        var limits = PlanLimits()
        limits.maxFields = fields
        limits.valuesPerMinute = values
        return limits
    }
}

@Suite struct DatumRuleTests {
    /// A bench on which the datum breaks its rule.
    private func bench(_ broken: BrokenDatum, _ mode: RuleMode) throws -> RuleBench {
        var bench = RuleBench(broken.rule, mode, broken.settings)
        if broken.rule == .notConfigured {
            bench.configurations.add(try VehicleConfigurationFile(Array(#"{"fields": {"Soc": {}}}"#.utf8)))
        }
        // What was there before the record: another field of the category, then a value of this one.
        if broken.rule == .planFields { #expect(bench.judge(Datum("ChargeAmps", .double(1))).isClean) }
        if broken.rule == .planRate || broken.rule == .sampled { #expect(bench.judge(broken.datum).isClean) }
        return bench
    }

    @Test func `every field of the catalogue has a place in sets of fields`() {
        #expect(FieldCatalogue.fields.allSatisfy { FieldSet([$0.field]).contains($0.field) })
        var set = FieldSet()
        let isNew = set.insert(.soc)
        let isNews = set.insert(.soc)
        #expect(isNew && !isNews && set.count == 1 && !set.contains(.odometer))
        set.remove(.soc)
        #expect(set.count == 0 && !set.contains(Field(number: -1)) && !set.contains(Field(number: 512)))
    }

    @Test func `every rule about data has a case`() {
        #expect(Set(BrokenDatum.all.map(\.rule)) == Set(RecordRule.allCases.filter(\.isAboutDatum)))
    }

    @Test(arguments: BrokenDatum.all)
    func `a rule that is off finds nothing`(_ broken: BrokenDatum) throws {
        let outcome = try bench(broken, .off).judge(broken.datum, .soc)
        #expect(outcome.isClean && outcome.passedTexts == ["\(broken.datum)", "\(Datum.soc)"])
        #expect(outcome.tally.isEmpty)
    }

    @Test(arguments: BrokenDatum.all)
    func `a rule that is observed marks the datum and lets it pass`(_ broken: BrokenDatum) throws {
        let outcome = try bench(broken, .observe).judge(broken.datum, .soc)
        #expect(outcome.findings == [RecordFinding(rule: broken.rule, field: broken.datum.field, outcome: .observed)])
        #expect(outcome.passedTexts == ["\(broken.datum)", "\(Datum.soc)"])
        #expect(outcome.tally.counts.map(\.value) == [1])
    }

    @Test(arguments: BrokenDatum.all)
    func `a rule that is enforced takes the datum out and nothing else`(_ broken: BrokenDatum) throws {
        let outcome = try bench(broken, .enforce).judge(broken.datum, .soc)
        #expect(outcome.findings == [RecordFinding(rule: broken.rule, field: broken.datum.field, outcome: .stripped)])
        #expect(outcome.passed == [.soc])
        #expect(outcome.rejectedBy == nil)
    }

    @Test(arguments: BrokenDatum.all)
    func `a good record breaks nothing in any mode`(_ broken: BrokenDatum) throws {
        for mode in RuleMode.allCases {
            let outcome = try bench(broken, mode).judge(.soc, Datum("Odometer", .double(12_345)))
            #expect(outcome.isClean || broken.rule == .notConfigured)
        }
    }

    @Test func `of several data of a field the last one counts`() {
        let data = [1, 2, 3].map { Datum("Soc", .double($0)) }
        let outcome = RuleBench(.duplicateField, .enforce).judge([data[0], .speed, data[1], data[2]])
        #expect(outcome.passed == [.speed, data[2]])
        #expect(outcome.findings.count == 2)
        let strangers = [Datum.unknown, Datum(field: Field(number: -5), value: .empty), .unknown]
        #expect(RuleBench(.duplicateField, .enforce).judge(strangers).passed == Array(strangers[1...]))
    }

    @Test func `one datum may break several rules, and one that enforces is enough`() {
        let bench = RuleBench { settings in
            settings.rules[.outOfRange] = .observe
            settings.rules[.denied] = .enforce
            settings.fields["VehicleSpeed"] = FieldSettings()
            settings.fields["VehicleSpeed"]?.policy = .deny
        }
        let outcome = bench.judge(Datum("VehicleSpeed", .double(1000)), .soc)
        #expect(outcome.findings.map(\.rule) == [.outOfRange, .denied])
        #expect(outcome.findings.map(\.outcome) == [.observed, .stripped])
        #expect(outcome.passed == [.soc])
    }

    @Test func `policies of a field win over those of its category`() {
        let bench = RuleBench { settings in
            settings.categories["Driving"] = .with(.deny)
            settings.fields["Gear"] = FieldSettings()
            settings.fields["Gear"]?.policy = .allow
        }
        let gear = Datum("Gear", .choice(.shiftState, number: 2))
        #expect(bench.judge(gear, .speed, .soc).passed == [gear, .soc])
    }
}
