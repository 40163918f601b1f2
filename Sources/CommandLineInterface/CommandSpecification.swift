/// A command or a group of commands, declared once: parsing, help, suggestions, completions and manual pages
/// are all made from it.
package struct CommandSpecification: Sendable {
    package struct Example: Sendable, Hashable {
        package let line: String
        package let explanation: String

        package init(_ line: String, _ explanation: String) {
            self.line = line
            self.explanation = explanation
        }
    }

    package let name: String
    /// What it does, in one line without a full stop.
    package let summary: String
    /// What the summary has no room for; empty when nothing is missing.
    package let discussion: String
    package let arguments: [ArgumentSpecification]
    package let options: [OptionSpecification]
    package let examples: [Example]
    /// What its exit codes mean.
    package let exits: ExitTable
    /// Commands inside of this one. A command with any has no arguments of its own.
    package let subcommands: [CommandSpecification]
    /// Whether it does something by itself, and is more than a group of others.
    package let runs: Bool

    /// A command that runs, which may have others inside.
    package init(
        name: String,
        summary: String,
        discussion: String = "",
        arguments: [ArgumentSpecification] = [],
        options: [OptionSpecification] = [],
        subcommands: [CommandSpecification] = [],
        examples: [Example],
        exits: ExitTable = .standard
    ) {
        precondition(subcommands.isEmpty || arguments.isEmpty, "\(name) has commands inside and takes arguments")
        let names = options.flatMap { [$0.name] + $0.otherNames }
        precondition(Set(names).count == names.count, "an option of \(name) is declared twice")
        precondition(
            arguments.dropLast().allSatisfy { $0.count == .one },
            "only the last argument of \(name) may be missing or repeated"
        )
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.arguments = arguments
        self.options = options
        self.subcommands = subcommands
        self.examples = examples
        self.exits = exits
        runs = true
    }

    /// A group of commands, which runs nothing itself.
    package init(
        name: String,
        summary: String,
        discussion: String = "",
        subcommands: [CommandSpecification],
        examples: [Example]
    ) {
        precondition(Set(subcommands.map(\.name)).count == subcommands.count, "a command of \(name) is declared twice")
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.subcommands = subcommands
        self.examples = examples
        exits = .standard
        arguments = []
        options = []
        runs = false
    }

    package var isGroup: Bool { !subcommands.isEmpty }
}
