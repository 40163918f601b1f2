internal import TelemetryModel

/// Which members of `Value` fit a field.
struct ValueKinds: OptionSet, Sendable, Hashable {
    let rawValue: UInt16

    static let text = ValueKinds(rawValue: 1 << 0)
    static let integers = ValueKinds(rawValue: 1 << 1)
    static let reals = ValueKinds(rawValue: 1 << 2)
    /// Reals only when nothing stands behind the point.
    static let wholeReals = ValueKinds(rawValue: 1 << 3)
    static let boolean = ValueKinds(rawValue: 1 << 4)
    static let location = ValueKinds(rawValue: 1 << 5)
    static let doors = ValueKinds(rawValue: 1 << 6)
    static let tires = ValueKinds(rawValue: 1 << 7)
    static let time = ValueKinds(rawValue: 1 << 8)
    static let choice = ValueKinds(rawValue: 1 << 9)
    /// Nobody knows what the field holds.
    static let any = ValueKinds(rawValue: 1 << 10)

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    init(_ kind: FieldKind) {
        self =
            switch kind {
            case .boolean: .boolean
            case .integer, .timestamp: [.integers, .wholeReals]
            case .real: [.integers, .reals]
            case .text: .text
            case .time: .time
            case .location: .location
            case .doors: .doors
            case .tires: .tires
            case .choice: .choice
            }
    }
}

/// Everything that is asked of one field's data, ready to be asked millions of times.
struct FieldCheck: Sendable {
    let category: FieldCategory
    let isKnown: Bool
    var kinds: ValueKinds = .any
    /// The enum whose members fit; only with ``ValueKinds/choice``.
    var choice = ChoiceKind(tag: 0)
    /// Bit n stands for the enum's number n.
    var choiceNumbers: UInt64 = 0
    /// How a text must read; nil when no text fits.
    var text: LegacyText?
    var lowest = -Double.infinity
    var highest = Double.infinity
    /// Whether the operator does not want it.
    var isDenied = false
    /// The least time between two values, in milliseconds; 0 for none.
    var intervalMilliseconds: UInt32 = 0

    /// A field that is not in the catalogue, or is never sent.
    static func unknown() -> FieldCheck { FieldCheck(category: .default, isKnown: false) }

    init(_ facts: FieldFacts) {
        self.init(category: facts.category, isKnown: facts.isSendable)
        guard let kind = facts.kind else { return }
        kinds = ValueKinds(kind)
        text = kind == .text ? .text : facts.legacyText
        for kind in [kind, facts.otherKind].compactMap({ $0 }) {
            kinds.formUnion(ValueKinds(kind))
            if case .choice(let choice) = kind {
                self.choice = choice
                choiceNumbers = (0..<64).reduce(0) { bits, number in
                    choice.valueName(Int32(number)) == nil ? bits : bits | 1 << UInt64(number)
                }
            }
        }
        if text != nil { kinds.insert(.text) }
        if kind == .timestamp || facts.otherKind == .timestamp {
            // 1970 to 9999: what a date can be.
            lowest = 0
            highest = 253_402_300_799
        }
        if let range = facts.range, kind.isNumeric {
            lowest = range.widest.lowerBound
            highest = range.widest.upperBound
        }
    }

    private init(category: FieldCategory, isKnown: Bool) {
        self.category = category
        self.isKnown = isKnown
    }

    // MARK: Values

    /// The rules of ``RuleMask/ofValue`` that a datum breaks.
    @inline(__always)
    func faults(of value: SignalValue) -> RuleMask {
        switch value {
        case .invalid:
            return []
        case .double(let number):
            guard !kinds.isDisjoint(with: [.reals, .wholeReals, .any]) else { return .valueKind }
            guard number.isFinite else { return .notFinite }
            guard !kinds.isDisjoint(with: [.reals, .any]) || number.rounded(.towardZero) == number else {
                return .valueKind
            }
            return number >= lowest && number <= highest ? [] : .outOfRange
        case .float(let number):
            return faults(ofFloat: number)
        case .int(let number):
            guard !kinds.isDisjoint(with: [.integers, .any]) else { return .valueKind }
            let number = Double(number)
            return number >= lowest && number <= highest ? [] : .outOfRange
        case .long(let number):
            guard !kinds.isDisjoint(with: [.integers, .any]) else { return .valueKind }
            let number = Double(number)
            return number >= lowest && number <= highest ? [] : .outOfRange
        case .boolean:
            return fit(.boolean)
        case .choice(let kind, let number):
            guard !kinds.isDisjoint(with: [.choice, .any]) else { return .valueKind }
            guard !kinds.contains(.any) else { return [] }
            guard kind == choice else { return .valueKind }
            return number >= 0 && number < 64 && choiceNumbers >> UInt64(number) & 1 == 1 ? [] : .outOfRange
        case .text(let text):
            return faults(ofText: text)
        case .location(let latitude, let longitude):
            return faults(ofLocation: latitude, longitude)
        case .doors:
            return fit(.doors)
        case .tires:
            return fit(.tires)
        case .time(let hour, let minute, let second):
            guard !kinds.isDisjoint(with: [.time, .any]) else { return .valueKind }
            return (0...23).contains(hour) && (0...59).contains(minute) && (0...60).contains(second) ? [] : .outOfRange
        case .absent, .empty:
            return .valueKind
        }
    }

    private func fit(_ kind: ValueKinds) -> RuleMask { kinds.isDisjoint(with: [kind, .any]) ? .valueKind : [] }

    @inline(never)
    private func faults(ofFloat number: Float) -> RuleMask { faults(of: .double(Double(number))) }

    private func faults(ofLocation latitude: Double, _ longitude: Double) -> RuleMask {
        guard !kinds.isDisjoint(with: [.location, .any]) else { return .valueKind }
        guard latitude.isFinite, longitude.isFinite else { return .notFinite }
        return abs(latitude) <= 90 && abs(longitude) <= 180 ? [] : .outOfRange
    }

    private func faults(ofText text: String) -> RuleMask {
        guard !kinds.contains(.any) else { return [] }
        guard let form = self.text else { return .valueKind }
        switch form {
        case .text: return []
        case .boolean: return text == "true" || text == "false" ? [] : .valueKind
        case .name: return ChoiceTexts.shared.isMember(text, of: choice) ? [] : .valueKind
        case .doors: return ChoiceTexts.isListOfDoors(text) ? [] : .valueKind
        case .decimal:
            guard let number = DecimalText.read(text) else { return .valueKind }
            guard number.isFinite else { return .notFinite }
            return number >= lowest && number <= highest ? [] : .outOfRange
        }
    }
}
