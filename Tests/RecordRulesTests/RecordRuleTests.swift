import RecordRules
import TelemetryModel
import Testing

@Suite struct RecordRuleTests {
    /// For each rule about whole records: what keeps it just so, and what breaks it.
    private func pair(_ rule: RecordRule, _ mode: RuleMode) -> (good: RuleBench.Outcome, bad: RuleBench.Outcome) {
        var bench = RuleBench(rule, mode) { settings in
            settings.maxDatums = 2
            settings.future = .seconds(10)
            settings.stale = .seconds(20)
        }
        let data = [Datum.soc, .speed]
        switch rule {
        case .vinShape:
            let good = bench.judge(data)
            bench.vin = VIN("1M8GDM9AXKP04278O")
            return (good, bench.judge(data))
        case .vinCheckDigit:
            let good = bench.judge(data)
            bench.vin = VIN("1M8GDM9A1KP042788")
            return (good, bench.judge(data))
        case .createdAtMissing: return (bench.judge(data), bench.judge(data, age: nil))
        case .createdAtFuture: return (bench.judge(data, age: -10_000), bench.judge(data, age: -10_001))
        case .createdAtStale: return (bench.judge(data, age: 20_000), bench.judge(data, age: 20_001))
        case .datumCount: return (bench.judge(data), bench.judge(data + [.power]))
        default:
            bench.settings.maxRecordBytes = RuleBench.record(data).payloadCount
            let good = bench.judge(data)
            bench.settings.maxRecordBytes -= 1
            return (good, bench.judge(data))
        }
    }

    private static let rules = RecordRule.allCases.filter { !$0.isAboutDatum }

    @Test(arguments: rules)
    func `a rule that is off finds nothing`(_ rule: RecordRule) {
        let (good, bad) = pair(rule, .off)
        #expect(good.isClean && bad.isClean && bad.passed != nil)
    }

    @Test(arguments: rules)
    func `a rule that is observed marks the record beyond its limit`(_ rule: RecordRule) {
        let (good, bad) = pair(rule, .observe)
        #expect(good.isClean)
        #expect(bad.findings == [RecordFinding(rule: rule, outcome: .observed)])
        #expect(bad.rejectedBy == nil && (bad.passed?.count ?? 0) >= 2)
    }

    @Test(arguments: rules)
    func `a rule that is enforced refuses the record beyond its limit`(_ rule: RecordRule) {
        let (good, bad) = pair(rule, .enforce)
        #expect(good.isClean)
        #expect(bad.findings == [RecordFinding(rule: rule, outcome: .rejected)])
        #expect(bad.rejectedBy == rule && bad.passed == nil)
        #expect(bad.tally.counts.map(\.value) == [1])
    }

    @Test func `a VIN from where no check digit is demanded has none`() {
        var bench = RuleBench(.vinCheckDigit, .observe)
        bench.vin = VIN("XP7YGCEK1PB000000")
        #expect(bench.judge(.soc).isClean)
    }

    @Test func `a moment that is no date counts as none`() {
        var data = VehicleData(data: [.soc], vin: RuleBench.vin.text)
        data.createdAt = Timestamp(seconds: .max, nanos: 0)
        let record = RuleBench.record(.vehicleData(data), [], type: .vehicleData)
        #expect(RuleBench(.createdAtMissing, .observe).judge(record).rules == [.createdAtMissing])
    }

    @Test func `what a refused record's data are like does not matter`() {
        let bench = RuleBench { settings in
            settings.mode = .enforce
            settings.maxDatums = 1
        }
        let outcome = bench.judge(.unknown, .unknown)
        #expect(outcome.rules == [.datumCount] && outcome.rejectedBy == .datumCount)
    }

    @Test func `alerts, errors and types that are not decoded have rules about records`() {
        var bench = RuleBench { settings in
            settings.mode = .observe
            settings.maxDatums = 1
            settings.maxRecordBytes = 3
        }
        let alert = VehicleAlerts.Alert(name: "a")
        let alerts = RecordContent.alerts(VehicleAlerts(alerts: [alert, alert], vin: ""))
        let expected: [RecordRule] = [.createdAtMissing, .datumCount, .recordSize]
        #expect(bench.judge(RuleBench.record(alerts, [1, 2, 3, 4], type: .alerts)).rules == expected)
        let other = RecordType(topic: "other")
        #expect(bench.judge(RuleBench.record(.opaque, [1, 2, 3, 4], type: other)).rules == [.recordSize])
        #expect(bench.judge(RuleBench.record(.opaque, [1, 2, 3], type: other)).isClean)
        bench.settings.types["other"] = TypeSettings()
        bench.settings.types["other"]?.mode = .enforce
        #expect(bench.judge(RuleBench.record(.opaque, [1, 2, 3, 4], type: other)).rejectedBy == .recordSize)
        let errors = RecordContent.errors(VehicleErrors(errors: [], createdAt: nil, vin: ""))
        #expect(bench.judge(RuleBench.record(errors, [], type: .errors)).rules == [.createdAtMissing])
    }
}
