package import JSONText

/// A setting without its section's type: what documentation, schema, example and "did you mean" are made of.
package struct SettingDescription: Sendable {
    package let key: String
    /// What the setting does, one or two sentences.
    package let summary: String
    package let shape: SettingShape
    /// What holds when the key is absent; nil when nothing sensible can be said.
    package var defaultValue: JSONValue?
    package var isRequired = false
    /// Whether 0 counts as not given, even where the range does not hold it.
    package var isZeroAbsent = false
    /// The environment variable that wins over the file.
    package var environment: String?
    /// What the example file writes for this setting; nil leaves it out there.
    package var example: JSONValue?
    /// Why the key is only there for old files.
    package var legacyNote: String?
}

/// The words of a choice. They are compared whatever their case.
package struct Words: Sendable, Hashable {
    /// As they are written here.
    package var documented: [String]
    /// Others that mean one of them.
    package var synonyms: [String] = []
    /// Whether an unknown word is read as one of them, with a warning.
    package var takesAny = false
}

/// What kind of value a setting takes.
package indirect enum SettingShape: Sendable {
    case wholeNumber(ClosedRange<Int>)
    case decimal(ClosedRange<Double>)
    case flag
    case text
    case path
    case secret
    case choice(Words)
    case duration(DurationUnit, ClosedRange<Duration>)
    case texts
    case section(@Sendable () -> [SettingDescription])
    /// Names chosen by the operator, each with a section.
    case sections(@Sendable () -> [SettingDescription])
    /// Names chosen by the operator, each with a text.
    case textByName
    /// Names chosen by the operator, each with a list of texts; `single` when one text may stand for a list of one.
    case textsByName(single: Bool)
    /// Names and single values that somebody else defines and checks.
    case open
    /// An object that nobody here looks into.
    case opaque
    /// A legacy key: anything.
    case anything

    /// In words, for the reference table.
    package var words: String {
        switch self {
        case .wholeNumber(let range): "whole number, \(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range): "number, \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .text: "text"
        case .path: "path of a file"
        case .secret: "secret text"
        case .choice(let words): words.documented.map { "`\($0)`" }.joined(separator: ", ")
        case .duration(let unit, let range):
            "\(unit.plural), \(unit.text(of: range.lowerBound)) to \(unit.text(of: range.upperBound))"
        case .texts: "list of texts"
        case .section: "section"
        case .sections: "name to section"
        case .textByName: "name to text"
        case .textsByName(single: false): "name to list of texts"
        case .textsByName(single: true): "name to text or list of texts"
        case .open, .opaque: "any names and values"
        case .anything: "not read"
        }
    }
}

/// The unit that a duration is written in.
package enum DurationUnit: String, Sendable, CaseIterable {
    case nanoseconds
    case milliseconds
    case seconds

    package var plural: String { rawValue }

    package var one: Duration {
        switch self {
        case .nanoseconds: .nanoseconds(1)
        case .milliseconds: .milliseconds(1)
        case .seconds: .seconds(1)
        }
    }

    /// The duration as a number of this unit: `2.5`, `60`.
    package func text(of duration: Duration) -> String {
        let number = duration / one
        if let whole = Int64(exactly: number.rounded()), Double(whole) == number { return "\(whole)" }
        return "\(number)"
    }
}
