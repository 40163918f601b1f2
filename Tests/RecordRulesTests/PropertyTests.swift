import PayloadCodec
import RecordRules
import TelemetryFixtures
import TelemetryModel
import Testing

/// What holds whatever the rules and the records are: 100 histories of 20 records each.
@Suite struct PropertyTests {
    private var random: SeededRandom
    private let seed: UInt64

    init() {
        seed = UInt64.random(in: 0 ... .max)
        random = SeededRandom(seed: seed)
        print("PropertyTests: seed \(seed)")
    }

    /// A record as the receiver makes it of what a vehicle sent.
    private mutating func record(_ rewriter: inout PayloadRewriter, at time: Int64) throws -> Record {
        let count = Int.random(in: 0...12, using: &random)
        var data = VehicleData(data: (0..<count).map { _ in datum() }, vin: "x")
        if Int.random(in: 0..<10, using: &random) > 0 {
            data.createdAt = Timestamp(milliseconds: time - Int64.random(in: -400_000...90_000_000, using: &random))
        }
        var writer = PayloadWriter()
        let bytes = writer.bytes(of: .vehicleData(data))
        let source = RecordSource(
            device: DeviceIdentity(vin: RuleBench.vin, deviceType: "vehicle_device"),
            connection: ConnectionID(loop: 0, slot: 0, generation: 0),
            socketID: ""
        )
        let stamp = RecordStamp(
            source: source,
            sequence: 7,
            type: .vehicleData,
            receivedAt: UnixMilliseconds(rawValue: time),
            receivedTick: 99
        )
        return try rewriter.record(.vehicleData, bytes.span, txid: Array("tx".utf8).span, stamp).record
    }

    private mutating func datum() -> Datum {
        let field = Field(number: Int32.random(in: -2...290, using: &random))
        let value: SignalValue =
            switch Int.random(in: 0..<9, using: &random) {
            case 0: .double(Double.random(in: -2000...2000, using: &random))
            case 1: .int(Int32.random(in: -10...300, using: &random))
            case 2: .text("\(Int.random(in: 0...500, using: &random))")
            case 3: .boolean(Bool.random(using: &random))
            case 4: .choice(.shiftState, number: Int32.random(in: 0...9, using: &random))
            case 5: .double(.nan)
            case 6: .location(latitude: Double.random(in: -100...100, using: &random), longitude: 0)
            case 7: .invalid(true)
            default: .absent
            }
        return Datum(field: field, value: value)
    }

    private mutating func settings(_ modes: [RuleMode]) -> ValidationSettings {
        var settings = ValidationSettings()
        settings.mode = modes.randomElement(using: &random) ?? .off
        for rule in RecordRule.allCases {
            let mode = modes.randomElement(using: &random) ?? .off
            settings.rules[rule] = ModeChoice(rawValue: mode.rawValue) ?? .off
        }
        for category in FieldCategory.allCases {
            let policy = DataPolicy.allCases.randomElement(using: &random) ?? .allow
            settings.categories[category.name] = .with(policy, seconds: 30)
        }
        settings.maxDatums = 11
        settings.plan = [PlanSettings.legacy, PlanSettings.unlimited].randomElement(using: &random) ?? ""
        return settings
    }

    /// Judges histories of records by random rules, and lets the test look at what came of each.
    private mutating func check(
        modes: [RuleMode],
        _ look: (RuleSet, Record, Judgement?, inout PayloadRewriter) throws -> Void
    ) throws {
        var rewriter = PayloadRewriter(mode: .standard)
        for _ in 0..<100 {
            let set = RuleSet(settings(modes))
            let rules = set.rules(for: RuleBench.vin, history: VehicleHistory())
            var time = RuleBench.noon
            for _ in 0..<20 {
                time += Int64.random(in: 0...20_000, using: &random)
                let record = try record(&rewriter, at: time)
                var tally = FindingTally()
                let judgement = rules.judge(record, &tally)
                #expect((judgement == nil) == tally.isEmpty)
                try look(set, record, judgement, &rewriter)
            }
        }
    }

    private static func data(_ record: Record) -> [Datum] {
        if case .vehicleData(let data) = record.content { data.data } else { [] }
    }

    @Test mutating func `what is taken out and what passes is what was received`() throws {
        var stripped = 0
        try check(modes: RuleMode.allCases) { _, record, judgement, rewriter in
            guard let judgement, judgement.strippedCount > 0 else { return }
            stripped += judgement.strippedCount
            let rest = rewriter.strip(record, judgement.isStripped, judgement.findings)
            let received = Self.data(record)
            #expect(judgement.isStripped.count == received.count)
            #expect(Self.data(rest).count + judgement.strippedCount == received.count)
            // What is left stands in the payload, byte for byte as if the rest had never been there.
            var writer = PayloadWriter()
            #expect(Array(rest.payload) == writer.bytes(of: rest.content))
            var decoder = PayloadDecoder()
            let decoded = try decoder.decodeVehicleData(rest.payload.span)
            #expect(decoded.data.map(\.field) == Self.data(rest).map(\.field))
            #expect(rest.txid == record.txid && rest.sequence == record.sequence && rest.receivedTick == 99)
            #expect(rest.findings === judgement.findings)
        }
        #expect(stripped > 200, "seed \(seed)")
    }

    @Test mutating func `a datum with a finding never passes where everything is enforced`() throws {
        var rejected = 0
        let seed = seed
        try check(modes: [.enforce]) { set, record, judgement, rewriter in
            guard let judgement else { return }
            #expect(judgement.findings.list.allSatisfy { $0.outcome != .observed })
            guard judgement.rejectedBy == nil else {
                rejected += 1
                return
            }
            let rest = rewriter.strip(record, judgement.isStripped, judgement.findings)
            // The rules that need no history find nothing in what is left.
            let again = set.rules(for: RuleBench.vin, history: VehicleHistory())
            var tally = FindingTally()
            _ = again.judge(rest, &tally)
            let history: Set<RecordRule> = [.sampled, .planFields, .planRate]
            #expect(tally.counts.keys.allSatisfy { history.contains($0.rule) }, "seed \(seed): \(tally.counts)")
        }
        #expect(rejected > 25, "seed \(seed)")
    }

    @Test mutating func `observing changes no byte`() throws {
        var found = 0
        try check(modes: [.off, .observe]) { _, record, judgement, _ in
            guard let judgement else { return }
            found += 1
            #expect(judgement.rejectedBy == nil && judgement.strippedCount == 0 && judgement.isStripped.isEmpty)
            let marked = record.with(judgement.findings)
            #expect(marked.bytes == record.bytes && marked.payloadCount == record.payloadCount)
            #expect(marked.transportedBytes == record.transportedBytes)
        }
        #expect(found > 200, "seed \(seed)")
    }

    @Test mutating func `rules that are all off are idle and find nothing`() throws {
        try check(modes: [.off]) { set, _, judgement, _ in
            #expect(judgement == nil)
            #expect(set.rules(for: RuleBench.vin, history: VehicleHistory()).isIdle)
        }
    }
}
