import PayloadCodec
import RecordRules
import TelemetryModel

/// A vehicle whose records are judged, one after the other.
struct RuleBench {
    /// Its check digit fits.
    static let vin = VIN("1M8GDM9AXKP042788")
    static let noon: Int64 = 1_795_262_400_000

    var settings: ValidationSettings
    var configurations = VehicleConfigurations()
    var vin = Self.vin
    let history = VehicleHistory()

    /// - Parameter change: of a section in which everything is off.
    init(_ change: (inout ValidationSettings) -> Void = { _ in }) {
        settings = ValidationSettings()
        settings.mode = .off
        change(&settings)
    }

    /// A bench on which one rule has a mode, and all others are off.
    init(_ rule: RecordRule, _ mode: RuleMode, _ change: (inout ValidationSettings) -> Void = { _ in }) {
        self.init { settings in
            settings.rules[.denied] = .off
            settings.rules[.sampled] = .off
            settings.rules[rule] = ModeChoice(rawValue: mode.rawValue) ?? .off
            change(&settings)
        }
    }

    /// What came of a record.
    struct Outcome {
        var findings: [RecordFinding] = []
        var omitted = 0
        var rejectedBy: RecordRule?
        /// The data that go on; nil when the record does not.
        var passed: [Datum]?
        var tally = FindingTally()

        var rules: [RecordRule] { findings.map(\.rule) }
        /// For data that are not equal to themselves.
        var passedTexts: [String]? { passed?.map { "\($0)" } }
        var isClean: Bool { findings.isEmpty && rejectedBy == nil }
    }

    func judge(_ record: Record) -> Outcome {
        let rules = RuleSet(settings, configurations: configurations).rules(for: vin, history: history)
        var outcome = Outcome()
        let data: [Datum] = if case .vehicleData(let data) = record.content { data.data } else { [] }
        outcome.passed = data
        guard let judgement = rules.judge(record, &outcome.tally) else { return outcome }
        outcome.findings = judgement.findings.list
        outcome.omitted = judgement.findings.omitted
        outcome.rejectedBy = judgement.rejectedBy
        if judgement.rejectedBy != nil {
            outcome.passed = nil
        } else if judgement.strippedCount > 0 {
            outcome.passed = zip(data, judgement.isStripped).filter { !$0.1 }.map(\.0)
        }
        return outcome
    }

    /// - Parameters:
    ///   - age: of the record at its receipt, in milliseconds; nil for one without a moment of creation.
    ///   - time: of its receipt.
    func judge(_ data: [Datum], age: Int64? = 0, at time: Int64 = Self.noon) -> Outcome {
        judge(Self.record(data, vin: vin, createdAt: age.map { time - $0 }, receivedAt: time))
    }

    func judge(_ data: Datum...) -> Outcome { judge(data) }

    static func record(
        _ data: [Datum],
        vin: VIN = Self.vin,
        createdAt: Int64? = Self.noon,
        receivedAt: Int64 = Self.noon
    ) -> Record {
        var writer = PayloadWriter()
        let content = RecordContent.vehicleData(
            VehicleData(data: data, createdAt: createdAt.map { Timestamp(milliseconds: $0) }, vin: vin.text)
        )
        return record(content, writer.bytes(of: content), type: .vehicleData, vin: vin, receivedAt: receivedAt)
    }

    static func record(
        _ content: RecordContent,
        _ payload: [UInt8],
        type: RecordType,
        vin: VIN = Self.vin,
        receivedAt: Int64 = Self.noon
    ) -> Record {
        Record(
            source: RecordSource(
                device: DeviceIdentity(vin: vin, deviceType: "vehicle_device"),
                connection: ConnectionID(loop: 0, slot: 1, generation: 1),
                socketID: "socket"
            ),
            sequence: 0,
            type: type,
            receivedAt: UnixMilliseconds(rawValue: receivedAt),
            content: content,
            payload: payload,
            txid: Array("txid".utf8)
        )
    }
}

extension Timestamp {
    init(milliseconds: Int64) {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        self.init(seconds: seconds, nanos: Int32(rest) * 1_000_000)
    }
}

extension Datum {
    /// FORCE: tests name fields that there are.
    init(_ name: String, _ value: SignalValue) { self.init(field: Field(name: name)!, value: value) }

    static let soc = Datum("Soc", .double(50))
    static let speed = Datum("VehicleSpeed", .double(30))
    static let power = Datum("DCChargingPower", .double(11))
    static let unknown = Datum(field: Field(number: 9999), value: .double(1))
}
