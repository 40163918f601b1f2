extension ChoiceKind {
    /// The name of a value without what all names of the enum begin with: `D` for `ShiftStateD`; nil for numbers newer
    /// than this build. Vehicles that do not send typed values write enums so.
    package func shortName(_ number: Int32) -> String? {
        guard let name = fullName(number) else { return nil }
        return String(name.dropFirst(prefixLength))
    }

    /// The number of a value by its short name; nil when the enum has no such value.
    package func number(shortNamed name: String) -> Int32? {
        Int(tag) < Self.numbersByShortName.count ? Self.numbersByShortName[Int(tag)][name] : nil
    }

    private var prefixLength: Int {
        Int(tag) < Self.prefixLengths.count ? Self.prefixLengths[Int(tag)] : 0
    }

    /// By tag. Every enum of Tesla's has a value with the name `<prefix>Unknown`, so the prefix ends with a word.
    private static let prefixLengths: [Int] = (0...255).map { tag in
        let names = names(of: ChoiceKind(tag: UInt8(tag))).map(\.name)
        guard let first = names.first, names.count > 1 else { return 0 }
        return names.reduce(first.count) { length, name in
            min(length, zip(first, name).prefix { $0 == $1 }.count)
        }
    }

    private static let numbersByShortName: [[String: Int32]] = (0...255).map { tag in
        let kind = ChoiceKind(tag: UInt8(tag))
        let pairs = names(of: kind).map { (String($0.name.dropFirst(kind.prefixLength)), $0.number) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func names(of kind: ChoiceKind) -> [(number: Int32, name: String)] {
        (0..<Int32(256)).compactMap { number in kind.fullName(number).map { (number, $0) } }
    }
}
