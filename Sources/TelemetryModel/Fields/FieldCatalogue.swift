/// What is known of each field, in one place: rules, units, pages and commands read it here and nowhere else.
///
/// The facts stand in `proto/field_catalogue.csv`; `make generate` makes the table of them. It is built when it is
/// first asked for, so a start that asks for none pays nothing.
package enum FieldCatalogue {
    /// Every field of this build, in the order of their numbers.
    package static var fields: [FieldFacts] { rows }

    /// The facts of a field; nil for numbers newer than this build.
    package static func facts(of field: Field) -> FieldFacts? {
        // Each row stands at its number, which the generator sees to.
        let index = Int(field.number)
        return rows.indices.contains(index) ? rows[index] : nil
    }

    /// The facts of the field of a name, spelled exactly.
    package static func facts(named name: String) -> FieldFacts? { Field(name: name).flatMap(facts(of:)) }
}

extension Field {
    /// ``FieldCategory/default`` for every field that Tesla's lists do not name, those newer than this build included.
    package var category: FieldCategory { FieldCatalogue.facts(of: self)?.category ?? .default }
}

/// The three categories by which Tesla judges a vehicle's configuration.
///
/// Source: Tesla's Fleet Telemetry documentation, "Available Fields".
package enum FieldCategory: UInt8, Sendable, Hashable, CaseIterable {
    case driving
    case charging
    /// Every field that is in neither of the others.
    case `default`

    package var name: String {
        switch self {
        case .driving: "Driving"
        case .charging: "Charging"
        case .default: "Default"
        }
    }

    /// - Parameter name: as Tesla writes it, the case of letters not counted.
    package init?(name: String) {
        let wanted = name.lowercased()
        guard let found = Self.allCases.first(where: { $0.name.lowercased() == wanted }) else { return nil }
        self = found
    }
}
