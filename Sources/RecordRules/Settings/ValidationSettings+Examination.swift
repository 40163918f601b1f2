package import ConfigurationSchema
internal import Symptoms
internal import TelemetryModel
internal import TextCodec

/// What no single row can tell.
extension ValidationSettings {
    package func examine(at path: String, _ reader: inout SettingReader) {
        for (name, section) in categories.sorted(by: { $0.key < $1.key }) {
            let place = settingPath(settingPath(path, "categories"), name)
            Self.examine(categoryName: name, at: place, &reader)
            Self.examineInterval(section.policy == .sample, at: place, &reader)
            Self.examineRules(section.rules, aboutData: true, at: place, &reader)
        }
        for (name, section) in fields.sorted(by: { $0.key < $1.key }) {
            examine(section, of: name, at: settingPath(settingPath(path, "fields"), name), &reader)
        }
        for (name, section) in plans.sorted(by: { $0.key < $1.key }) {
            section.examine(name, at: settingPath(settingPath(path, "plans"), name), &reader)
        }
        examine(plan: plan, at: settingPath(path, "plan"), &reader)
        for (vin, section) in vehicles.sorted(by: { $0.key < $1.key }) where !section.plan.isEmpty {
            examine(plan: section.plan, at: "\(settingPath(path, "vehicles")).\(vin).plan", &reader)
        }
        for (vin, _) in vehicles.sorted(by: { $0.key < $1.key }) where !VIN(vin).hasVehicleShape {
            reader.report(
                .unusual,
                at: "\(settingPath(path, "vehicles")).\(vin)",
                severity: .warning,
                problem: "this does not look like a VIN",
                reason: "The section is for the vehicle whose certificate carries this name.",
                remedy: "check it; VINs have 17 capital letters and digits, without I, O and Q"
            )
        }
        for (topic, section) in types.sorted(by: { $0.key < $1.key }) {
            examine(section, of: topic, at: settingPath(settingPath(path, "types"), topic), &reader)
        }
    }

    // MARK: Names

    static func examine(categoryName name: String, at place: String, _ reader: inout SettingReader) {
        guard FieldCategory(name: name)?.name != name else { return }
        let known = FieldCategory.allCases.map(\.name)
        let near = Suggestion.nearest(to: name, among: known)
        reader.report(
            .unknownCategory,
            at: place,
            problem: "there is no category \"\(name)\"",
            reason: "Tesla has the categories \(known.joined(separator: ", ")).",
            remedy: near.map { "did you mean \"\($0)\"?" } ?? "write \(known.joined(separator: ", or "))"
        )
    }

    private func examine(
        _ section: FieldSettings,
        of name: String,
        at place: String,
        _ reader: inout SettingReader
    ) {
        Self.examineInterval(section.policy == .sample, at: place, &reader)
        guard let facts = FieldCatalogue.facts(named: name) else {
            let near = Suggestion.nearest(to: name, among: FieldCatalogue.fields.lazy.map(\.name))
            reader.report(
                .unknownField,
                at: place,
                problem: "there is no field \"\(name)\"",
                reason: "The rule would never apply.",
                remedy: near.map { "did you mean \"\($0)\"?" } ?? "see `fleet-telemetry fields` for all"
            )
            return
        }
        if section.lowest != nil || section.highest != nil, facts.kind?.isNumeric != true {
            reader.report(
                .ineffective,
                at: settingPath(place, section.lowest != nil ? "min" : "max"),
                severity: .warning,
                problem: "\(name) is no number",
                reason: "Only numbers have a range.",
                remedy: "remove it"
            )
        }
        let lowest = section.lowest ?? facts.range?.widest.lowerBound ?? -.infinity
        let highest = section.highest ?? facts.range?.widest.upperBound ?? .infinity
        guard lowest > highest else { return }
        reader.report(
            .contradiction,
            at: settingPath(place, section.lowest != nil ? "min" : "max"),
            problem: "the least value, \(lowest), is above the greatest, \(highest)",
            reason: "No value could be in range.",
            remedy: section.lowest != nil && section.highest != nil
                ? "exchange them" : "give both bounds; the catalogue has the other one"
        )
    }

