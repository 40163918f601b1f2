package import TelemetryModel

/// The rules of a configuration, ready to be asked. Immutable: a changed configuration makes a new one.
package final class RuleSet: Sendable {
    /// By field number.
    let fields: [FieldCheck]
    let unknownField = FieldCheck.unknown()
    let futureMilliseconds: Int64
    let staleMilliseconds: Int64
    let maxDatums: Int
    let maxRecordBytes: Int

    private let settings: ValidationSettings
    /// For every vehicle without a section of its own.
    private let common: RuleBook
    private let samples: Bool
    private let configurations: VehicleConfigurations

    /// - Parameters:
    ///   - settings: checked; names that stand for nothing are passed over.
    ///   - configurations: what vehicles are known to be configured to send.
    package init(_ settings: ValidationSettings, configurations: VehicleConfigurations = VehicleConfigurations()) {
        self.settings = settings
        self.configurations = configurations
        mayReject = settings.mayReject
        fields = Self.checks(settings)
        samples = fields.contains { $0.intervalMilliseconds > 0 }
        common = RuleBook(settings, vehicle: nil, samples: samples)
        futureMilliseconds = settings.future.wholeMilliseconds
        staleMilliseconds = settings.stale.wholeMilliseconds
        maxDatums = settings.maxDatums
        maxRecordBytes = settings.maxRecordBytes
    }

    /// The rules as they hold for one vehicle. Costs a few microseconds, so connections keep them.
    ///
    /// - Parameter history: what is known of its earlier records, whatever the rules were then.
    package func rules(for vin: VIN, history: VehicleHistory) -> VehicleRules {
        let own = settings.vehicles[vin.text]
        return VehicleRules(
            self,
            own.map { RuleBook(settings, vehicle: $0, samples: samples) } ?? common,
            vin: vin,
            configured: configurations.fields(of: vin),
            history: history
        )
    }

    /// Whether a rule about whole records may send them to the dead letters.
    package let mayReject: Bool

    // MARK: Compiling

    private static func checks(_ settings: ValidationSettings) -> [FieldCheck] {
        let last = FieldCatalogue.fields.last.map { Int($0.number) } ?? -1
        var checks = Array(repeating: FieldCheck.unknown(), count: last + 1)
        for facts in FieldCatalogue.fields {
            var check = FieldCheck(facts)
            let category = settings.categories[facts.category.name]
            let own = settings.fields[facts.name]
            let policy = own?.policy.policy ?? category?.policy ?? .allow
            check.isDenied = policy == .deny
            if policy == .sample {
                let section = own?.policy.policy == .sample ? own?.interval : category?.interval
                check.intervalMilliseconds = UInt32(clamping: section?.wholeMilliseconds ?? 0)
            }
            if facts.kind?.isNumeric == true {
                check.lowest = own?.lowest ?? check.lowest
                check.highest = own?.highest ?? check.highest
            }
            checks[Int(facts.number)] = check
        }
        return checks
    }
}

extension ValidationSettings {
    /// The mode of a rule where no category, type or vehicle says another.
    package func baseMode(of rule: RecordRule) -> RuleMode {
        if let mode = rules[rule].mode { return mode }
        return rule == .denied || rule == .sampled ? .enforce : mode
    }

    /// Whether a rule about whole records may send them to the dead letters, which must then be kept somewhere.
    package var mayReject: Bool { !rejectingPaths.isEmpty }

    /// The settings that let rules about whole records enforce, in the order of the documentation.
    package var rejectingPaths: [String] {
        let rules = RecordRule.allCases.filter { !$0.isAboutDatum }
        var paths = rules.filter { self.rules[$0].mode == .enforce }.map { "rules.\($0.name)" }
        if paths.isEmpty, mode == .enforce, rules.contains(where: { self.rules[$0].mode == nil }) { paths = ["mode"] }
        func add(_ mode: ModeChoice, _ choices: RuleChoices, _ place: String) {
            let single = rules.filter { choices[$0].mode == .enforce }.map { "\(place).rules.\($0.name)" }
            let isWhole = mode == .enforce && rules.contains { choices[$0].mode == nil }
            paths += single + (isWhole ? ["\(place).mode"] : [])
        }
        for (topic, section) in types.sorted(by: { $0.key < $1.key }) {
            add(section.mode, section.rules, "types.\(topic)")
        }
        for (vin, section) in vehicles.sorted(by: { $0.key < $1.key }) {
            add(section.mode, section.rules, "vehicles.\(vin)")
        }
        return paths
    }
}

extension Duration {
    /// Rounded down; bounded to what fits.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isOver) = seconds.multipliedReportingOverflow(by: 1000)
        return isOver ? .max : whole + attoseconds / 1_000_000_000_000_000
    }
}
