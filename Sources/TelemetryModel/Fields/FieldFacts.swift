/// What is known of one field.
package struct FieldFacts: Sendable {
    package let field: Field
    package let category: FieldCategory
    /// What its value is; nil where nobody knows (experimental and deprecated fields).
    package let kind: FieldKind?
    /// A second kind that sources name, too; both fit.
    package let otherKind: FieldKind?
    /// How vehicles that do not send typed values write it; nil when it is always typed.
    package let legacyText: LegacyText?
    package let unit: FieldUnit?
    /// False where the unit is a guess, or sources differ: such a value is never converted.
    package let isUnitCertain: Bool
    /// What a healthy vehicle sends; nil where no limit is known.
    package let range: FieldRange?
    /// The firmware that has the field, in Tesla's words; empty where nobody knows.
    package let minimumFirmware: String
    package let isSemiOnly: Bool
    package let status: FieldStatus
    /// The scope that the owner must grant beside ``usualScope``; nil when none.
    package let extraScope: String?
    /// Where the value kinds are from.
    package let certainty: FieldCertainty

    /// The scope that every field needs.
    package static let usualScope = "vehicle_device_data"
    /// What a vehicle needs to stream at all; fields without a requirement of their own have this one.
    package static let programmeMinimum = "2023.20.6 legacy / 2024.26 current"

    init(
        _ number: Int32,
        _ category: FieldCategory,
        _ kind: FieldKind? = nil,
        also otherKind: FieldKind? = nil,
        text legacyText: LegacyText? = nil,
        unit: FieldUnit? = nil,
        isUnitCertain: Bool = true,
        range: FieldRange? = nil,
        since minimumFirmware: String = Self.programmeMinimum,
        semiOnly isSemiOnly: Bool = false,
        status: FieldStatus = .active,
        scope extraScope: String? = nil,
        _ certainty: FieldCertainty
    ) {
        field = Field(number: number)
        self.category = category
        self.kind = kind
        self.otherKind = otherKind
        self.legacyText = legacyText
        self.unit = unit
        self.isUnitCertain = isUnitCertain
        self.range = range
        self.minimumFirmware = minimumFirmware
        self.isSemiOnly = isSemiOnly
        self.status = status
        self.extraScope = extraScope
        self.certainty = certainty
    }

    package var number: Int32 { field.number }
    package var name: String { field.name ?? "" }

    /// A short description, without a full stop.
    package var summary: String {
        let index = Int(field.number)
        return FieldCatalogue.summaries.indices.contains(index) ? FieldCatalogue.summaries[index] : ""
    }

    /// Whether vehicles may send it at all: ``FieldStatus/reserved`` numbers never come.
    package var isSendable: Bool { status != .reserved }
}

/// What a value is, whatever member of `Value` carries it.
package enum FieldKind: Sendable, Hashable {
    case boolean
    case integer
    case real
    /// Seconds since 1970-01-01T00:00:00Z, as a number.
    case timestamp
    case text
    /// Hour, minute and second of a day.
    case time
    case location
    case doors
    case tires
    /// A member of one of Tesla's enums.
    case choice(ChoiceKind)

    /// One word for people; an enum's name for a choice.
    package var name: String {
        switch self {
        case .boolean: "boolean"
        case .integer: "integer"
        case .real: "real"
        case .timestamp: "timestamp"
        case .text: "text"
        case .time: "time"
        case .location: "location"
        case .doors: "doors"
        case .tires: "tires"
        case .choice(let choice): choice.enumName
        }
    }

    package var isNumeric: Bool {
        switch self {
        case .integer, .real, .timestamp: true
        case .boolean, .text, .time, .location, .doors, .tires, .choice: false
        }
    }

    /// The member of `Value` in which typed values come, in the proto's spelling.
    package var memberName: String {
        switch self {
        case .boolean: "boolean_value"
        case .integer: "int_value"
        case .real: "double_value"
        case .timestamp: "long_value"
        case .text: "string_value"
        case .time: "time_value"
        case .location: "location_value"
        case .doors: "door_value"
        case .tires: "tire_location_value"
        case .choice(let choice): choice.protoMemberName
        }
    }
}

/// How a value looks in `string_value`, from vehicles that do not send typed values.
package enum LegacyText: String, Sendable, Hashable {
    case decimal
    /// `true` or `false`.
    case boolean
    /// The name of an enum's member without the prefix that all its members share.
    case name
    /// The open doors joined by `|`; empty when all are shut.
    case doors
    /// Any text.
    case text
}

/// Where a fact is from, from the surest to the least sure.
package enum FieldCertainty: String, Sendable, Hashable {
    /// Seen in records of real vehicles.
    case observed
    /// Tesla documents it; the member of `Value` is inferred.
    case documented
    /// Sources contradict each other.
    case conflicting
    case guess
    case unknown
}

/// Whether a field is still of use.
package enum FieldStatus: String, Sendable, Hashable {
    case active
    case deprecated
    /// Still sent; a newer field says more.
    case superseded
    /// A placeholder that is never sent.
    case reserved
    case experimental
    /// Can be asked for, never sent.
    case broken
}

/// What a healthy vehicle sends, both bounds included, in the field's unit.
package struct FieldRange: Sendable, Hashable {
    package let lowest: Double
    package let highest: Double
    /// The highest of a Semi, where it is another.
    package let highestOfSemi: Double?
    /// Where the bounds are from: observed ones are observed values with room.
    package let certainty: FieldCertainty

    init(_ lowest: Double, _ highest: Double, _ certainty: FieldCertainty, semi highestOfSemi: Double? = nil) {
        self.lowest = lowest
        self.highest = highest
        self.highestOfSemi = highestOfSemi
        self.certainty = certainty
    }

    /// What any vehicle may send: who judges a record does not know whether a Semi sent it.
    package var widest: ClosedRange<Double> { lowest...max(highest, highestOfSemi ?? highest) }
}
