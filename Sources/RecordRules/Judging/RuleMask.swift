package import TelemetryModel

/// A set of rules. The bit of a rule is its number.
package struct RuleMask: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    @inlinable
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    @inlinable
    package init(_ rule: RecordRule) {
        rawValue = 1 << UInt64(rule.rawValue)
    }

    /// Every rule about one datum.
    static let ofData = RuleMask(RecordRule.allCases.filter(\.isAboutDatum).map { RuleMask($0) })
    /// Every rule about the whole record.
    static let ofRecord = RuleMask(RecordRule.allCases.filter { !$0.isAboutDatum }.map { RuleMask($0) })

    /// The rules of the set, in the order of their numbers.
    package var rules: [RecordRule] { RecordRule.allCases.filter { contains(RuleMask($0)) } }

    static let unknownField = RuleMask(.unknownField)
    static let valueKind = RuleMask(.valueKind)
    static let notFinite = RuleMask(.notFinite)
    static let outOfRange = RuleMask(.outOfRange)
    static let duplicateField = RuleMask(.duplicateField)
    static let denied = RuleMask(.denied)
    static let sampled = RuleMask(.sampled)
    static let notConfigured = RuleMask(.notConfigured)
    static let planFields = RuleMask(.planFields)
    static let planRate = RuleMask(.planRate)

    /// What a look at the value tells.
    static let ofValue: RuleMask = [.valueKind, .notFinite, .outOfRange]
    /// What depends on earlier records of the vehicle.
    static let ofHistory: RuleMask = [.sampled, .planFields, .planRate]
}

/// Which rules are asked, and which of them act.
package struct RuleModes: Sendable, Hashable {
    /// Observed and enforced ones.
    package var active: RuleMask
    package var enforced: RuleMask

    package init(active: RuleMask = [], enforced: RuleMask = []) {
        self.active = active
        self.enforced = enforced
    }

    /// Gives a rule a mode.
    package mutating func set(_ rule: RecordRule, _ mode: RuleMode) {
        let mask = RuleMask(rule)
        if mode == .off { active.remove(mask) } else { active.insert(mask) }
        if mode == .enforce { enforced.insert(mask) } else { enforced.remove(mask) }
    }
}

/// The modes for records of one type of one vehicle: of the whole record, and of its data by category.
package struct ModeTable: Sendable, Hashable {
    package var record = RuleModes()
    package var driving = RuleModes()
    package var charging = RuleModes()
    package var other = RuleModes()

    package init() {}

    @inline(__always)
    package subscript(category: FieldCategory) -> RuleModes {
        get {
            switch category {
            case .driving: driving
            case .charging: charging
            case .default: other
            }
        }
        set {
            switch category {
            case .driving: driving = newValue
            case .charging: charging = newValue
            case .default: other = newValue
            }
        }
    }

    /// The rules about data that are asked for some category.
    var ofAnyDatum: RuleMask { driving.active.union(charging.active).union(other.active) }

    /// Gives a rule a mode: for data of one category, or, without one and for rules about whole records, for all.
    package mutating func set(_ rule: RecordRule, _ mode: RuleMode, in category: FieldCategory? = nil) {
        guard rule.isAboutDatum else { return record.set(rule, mode) }
        for each in FieldCategory.allCases where category == nil || category == each { self[each].set(rule, mode) }
    }
}
