internal import TelemetryModel

/// What views must know of a field, worked out once from the catalogue.
struct FieldPlan: Sendable {
    /// What a field tells of places.
    enum Place: Sendable {
        /// A position of its own.
        case position
        /// Where the vehicle is heading: with its speed and a position outside, the way into a zone.
        case heading
        /// Whether it knows its position.
        case fix
        /// A line on the map.
        case route
        /// The name of a place.
        case name
        /// Something about a place that this build cannot judge.
        case other
    }

    let field: Field
    /// Nil for fields that tell nothing of places.
    let place: Place?
    let kind: FieldKind?
    let otherKind: FieldKind?
    let unit: FieldUnit?

    init(_ facts: FieldFacts) {
        field = facts.field
        kind = facts.kind
        otherKind = facts.otherKind
        unit = facts.isUnitCertain ? facts.unit : nil
        place = Self.place(facts)
    }

    /// The scope that owners grant for positions. Source: Tesla's list of available fields.
    static let scope = "vehicle_location"

    private static func place(_ facts: FieldFacts) -> Place? {
        guard facts.extraScope == scope else { return nil }
        if facts.kind == .location { return .position }
        return switch facts.field {
        case .gpsState: .fix
        case .gpsHeading: .heading
        case .routeLine: .route
        case .destinationName: .name
        // A field of the scope that is newer than this code.
        default: .other
        }
    }

    /// By number.
    private static let all: [FieldPlan?] = {
        let last = FieldCatalogue.fields.map(\.field.number).max() ?? 0
        var plans = [FieldPlan?](repeating: nil, count: Int(last) + 1)
        for facts in FieldCatalogue.fields where facts.isSendable { plans[Int(facts.field.number)] = FieldPlan(facts) }
        return plans
    }()

    /// Nil for a field that this build does not know.
    static func of(_ field: Field) -> FieldPlan? {
        field.number >= 0 && Int(field.number) < all.count ? all[Int(field.number)] : nil
    }
}

extension Field {
    fileprivate static let gpsState = Field(number: 22)
    fileprivate static let gpsHeading = Field(number: 23)
    fileprivate static let routeLine = Field(number: 108)
    static let destinationLocation = Field(number: 112)
    fileprivate static let destinationName = Field(number: 163)
}
