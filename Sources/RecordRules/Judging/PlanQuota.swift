internal import TelemetryModel

/// The limits of a plan, by category and in total. 0 stands for none.
struct PlanQuota: Sendable, Hashable {
    struct Limits: Sendable, Hashable {
        var fields = 0
        var valuesPerMinute = 0
    }

    let total: Limits
    private let driving: Limits
    private let charging: Limits
    private let other: Limits

    init(_ plan: PlanSettings) {
        func limits(_ category: FieldCategory) -> Limits {
            let section = plan.categories[category.name] ?? PlanLimits()
            return Limits(fields: section.maxFields, valuesPerMinute: section.valuesPerMinute)
        }
        total = Limits(fields: plan.maxFields, valuesPerMinute: plan.valuesPerMinute)
        driving = limits(.driving)
        charging = limits(.charging)
        other = limits(.default)
    }

    subscript(category: FieldCategory) -> Limits {
        switch category {
        case .driving: driving
        case .charging: charging
        case .default: other
        }
    }

    private var all: [Limits] { [total, driving, charging, other] }
    var limitsFields: Bool { all.contains { $0.fields > 0 } }
    var limitsRate: Bool { all.contains { $0.valuesPerMinute > 0 } }
}
