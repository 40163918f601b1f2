internal import TelemetryModel

/// The value of a signal, in the kind that the vehicle sent it.
///
/// The kind of a field differs between firmware versions (numbers arrived as text once), so most programs ask with
/// ``number``, ``text`` and ``flag``, which look through the kinds.
public enum TelemetryValue: Sendable, Hashable {
    case text(String)
    case int(Int32)
    case long(Int64)
    case float(Float)
    case double(Double)
    case flag(Bool)
    /// Degrees; north and east are positive.
    case location(latitude: Double, longitude: Double)
    /// A member of one of Tesla's enums: `name` is e.g. `ShiftStateD`, nil for numbers newer than this build; `kind` is
    /// the enum, e.g. `ShiftState`.
    case choice(name: String?, number: Int32, kind: String)
    /// The doors that are open.
    case doors(Set<Door>)
    /// The tires that are meant, e.g. by a warning.
    case tires(Set<Tire>)
    /// A time of day.
    case time(hour: Int32, minute: Int32, second: Int32)
    /// The vehicle has the field, but no valid value now.
    case invalid
    /// No value came, or one of a kind newer than this build.
    case absent

    /// A door or lid.
    public enum Door: String, Sendable, CaseIterable {
        case driverFront, driverRear, passengerFront, passengerRear, trunkFront, trunkRear
    }

    /// A tire; those of a Semi have more axles.
    public enum Tire: String, Sendable, CaseIterable {
        case frontLeft, frontRight, rearLeft, rearRight
        case semiMiddleAxleLeft2, semiMiddleAxleRight2
        case semiRearAxleLeft, semiRearAxleRight, semiRearAxleLeft2, semiRearAxleRight2
    }

    /// The value as a number: of a number of any kind, and of a text that is one.
    public var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .long(let value): Double(value)
        case .float(let value): Double(value)
        case .double(let value): value
        case .text(let text): Double(text)
        default: nil
        }
    }

    /// A text, or the name of a ``choice(name:number:kind:)``.
    public var text: String? {
        switch self {
        case .text(let text): text
        case .choice(let name, _, _): name
        default: nil
        }
    }

    /// A flag, or a text that says `true` or `false`.
    public var flag: Bool? {
        switch self {
        case .flag(let flag): flag
        case .text("true"): true
        case .text("false"): false
        default: nil
        }
    }
}

extension TelemetryValue {
    init(_ value: SignalValue) {
        self =
            switch value {
            case .absent, .empty: .absent
            case .text(let text): .text(text)
            case .int(let number): .int(number)
            case .long(let number): .long(number)
            case .float(let number): .float(number)
            case .double(let number): .double(number)
            case .boolean(let flag): .flag(flag)
            case .location(let latitude, let longitude): .location(latitude: latitude, longitude: longitude)
            case .choice(let kind, let number):
                .choice(name: kind.valueName(number), number: number, kind: kind.enumName)
            case .invalid: .invalid
            case .doors(let doors): .doors(Self.members(Door.allCases, UInt16(doors.rawValue)))
            case .tires(let tires): .tires(Self.members(Tire.allCases, tires.rawValue))
            case .time(let hour, let minute, let second): .time(hour: hour, minute: minute, second: second)
            }
    }

    /// Bit n stands for member n.
    private static func members<Member: Hashable>(_ all: [Member], _ bits: UInt16) -> Set<Member> {
        Set(all.indices.lazy.filter { bits >> UInt16($0) & 1 == 1 }.map { all[$0] })
    }
}
