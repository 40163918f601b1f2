internal import TelemetryModel

/// Which rules hold for the records of a vehicle: their modes by record type and category, and its plan.
///
/// Where several sections say something, the later of these wins: all rules, category, record type, vehicle; in each of
/// them a single rule over the mode of all.
final class RuleBook: Sendable {
    let vehicleData: ModeTable
    let alerts: ModeTable
    let errors: ModeTable
    private let others: ModeTable
    /// Of other topics that the configuration names.
    private let byTopic: [(type: RecordType, modes: ModeTable)]
    let plan: PlanQuota
    /// The rules that need to know the vehicle's earlier records.
    let ofHistory: RuleMask
    /// Whether everything is off.
    let isIdle: Bool
    /// Whether it is that of all vehicles without a section of their own.
    let isShared: Bool

    /// - Parameters:
    ///   - vehicle: the vehicle's own section; nil when it has none.
    ///   - samples: whether the policy `sample` holds for some field.
    init(_ settings: ValidationSettings, vehicle: VehicleSettings?, samples: Bool) {
        func modes(_ topic: String?) -> ModeTable { Self.modes(settings, vehicle, topic) }
        let decoded = [RecordType.vehicleData, .alerts, .errors]
        vehicleData = modes(RecordType.vehicleData.topic)
        alerts = modes(RecordType.alerts.topic)
        errors = modes(RecordType.errors.topic)
        others = modes(nil)
        byTopic = settings.types.keys.sorted().map { RecordType(topic: $0) }.filter { !decoded.contains($0) }
            .map { ($0, modes($0.topic)) }
        let own = vehicle?.plan ?? ""
        let name = own.isEmpty ? settings.plan : own
        isShared = vehicle == nil
        plan = PlanQuota(settings.plans[name] ?? PlanSettings.builtIn[name] ?? PlanSettings())
        var ofHistory: RuleMask = []
        if samples { ofHistory.insert(.sampled) }
        if plan.limitsFields { ofHistory.insert(.planFields) }
        if plan.limitsRate { ofHistory.insert(.planRate) }
        self.ofHistory = ofHistory
        isIdle = ([vehicleData, alerts, errors, others] + byTopic.map(\.modes)).allSatisfy {
            $0.record.active.isEmpty && $0.ofAnyDatum.isEmpty
        }
    }

    /// How much memory it takes.
    var bytes: Int {
        16 + 4 * MemoryLayout<ModeTable>.size + MemoryLayout<PlanQuota>.size + 32
            + byTopic.count * MemoryLayout<(RecordType, ModeTable)>.stride
    }

    func modes(of type: RecordType) -> ModeTable {
        for (known, modes) in byTopic where known == type { return modes }
        return others
    }

    private static func modes(
        _ settings: ValidationSettings,
        _ vehicle: VehicleSettings?,
        _ topic: String?
    ) -> ModeTable {
        var table = ModeTable()
        for rule in RecordRule.allCases { table.set(rule, settings.baseMode(of: rule)) }
        for category in FieldCategory.allCases {
            guard let section = settings.categories[category.name] else { continue }
            table.apply(section.mode, section.rules, in: category)
        }
        if let section = topic.flatMap({ settings.types[$0] }) { table.apply(section.mode, section.rules) }
        if let vehicle { table.apply(vehicle.mode, vehicle.rules) }
        return table
    }
}

extension ModeTable {
    /// What a section says: its mode for every rule, then single rules.
    fileprivate mutating func apply(_ mode: ModeChoice, _ rules: RuleChoices, in category: FieldCategory? = nil) {
        for rule in RecordRule.allCases where category == nil || rule.isAboutDatum {
            if let mode = rules[rule].mode ?? mode.mode { set(rule, mode, in: category) }
        }
    }
}
