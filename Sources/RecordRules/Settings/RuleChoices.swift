package import ConfigurationSchema
package import TelemetryModel

/// The section `rules`: a mode for each rule, by its name.
package struct RuleChoices: Configurable, Hashable {
    private var choices: [RecordRule: ModeChoice] = [:]

    package init() {}

    package subscript(rule: RecordRule) -> ModeChoice {
        get { choices[rule] ?? .inherited }
        set { choices[rule] = newValue == .inherited ? nil : newValue }
    }

    /// The rules that something is said about.
    var given: [(rule: RecordRule, mode: RuleMode)] {
        RecordRule.allCases.compactMap { rule in self[rule].mode.map { (rule, $0) } }
    }

    package static let settings: [Setting<Self>] = RecordRule.allCases.map { rule in
        .choice(rule.name, \Self.[rule], rule.explanation)
    }
}

extension RecordRule {
    /// What breaks the rule, a whole sentence for references.
    package var explanation: String {
        switch self {
        case .unknownField: "A field that this build does not know."
        case .valueKind: "A value of another kind than the field has, or none."
        case .notFinite: "A number that is NaN or infinite."
        case .outOfRange: "A value outside of what a healthy vehicle sends, see `fleet-telemetry fields`."
        case .duplicateField: "A field that stands again later in the record. The last one counts."
        case .denied: "A field or category with the policy `deny`."
        case .sampled: "A value that comes too soon for the policy `sample`."
        case .notConfigured: "A field outside of the configuration that the vehicle is known to have."
        case .planFields: "More fields in a day than the vehicle's plan has."
        case .planRate: "More values in a minute than the vehicle's plan has."
        case .vinShape: "A VIN that is not 17 capital letters and digits without I, O and Q."
        case .vinCheckDigit: "A VIN of North America or China whose ninth character does not fit the others."
        case .createdAtMissing: "A record without a moment of creation, or with one that is no date."
        case .createdAtFuture: "A record that was created later than it was received."
        case .createdAtStale: "A record that was created long before it was received."
        case .datumCount: "A record with more than `max_datums` data."
        case .recordSize: "A record with a payload of more than `max_record_bytes`."
        }
    }
}
