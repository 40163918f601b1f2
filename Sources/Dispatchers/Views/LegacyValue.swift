internal import PayloadCodec
internal import TelemetryModel

/// Texts of vehicles that do not send typed values, as the values that they stand for.
enum LegacyValue {
    /// - Returns: nil for a text that is no value of the field, and for fields whose values are texts.
    static func typed(_ text: String, _ plan: FieldPlan) -> SignalValue? {
        for kind in [plan.kind, plan.otherKind] {
            if let kind, let value = typed(text, kind) { return value }
        }
        return nil
    }

    private static func typed(_ text: String, _ kind: FieldKind) -> SignalValue? {
        switch kind {
        case .real:
            return decimal(text).map { .double($0) }
        case .integer:
            guard let number = decimal(text) else { return nil }
            return Int32(exactly: number).map { .int($0) }
        case .timestamp:
            return whole(text).map { .long($0) }
        case .boolean:
            return text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
        case .choice(let choice):
            return (choice.number(shortNamed: text) ?? choice.number(named: text)).map { .choice(choice, number: $0) }
        case .doors:
            return doors(text).map { .doors($0) }
        case .location:
            return LocationText.read(text, isStrict: true).map {
                .location(latitude: $0.latitude, longitude: $0.longitude)
            }
        // Nobody has seen how times and tires look as texts.
        case .text, .time, .tires:
            return nil
        }
    }

    /// A finite number in digits, with point and exponent where it has them: nothing else that Swift reads as one.
    static func decimal(_ text: String) -> Double? {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isPlain, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    private static func whole(_ text: String) -> Int64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }

    /// The open doors, joined by `|`; nothing when all are shut.
    private static func doors(_ text: String) -> Doors? {
        var doors: Doors = []
        for name in text.split(separator: "|", omittingEmptySubsequences: text.isEmpty) {
            guard let door = doorNames[String(name)] else { return nil }
            doors.insert(door)
        }
        return doors
    }

    private static let doorNames: [String: Doors] = [
        "DriverFront": .driverFront, "DriverRear": .driverRear, "PassengerFront": .passengerFront,
        "PassengerRear": .passengerRear, "TrunkFront": .trunkFront, "TrunkRear": .trunkRear,
    ]
}
