/// One option of a command, as the help text, the parser and shell completions need it.
package struct OptionSpecification: Sendable, Hashable {
    /// Written `--name` on the command line; lower case words joined by dashes.
    package let name: String
    /// What it does, in one line without a full stop.
    package let summary: String
    package let value: OptionValue
    /// Whether the option may be given more than once.
    package let isRepeatable: Bool
    /// Whether the command cannot run without it.
    package let isRequired: Bool
    /// What holds when it is not given, for the help text; nil when there is nothing to say.
    package let defaultText: String?
    /// Whether `-name` with a single dash is understood too, as Tesla's server writes its flags.
    package let acceptsSingleDash: Bool
    /// Older spellings of the name, which the parser understands and nothing offers.
    package let otherNames: [String]

    init(
        name: String,
        summary: String,
        value: OptionValue,
        isRepeatable: Bool = false,
        isRequired: Bool = false,
        defaultText: String? = nil,
        acceptsSingleDash: Bool = false,
        otherNames: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.value = value
        self.isRepeatable = isRepeatable
        self.isRequired = isRequired
        self.defaultText = defaultText
        self.acceptsSingleDash = acceptsSingleDash
        self.otherNames = otherNames
    }

    /// `--name VALUE`, as it is written in usage lines.
    package var usage: String {
        value.placeholder.map { "--\(name) \($0)" } ?? "--\(name)"
    }
}

/// What a word of the command line stands for, so that completions know what to offer.
package enum WordKind: Sendable, Hashable {
    /// Nothing that could be listed.
    case text
    case file
    case folder
    /// A file, or one of the words.
    case fileOr([String])
    case choice([String])
    /// A text that is most likely one of the words.
    case likely([String])
}

/// What may follow an option.
package enum OptionValue: Sendable, Hashable {
    /// Nothing: the option is on when given.
    case flag
    case text(placeholder: String)
    /// A path, so that completions can offer files.
    case file(placeholder: String)
    /// A path, so that completions can offer folders.
    case folder(placeholder: String)
    case integer(ClosedRange<Int>, placeholder: String)
    case decimal(ClosedRange<Double>, placeholder: String)
    case choice([String])

    package var placeholder: String? {
        switch self {
        case .flag: nil
        case .text(let placeholder), .file(let placeholder), .folder(let placeholder): placeholder
        case .integer(_, let placeholder), .decimal(_, let placeholder): placeholder
        case .choice(let choices): choices.joined(separator: "|")
        }
    }

    /// Nil for a flag, which nothing follows.
    package var kind: WordKind? {
        switch self {
        case .flag: nil
        case .text, .integer, .decimal: .text
        case .file: .file
        case .folder: .folder
        case .choice(let choices): .choice(choices)
        }
    }
}

/// One argument without a name, by its place.
package struct ArgumentSpecification: Sendable, Hashable {
    package enum Count: Sendable, Hashable {
        case one
        case optional
        case oneOrMore
        /// None, one or several; last of all.
        case any
    }

    /// Upper case, as usage lines show it.
    package let name: String
    package let summary: String
    package let count: Count
    /// What completions offer in its place. Only a choice is checked by the parser.
    package let kind: WordKind

    package init(_ name: String, _ count: Count, kind: WordKind = .text, _ summary: String) {
        self.name = name
        self.summary = summary
        self.count = count
        self.kind = kind
    }

    package var usage: String {
        switch count {
        case .one: name
        case .optional: "[\(name)]"
        case .oneOrMore: "\(name)…"
        case .any: "[\(name)…]"
        }
    }
}