    private func examine(plan name: String, at place: String, _ reader: inout SettingReader) {
        guard plans[name] == nil, PlanSettings.builtIn[name] == nil else { return }
        let known = Set(plans.keys).union(PlanSettings.builtIn.keys).sorted()
        let near = Suggestion.nearest(to: name, among: known)
        reader.report(
            .unknownPlan,
            at: place,
            problem: "there is no plan \"\(name)\"",
            reason: "Its limits are not known.",
            remedy: near.map { "did you mean \"\($0)\"?" }
                ?? "write one of \(known.joined(separator: ", ")), or add it to plans"
        )
    }

    // MARK: Relations

    private static func examineInterval(_ isSampling: Bool, at place: String, _ reader: inout SettingReader) {
        let path = settingPath(place, "interval_seconds")
        guard !isSampling, reader.isGiven(path), !reader.hasFinding(at: path) else { return }
        reader.report(
            .ineffective,
            at: path,
            severity: .warning,
            problem: "an interval without sampling",
            reason: "Only the policy `sample` looks at it.",
            remedy: "write \"policy\": \"sample\" beside it, or remove it"
        )
    }

    /// Rules that can't apply where they stand.
    private static func examineRules(
        _ rules: RuleChoices,
        aboutData: Bool,
        at place: String,
        _ reader: inout SettingReader
    ) {
        for (rule, _) in rules.given where rule.isAboutDatum != aboutData {
            reader.report(
                .ineffective,
                at: settingPath(settingPath(place, "rules"), rule.name),
                severity: .warning,
                problem: "\(rule.name) is about \(rule.isAboutDatum ? "data" : "whole records")",
                reason: aboutData
                    ? "A category has data, and no records." : "Only records of the type V have data.",
                remedy: "remove it, or write it into validation.rules"
            )
        }
    }

    private func examine(
        _ section: TypeSettings,
        of topic: String,
        at place: String,
        _ reader: inout SettingReader
    ) {
        if topic == RecordType.connectivity.topic {
            reader.report(
                .ineffective,
                at: place,
                severity: .warning,
                problem: "connectivity records are made by this server",
                reason: "Only what vehicles send is checked.",
                remedy: "remove it"
            )
        }
        guard topic != RecordType.vehicleData.topic else { return }
        Self.examineRules(section.rules, aboutData: false, at: place, &reader)
    }
}

extension PlanSettings {
    fileprivate func examine(_ name: String, at place: String, _ reader: inout SettingReader) {
        if Self.builtIn[name] != nil {
            reader.report(
                .contradiction,
                at: place,
                problem: "the plan \"\(name)\" is built in",
                reason: "Two plans of one name can't both be meant.",
                remedy: "choose another name"
            )
        }
        for (category, limits) in categories.sorted(by: { $0.key < $1.key }) {
            let inner = settingPath(settingPath(place, "categories"), category)
            ValidationSettings.examine(categoryName: category, at: inner, &reader)
            let pairs = [
                ("max_fields", limits.maxFields, maxFields),
                ("values_per_minute", limits.valuesPerMinute, valuesPerMinute),
            ]
            for (key, part, whole) in pairs where whole > 0 && part > whole {
                reader.report(
                    .contradiction,
                    at: settingPath(inner, key),
                    problem: "\(part) for the category, and \(whole) in total",
                    reason: "The limit in total is always reached first.",
                    remedy: "write at most \(whole), or raise \(place).\(key)"
                )
            }
        }
    }
}

extension FindingCode {
    /// A name that no field has.
    package static let unknownField = FindingCode("unknown_field", .valueNotAllowed)
    /// A name that no category has.
    package static let unknownCategory = FindingCode("unknown_category", .valueNotAllowed)
    /// A name that no plan has.
    package static let unknownPlan = FindingCode("unknown_plan", .valueNotAllowed)
}
