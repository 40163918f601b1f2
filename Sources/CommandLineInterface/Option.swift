/// An option together with the type that a command reads it as.
///
/// A command declares each of its options once, lists their ``specification`` and reads them with
/// ``ParsedCommand/subscript(_:)``; what the parser let through is all that can be read.
package struct Option<Value: Sendable>: Sendable {
    package let specification: OptionSpecification
    /// Reads the checked values, in the order they were given. Only called with values the parser accepted.
    let read: @Sendable ([OptionOccurrence]) -> Value
}

/// One checked occurrence of an option on the command line.
enum OptionOccurrence: Sendable, Hashable {
    case flag
    case text(String)
    case integer(Int)
    case decimal(Double)

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    var decimal: Double? { if case .decimal(let number) = self { number } else { nil } }
}

extension Option where Value == Bool {
    package static func flag(_ name: String, _ summary: String) -> Self {
        Option(specification: OptionSpecification(name: name, summary: summary, value: .flag)) { !$0.isEmpty }
    }
}

extension Option where Value == String? {
    package static func text(_ name: String, _ placeholder: String, _ summary: String) -> Self {
        let specification = OptionSpecification(name: name, summary: summary, value: .text(placeholder: placeholder))
        return Option(specification: specification) { $0.last?.text }
    }

    /// The path of a file, or nil when the option is not given. Whether the file is there is the command's to find out.
    ///
    /// - Parameters:
    ///   - acceptsSingleDash: the name may be written `-name`, too.
    ///   - otherNames: older spellings.
    package static func file(
        _ name: String,
        _ placeholder: String,
        acceptsSingleDash: Bool = false,
        otherNames: [String] = [],
        _ summary: String
    ) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .file(placeholder: placeholder),
            acceptsSingleDash: acceptsSingleDash,
            otherNames: otherNames
        )
        return Option(specification: specification) { $0.last?.text }
    }
}

extension Option where Value == String? {
    /// The path of a folder, or nil when the option is not given.
    package static func folder(_ name: String, _ placeholder: String, _ summary: String) -> Self {
        let specification = OptionSpecification(name: name, summary: summary, value: .folder(placeholder: placeholder))
        return Option(specification: specification) { $0.last?.text }
    }
}

extension Option where Value == String {
    package static func text(_ name: String, _ placeholder: String, default value: String, _ summary: String) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .text(placeholder: placeholder),
            defaultText: value
        )
        return Option(specification: specification) { $0.last?.text ?? value }
    }

    /// A text the command cannot run without. Reads as empty only before the parser has checked.
    package static func requiredText(_ name: String, _ placeholder: String, _ summary: String) -> Self {
        required(name, .text(placeholder: placeholder), summary)
    }

    /// The path of a file that the command cannot run without.
    package static func requiredFile(
        _ name: String,
        _ placeholder: String,
        acceptsSingleDash: Bool = false,
        _ summary: String
    ) -> Self {
        required(name, .file(placeholder: placeholder), acceptsSingleDash: acceptsSingleDash, summary)
    }

    /// The path of a folder that the command cannot run without.
    package static func requiredFolder(_ name: String, _ placeholder: String, _ summary: String) -> Self {
        required(name, .folder(placeholder: placeholder), summary)
    }

    private static func required(
        _ name: String,
        _ value: OptionValue,
        acceptsSingleDash: Bool = false,
        _ summary: String
    ) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: value,
            isRequired: true,
            acceptsSingleDash: acceptsSingleDash
        )
        return Option(specification: specification) { $0.last?.text ?? "" }
    }
}

extension Option where Value == [String] {
    /// An option that may be given several times.
    ///
    /// - Parameter isRequired: true when at least one must be given.
    package static func texts(
        _ name: String,
        _ placeholder: String,
        isRequired: Bool = false,
        _ summary: String
    ) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .text(placeholder: placeholder),
            isRepeatable: true,
            isRequired: isRequired
        )
        return Option(specification: specification) { $0.compactMap(\.text) }
    }
}

extension Option where Value == Int {
    /// A whole number; the parser refuses what lies outside the range.
    package static func integer(
        _ name: String,
        _ placeholder: String,
        in range: ClosedRange<Int>,
        default value: Int,
        _ summary: String
    ) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .integer(range, placeholder: placeholder),
            defaultText: String(value)
        )
        return Option(specification: specification) { $0.last?.integer ?? value }
    }

    /// A number the command cannot run without.
    package static func requiredInteger(
        _ name: String,
        _ placeholder: String,
        in range: ClosedRange<Int>,
        _ summary: String
    ) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .integer(range, placeholder: placeholder),
            isRequired: true
        )
        return Option(specification: specification) { $0.last?.integer ?? range.lowerBound }
    }
}

extension Option where Value == Int? {
    /// - Parameter without: what holds when the option is not given, for the help text.
    package static func integer(
        _ name: String,
        _ placeholder: String,
        in range: ClosedRange<Int>,
        without: String? = nil,
        _ summary: String
    ) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .integer(range, placeholder: placeholder),
            defaultText: without
        )
        return Option(specification: specification) { $0.last?.integer }
    }
}

extension Option where Value == Double? {
    /// - Parameter without: what holds when the option is not given, for the help text.
    package static func decimal(
        _ name: String,
        _ placeholder: String,
        in range: ClosedRange<Double>,
        without: String? = nil,
        _ summary: String
    ) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .decimal(range, placeholder: placeholder),
            defaultText: without
        )
        return Option(specification: specification) { $0.last?.decimal }
    }
}

extension Option where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the cases of an enum, by its raw value.
    package static func choice(_ name: String, default value: Value, _ summary: String) -> Self {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .choice(Value.allCases.map(\.rawValue)),
            defaultText: value.rawValue
        )
        return Option(specification: specification) { $0.last?.text.flatMap(Value.init(rawValue:)) ?? value }
    }
}

extension Option {
    /// One of the cases of an enum, by its raw value, or nil when the option is not given.
    ///
    /// - Parameter without: what holds then, for the help text.
    package static func choice<Case: CaseIterable & RawRepresentable & Sendable>(
        _ name: String,
        without: String? = nil,
        _ summary: String
    ) -> Self where Value == Case?, Case.RawValue == String {
        let specification = OptionSpecification(
            name: name,
            summary: summary,
            value: .choice(Case.allCases.map(\.rawValue)),
            defaultText: without
        )
        return Option(specification: specification) { $0.last?.text.flatMap(Case.init(rawValue:)) }
    }
}
