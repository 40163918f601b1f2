/// What a command line asks for.
package enum Invocation: Sendable {
    case run(ParsedCommand)
    /// Print ``HelpText`` of the command with this path.
    case help(CommandPath)
    case version
}

/// A command and the groups around it, outermost first.
package struct CommandPath: Sendable {
    package let specifications: [CommandSpecification]

    init(_ specifications: [CommandSpecification]) {
        precondition(!specifications.isEmpty)
        self.specifications = specifications
    }

    package var command: CommandSpecification { specifications[specifications.count - 1] }

    /// Names without the program's, e.g. `["certs", "demo"]`.
    package var names: [String] { specifications.dropFirst().map(\.name) }

    /// Names with the program's, joined by spaces.
    package var text: String { specifications.map(\.name).joined(separator: " ") }
}

/// A command line that passed every check.
package struct ParsedCommand: Sendable {
    package let path: CommandPath
    /// What was given without an option's name, in order.
    package let arguments: [String]
    let occurrences: [String: [OptionOccurrence]]

    /// Reads an option of this command.
    package subscript<Value>(option: Option<Value>) -> Value {
        precondition(
            path.command.options.contains(option.specification),
            "\(path.text) does not declare --\(option.specification.name)"
        )
        return option.read(occurrences[option.specification.name] ?? [])
    }

    /// Whether the option stood on the command line.
    package func isGiven<Value>(_ option: Option<Value>) -> Bool {
        occurrences[option.specification.name] != nil
    }
}
