/// One field with one value.
package struct Datum: Sendable, Hashable {
    package var field: Field
    package var value: SignalValue
    /// What this build does not know of the datum and its value; nil almost always.
    package var unknown: DatumUnknown?

    package init(field: Field, value: SignalValue, unknown: DatumUnknown? = nil) {
        self.field = field
        self.value = value
        self.unknown = unknown
    }
}

/// What stands beside the value of a datum, kept apart because it is rare and datums are many: unknown fields, and
/// what the vehicle sent in the place of a value that a dispatcher's view has changed.
package final class DatumUnknown: Sendable, Hashable {
    /// Of the `Datum` message itself.
    package let ofDatum: UnknownFields
    /// Of its `Value` message: value kinds newer than this build among them.
    package let ofValue: UnknownFields
    /// Of the message inside the value (location, doors, tires, time).
    package let ofMember: UnknownFields
    /// The value as the vehicle sent it, for outputs that show both; nil where it stands in the datum. Never in a
    /// payload.
    package let asSent: SignalValue?

    package init(
        ofDatum: UnknownFields = [],
        ofValue: UnknownFields = [],
        ofMember: UnknownFields = [],
        asSent: SignalValue? = nil
    ) {
        self.ofDatum = ofDatum
        self.ofValue = ofValue
        self.ofMember = ofMember
        self.asSent = asSent
    }

    package static func == (left: DatumUnknown, right: DatumUnknown) -> Bool {
        left.ofDatum == right.ofDatum && left.ofValue == right.ofValue && left.ofMember == right.ofMember
            && left.asSent == right.asSent
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ofDatum)
        hasher.combine(ofValue)
        hasher.combine(ofMember)
        hasher.combine(asSent)
    }
}

/// Which signal, by Tesla's number. Open on purpose: vehicles send numbers newer than this build.
///
/// Source: `proto/vehicle_data.proto`, `Field`.
package struct Field: Sendable, Hashable {
    package let number: Int32

    package init(number: Int32) {
        self.number = number
    }

    package static let vehicleSpeed = Field(number: 4)
    package static let odometer = Field(number: 5)
    package static let soc = Field(number: 8)
    package static let location = Field(number: 21)
}

/// A value, keeping which member of the oneof the vehicle used: the JSON a record becomes names that member.
///
/// Source: `proto/vehicle_data.proto`, `Value`.
package enum SignalValue: Sendable, Hashable {
    /// The datum carries no `Value` message.
    case absent
    /// A `Value` message without a member that this build knows.
    case empty
    case text(String)
    case int(Int32)
    case long(Int64)
    case float(Float)
    case double(Double)
    case boolean(Bool)
    /// Degrees; north and east are positive.
    case location(latitude: Double, longitude: Double)
    /// A member of one of Tesla's enums, e.g. a shift state.
    case choice(ChoiceKind, number: Int32)
    /// The vehicle has the field but no valid value now (`true`; `false` has been seen on the wire only in tests).
    case invalid(Bool)
    case doors(Doors)
    case tires(Tires)
    case time(hour: Int32, minute: Int32, second: Int32)
}

/// Which enum a ``SignalValue/choice(_:number:)`` belongs to, by the field number of its member in `Value`.
package struct ChoiceKind: Sendable, Hashable {
    package let tag: UInt8
    /// Whether outputs show the names of its values without their prefix. A dispatcher's view asks for it; two kinds
    /// are the same whatever is asked.
    package var showsShortNames = false

    package init(tag: UInt8) {
        self.tag = tag
    }

    package static func == (left: ChoiceKind, right: ChoiceKind) -> Bool { left.tag == right.tag }

    package func hash(into hasher: inout Hasher) { hasher.combine(tag) }

    package static let charging = ChoiceKind(tag: 8)
    package static let shiftState = ChoiceKind(tag: 9)
    package static let detailedChargeState = ChoiceKind(tag: 32)
}

/// `telemetry.vehicle_data.Doors`: which doors are open. Bit n is the message's field n + 1.
package struct Doors: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let driverFront = Doors(rawValue: 1 << 0)
    package static let driverRear = Doors(rawValue: 1 << 1)
    package static let passengerFront = Doors(rawValue: 1 << 2)
    package static let passengerRear = Doors(rawValue: 1 << 3)
    package static let trunkFront = Doors(rawValue: 1 << 4)
    package static let trunkRear = Doors(rawValue: 1 << 5)
}

/// `telemetry.vehicle_data.TireLocation`: which tires are meant. Bit n is the message's field n + 1.
package struct Tires: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let frontLeft = Tires(rawValue: 1 << 0)
    package static let frontRight = Tires(rawValue: 1 << 1)
    package static let rearLeft = Tires(rawValue: 1 << 2)
    package static let rearRight = Tires(rawValue: 1 << 3)
    package static let semiMiddleAxleLeft2 = Tires(rawValue: 1 << 4)
    package static let semiMiddleAxleRight2 = Tires(rawValue: 1 << 5)
    package static let semiRearAxleLeft = Tires(rawValue: 1 << 6)
    package static let semiRearAxleRight = Tires(rawValue: 1 << 7)
    package static let semiRearAxleLeft2 = Tires(rawValue: 1 << 8)
    package static let semiRearAxleRight2 = Tires(rawValue: 1 << 9)
}
