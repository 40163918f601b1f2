package import TelemetryModel

/// What the rules say of a record that breaks some. A class because most records break none.
package final class Judgement {
    /// What travels with the record.
    package let findings: RecordFindings
    /// The rule that sends the whole record to the dead letters; nil when it may go on.
    package let rejectedBy: RecordRule?
    /// For each datum whether it is taken out; empty when none is.
    package let isStripped: [Bool]
    package let strippedCount: Int

    init(findings: RecordFindings, rejectedBy: RecordRule?, isStripped: [Bool], strippedCount: Int) {
        self.findings = findings
        self.rejectedBy = rejectedBy
        self.isStripped = strippedCount > 0 ? isStripped : []
        self.strippedCount = strippedCount
    }
}

/// How often which rule was broken, collected so that counters are touched once per turn.
package struct FindingTally {
    /// What is counted apart: for metrics few enough, because only fields of the catalogue have names.
    package struct Key: Hashable, Sendable {
        package let rule: RecordRule
        package let outcome: RecordFinding.Outcome
        /// Nil for the whole record.
        package let field: Field?
    }

    package private(set) var counts: [Key: Int] = [:]

    /// Stands for all fields that the catalogue does not have.
    package static let unknownField = Field(number: .min)

    package init() {}

    package var isEmpty: Bool { counts.isEmpty }

    mutating func add(_ finding: RecordFinding, isKnown: Bool) {
        let field = isKnown ? finding.field : Self.unknownField
        counts[Key(rule: finding.rule, outcome: finding.outcome, field: field), default: 0] += 1
    }

    /// Begins anew, and keeps the memory.
    package mutating func removeAll() {
        counts.removeAll(keepingCapacity: true)
    }
}
