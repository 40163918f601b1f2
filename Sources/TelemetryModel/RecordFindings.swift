/// A rule that a record or one of its data can break. What each means is told by `RecordRules`.
///
/// The numbers lie in spools: they are never given to another rule.
package enum RecordRule: UInt8, Sendable, Hashable, CaseIterable {
    // About one datum.

    /// A field that this build does not know, or that is never sent.
    case unknownField = 1
    /// A value of another kind than the field has, none at all, or a text that is no such value.
    case valueKind = 2
    /// NaN or infinite.
    case notFinite = 3
    /// Outside of what a healthy vehicle sends; enum numbers that this build does not know, too.
    case outOfRange = 4
    /// The field stands again later in the same record; the last one counts.
    case duplicateField = 5
    /// A field or category that the operator does not want.
    case denied = 6
    /// Sooner after the last value of the field than the operator wants one.
    case sampled = 7
    /// A field outside of the configuration that the vehicle is known to have.
    case notConfigured = 8
    /// More fields than the vehicle's plan has, in total or in the category.
    case planFields = 9
    /// More values in a minute than the vehicle's plan has, in total or in the category.
    case planRate = 10

    // About the whole record.

    /// A VIN that is not 17 capital letters and digits without I, O and Q.
    case vinShape = 32
    /// A VIN whose ninth character does not fit the others, where one is demanded.
    case vinCheckDigit = 33
    /// No moment of creation, or one that is no date.
    case createdAtMissing = 34
    /// Created later than it was received.
    case createdAtFuture = 35
    /// Created long before it was received.
    case createdAtStale = 36
    /// More data than a record may have.
    case datumCount = 37
    /// More payload bytes than a record may have.
    case recordSize = 38

    /// Whether a finding names a datum; else it is about the record.
    @inlinable
    package var isAboutDatum: Bool { rawValue < 32 }

    /// As configurations, metrics and outputs write it.
    package var name: String {
        switch self {
        case .unknownField: "unknown_field"
        case .valueKind: "value_kind"
        case .notFinite: "not_finite"
        case .outOfRange: "out_of_range"
        case .duplicateField: "duplicate_field"
        case .denied: "denied"
        case .sampled: "sampled"
        case .notConfigured: "not_configured"
        case .planFields: "plan_fields"
        case .planRate: "plan_rate"
        case .vinShape: "vin_shape"
        case .vinCheckDigit: "vin_check_digit"
        case .createdAtMissing: "created_at_missing"
        case .createdAtFuture: "created_at_future"
        case .createdAtStale: "created_at_stale"
        case .datumCount: "datum_count"
        case .recordSize: "record_size"
        }
    }

    /// - Parameter name: spelled exactly.
    package init?(name: String) {
        guard let rule = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = rule
    }
}

/// One rule that was broken, and what came of it.
package struct RecordFinding: Sendable, Hashable {
    /// What was done.
    package enum Outcome: UInt8, Sendable, Hashable, CaseIterable {
        /// It was noted, and passed on.
        case observed = 0
        /// The datum was taken out of the record.
        case stripped = 1
        /// The record went to the dead letters.
        case rejected = 2

        /// As metrics and outputs write it.
        package var name: String {
            switch self {
            case .observed: "observed"
            case .stripped: "stripped"
            case .rejected: "rejected"
            }
        }
    }

    package let rule: RecordRule
    /// Which datum it is about; nil for the whole record.
    package let field: Field?
    package let outcome: Outcome

    package init(rule: RecordRule, field: Field? = nil, outcome: Outcome) {
        self.rule = rule
        self.field = field
        self.outcome = outcome
    }
}

/// What the rules found in one record, on its way with it. A class because most records have none.
package final class RecordFindings: Sendable, Hashable {
    /// The most findings that travel with a record; all are counted.
    package static let limit = 32

    /// At most ``limit``: of the record first, then of its data in their order.
    package let list: [RecordFinding]
    /// How many more there were.
    package let omitted: Int

    package init(_ list: [RecordFinding], omitted: Int = 0) {
        self.list = Array(list.prefix(Self.limit))
        self.omitted = omitted + max(0, list.count - Self.limit)
    }

    package static func == (left: RecordFindings, right: RecordFindings) -> Bool {
        left.list == right.list && left.omitted == right.omitted
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(list)
        hasher.combine(omitted)
    }
}
