internal import TelemetryModel

/// The texts that stand for members of enums: their names without the prefix that the names of an enum share.
///
/// The prefix is what stands before `Unknown` in the name of number 0, which every enum has.
struct ChoiceTexts: Sendable {
    static let shared = ChoiceTexts()

    /// Short and whole names, by the tag of their enum.
    private let names: [Set<String>]

    private init() {
        let last = ChoiceKind.all.map(\.tag).max() ?? 0
        names = (0...last).map { tag in
            let kind = ChoiceKind(tag: tag)
            guard let first = kind.valueName(0), first.hasSuffix("Unknown") else { return [] }
            let all = (0..<64).compactMap { kind.valueName(Int32($0)) }
            return Set(all + all.map { String($0.dropFirst(first.count - "Unknown".count)) })
        }
    }

    func isMember(_ text: String, of choice: ChoiceKind) -> Bool {
        Int(choice.tag) < names.count && names[Int(choice.tag)].contains(text)
    }

    private static let doors: Set<Substring> = [
        "DriverFront", "DriverRear", "PassengerFront", "PassengerRear", "TrunkFront", "TrunkRear",
    ]

    /// Open doors joined by `|`; none when all are shut.
    static func isListOfDoors(_ text: String) -> Bool {
        text.isEmpty || text.split(separator: "|", omittingEmptySubsequences: false).allSatisfy(doors.contains)
    }
}
