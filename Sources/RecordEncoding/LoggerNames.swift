internal import TelemetryModel

/// Names in the logger's data: the order of the fields, and what verbose mode calls the members of a value.
final class LoggerNames: Sendable {
    static let shared = LoggerNames()

    /// Where a name stands when all names of the data are sorted by their bytes.
    struct Rank: Sendable, Comparable {
        let rawValue: UInt32

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    let createdAt: Rank
    let isResend: Rank
    let vin: Rank
    /// Of every field without a name in standard mode: `Field_<number>`.
    let numbered: Rank
    /// Of every field without a name in reference mode, where all share the empty name.
    let nameless = Rank(rawValue: 0)

    private let fields: [Rank]

    private init() {
        let numbers = (0..<Int32(1024)).filter { Field(number: $0).name != nil }
        let names = numbers.compactMap { Field(number: $0).name }
        let all = (names + ["CreatedAt", "IsResend", "Vin", "Field_"]).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        var ranks: [String: Rank] = [:]
        for (index, name) in all.enumerated() { ranks[name] = Rank(rawValue: UInt32(index + 1)) }
        let none = Rank(rawValue: 0)
        createdAt = ranks["CreatedAt"] ?? none
        isResend = ranks["IsResend"] ?? none
        vin = ranks["Vin"] ?? none
        numbered = ranks["Field_"] ?? none
        var fields = [Rank](repeating: none, count: Int((numbers.last ?? 0) + 1))
        for (number, name) in zip(numbers, names) { fields[Int(number)] = ranks[name] ?? none }
        self.fields = fields
    }

    func rank(_ field: Field, mode: EncodingMode) -> Rank {
        if field.number >= 0, Int(field.number) < fields.count, fields[Int(field.number)] != nameless {
            return fields[Int(field.number)]
        }
        return mode == .reference ? nameless : numbered
    }

    /// The irregular names of verbose mode: most enums lose their `Value`, some have a name of their own. The
    /// reference drops `charging_value`, so that its name here is ours.
    static func verbose(tag: UInt8) -> String {
        let name = MemberName.protojson(tag: tag)
        switch name {
        case "": return "unknown_\(tag)"
        case "timeValue": return "time"
        case "tireLocationValue": return "tireLocation"
        case "chargeUnitPreferenceValue": return "chargeUnit"
        case "cableTypeValue": return "chargingCableType"
        case "fastChargerValue": return "fastChargerType"
        case "powershareStateValue": return "powershareStatus"
        case "shiftStateValue", "chargingValue", "doorValue": return name
        default:
            guard !ChoiceKind(tag: tag).memberName.isEmpty, name.hasSuffix("Value") else { return name }
            return String(name.dropLast("Value".utf8.count))
        }
    }

    /// By tag.
    static let verboseNames: [String] = (0...UInt8.max).map { verbose(tag: $0) }
}
