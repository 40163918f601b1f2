import EnvelopeCodec
import PayloadCodec
import RecordRules
import TelemetryFixtures
import TelemetryModel
import Testing
import VehicleSimulation

/// Records that are always the same, and exactly what the rules find in them.
@Suite struct KnownRecordsTests {
    /// What was found: `rule` for whole records, `rule Category` for data, with its number.
    private func counts(_ tally: FindingTally) -> [String: Int] {
        var counts: [String: Int] = [:]
        for (key, count) in tally.counts {
            let name = key.field.map { "\(key.rule.name) \($0.category.name)" } ?? key.rule.name
            counts[name, default: 0] += count
        }
        return counts
    }

    private func record(
        _ rewriter: inout PayloadRewriter,
        _ type: RecordType,
        _ payload: Span<UInt8>,
        vin: VIN,
        receivedAt: Int64
    ) throws(PayloadError) -> Record {
        let source = RecordSource(
            device: DeviceIdentity(vin: vin, deviceType: "vehicle_device"),
            connection: ConnectionID(loop: 0, slot: 0, generation: 0),
            socketID: ""
        )
        let stamp = RecordStamp(
            source: source,
            sequence: 0,
            type: type,
            receivedAt: UnixMilliseconds(rawValue: receivedAt)
        )
        return try rewriter.record(PayloadKind(type), payload, txid: [UInt8]().span, stamp).record
    }

    // MARK: The corpus

    /// Every record of the frame corpus that the receiver can read, all of them received in one moment.
    private func judgeCorpus(_ settings: ValidationSettings) throws -> (records: Int, data: Int, tally: FindingTally) {
        let set = RuleSet(settings)
        var rewriter = PayloadRewriter(mode: .standard)
        var histories: [VIN: VehicleHistory] = [:]
        var (records, data, tally) = (0, 0, FindingTally())
        for area in Corpus.frameAreas {
            for test in try Corpus.cases(area) {
                let vin = VIN(test.client_cn)
                let history = histories[vin] ?? VehicleHistory()
                histories[vin] = history
                for frame in test.frames ?? [] {
                    let bytes = frame.bytes
                    guard let envelope = try? Envelope.read(bytes.span), let stream = envelope.stream else { continue }
                    let type = RecordType(topic: String(decoding: bytes[envelope.topic], as: UTF8.self))
                    let payload = bytes.span.extracting(stream.payload)
                    guard
                        let record = try? record(
                            &rewriter,
                            type,
                            payload,
                            vin: vin,
                            receivedAt: RuleBench.noon
                        )
                    else { continue }
                    records += 1
                    if case .vehicleData(let vehicle) = record.content { data += vehicle.data.count }
                    _ = set.rules(for: vin, history: history).judge(record, &tally)
                }
            }
        }
        return (records, data, tally)
    }

    @Test func `findings over the frame corpus`() throws {
        let (records, data, tally) = try judgeCorpus(ValidationSettings())
        #expect(records == 366 && data == 1162)
        #expect(
            counts(tally) == [
                "vin_shape": 6, "vin_check_digit": 360, "created_at_missing": 13, "created_at_future": 1,
                "created_at_stale": 340, "datum_count": 1, "unknown_field Default": 7, "value_kind Driving": 125,
                "value_kind Charging": 106, "value_kind Default": 376, "not_finite Driving": 15,
                "not_finite Default": 1, "out_of_range Driving": 34, "out_of_range Charging": 16,
                "out_of_range Default": 161, "duplicate_field Driving": 24, "duplicate_field Charging": 18,
                "duplicate_field Default": 313,
            ]
        )
    }

    @Test func `enforcing finds the same in the frame corpus, and nothing is left of it that is found again`() throws {
        let (_, _, observed) = try judgeCorpus(ValidationSettings())
        var settings = ValidationSettings()
        // Rules about whole records would hide what their data are like.
        for rule in RecordRule.allCases where rule.isAboutDatum { settings.rules[rule] = .enforce }
        let (_, _, enforced) = try judgeCorpus(settings)
        #expect(counts(observed) == counts(enforced))
    }

    // MARK: A day

    /// Drives for two hours, charges for six and parks for sixteen, as the simulator's vehicles do.
    private func judgeDay(
        _ settings: ValidationSettings,
        configurations: VehicleConfigurations = VehicleConfigurations()
    ) throws -> (records: Int, data: [FieldCategory: Int], stripped: Int, tally: FindingTally) {
        let set = RuleSet(settings, configurations: configurations)
        let history = VehicleHistory()
        var rewriter = PayloadRewriter(mode: .standard)
        var writer = PayloadWriter()
        var start = Timestamp(milliseconds: RuleBench.noon)
        var (records, data, stripped, tally) = (0, [FieldCategory: Int](), 0, FindingTally())
        for (kind, hours) in [(ScenarioKind.drive, Int64(2)), (.charge, 6), (.park, 16)] {
            var scenario = Scenario(kind, seed: 6, startedAt: start)
            let end = start.seconds + hours * 3600
            while case let made = scenario.next(), made.createdAt.seconds < end {
                let received = made.createdAt.seconds * 1000 + Int64(made.createdAt.nanos) / 1_000_000 + 90
                let payload = writer.bytes(of: made.content)
                let record = try record(
                    &rewriter,
                    made.type,
                    payload.span,
                    vin: RuleBench.vin,
                    receivedAt: received
                )
                records += 1
                if case .vehicleData(let vehicle) = record.content {
                    for datum in vehicle.data { data[datum.field.category, default: 0] += 1 }
                }
                let judgement = set.rules(for: RuleBench.vin, history: history).judge(record, &tally)
                stripped += judgement?.strippedCount ?? 0
            }
            start.seconds = end
        }
        return (records, data, stripped, tally)
    }

    @Test func `a day of a simulated vehicle breaks nothing`() throws {
        let (records, data, stripped, tally) = try judgeDay(ValidationSettings())
        #expect(tally.isEmpty && stripped == 0)
        #expect(records == 17_383)
        #expect(data == [.driving: 12_743, .charging: 246, .default: 12_297])
    }

    @Test func `a day of a simulated vehicle against a plan, policies and a configuration`() throws {
        var settings = ValidationSettings()
        settings.plan = PlanSettings.legacy
        settings.categories["Driving"] = .with(.sample, seconds: 5)
        settings.categories["Charging"] = .with(.deny)
        var configurations = VehicleConfigurations()
        let text = #"{"fields": {"VehicleSpeed": {}, "Location": {}, "Gear": {}, "Soc": {}, "Odometer": {}}}"#
        configurations.add(try VehicleConfigurationFile(Array(text.utf8)))
        let (_, data, stripped, tally) = try judgeDay(settings, configurations: configurations)
        #expect(tally.counts.filter { $0.key.outcome == .stripped }.values.reduce(0, +) == stripped)
        #expect(counts(tally)["denied Charging"] == data[.charging])
        #expect(stripped == 9_036)
        #expect(
            counts(tally) == [
                "denied Charging": 246, "sampled Driving": 8_790, "not_configured Driving": 1_299,
                "not_configured Charging": 246, "not_configured Default": 11_321, "plan_fields Default": 2_414,
                "plan_rate Driving": 3_333, "plan_rate Default": 3_807,
            ]
        )
    }
}
