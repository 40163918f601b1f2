/// A command where it stands in the program, for what is made of all commands: completions and the manual page.
struct PlacedCommand {
    /// Without the program's name; empty for the program itself.
    let names: [String]
    let command: CommandSpecification

    /// Names that may follow, with what they do; the program knows `help` besides its commands.
    var followers: [(name: String, summary: String)] {
        let commands = command.subcommands.map { (name: $0.name, summary: $0.summary) }
        return names.isEmpty ? commands + [("help", "Show the help of a command")] : commands
    }

    /// The options of the command, and those that every command has.
    var options: [OptionSpecification] {
        var options = command.options
        options.append(OptionSpecification(name: "help", summary: "Show the help", value: .flag))
        if names.isEmpty {
            options.append(OptionSpecification(name: "version", summary: "Show the version", value: .flag))
        }
        return options
    }
}

extension CommandSpecification {
    /// This command and everything inside of it, outermost first.
    func placed(under names: [String] = []) -> [PlacedCommand] {
        [PlacedCommand(names: names, command: self)] + subcommands.flatMap { $0.placed(under: names + [$0.name]) }
    }
}
