internal import CommandLineInterface
internal import LinuxSystem
internal import ServerAssembly

private let file = ArgumentSpecification(
    "FILE",
    .one,
    kind: .file,
    "The configuration, in JSON; comments are accepted; - reads standard input"
)

/// Prints what a configuration command has to say.
private func finish(_ output: ConfigurationCommands.Output) -> ExitCode {
    let text = output.text.isEmpty || output.text.hasSuffix("\n") ? output.text : output.text + "\n"
    let printed = Console.print(text)
    return output.exitCode == 0 ? printed : ExitCode(rawValue: output.exitCode) ?? .problemFound
}

/// `config check`: everything wrong with a configuration, in one run.
enum ConfigCheckCommand: Command {
    private static let json = Option.flag("json", "Findings as JSON")
    private static let connect = Option.flag("connect", "Also ask the dispatchers' destinations, without records")

    static let specification = CommandSpecification(
        name: "check",
        summary: "Say everything that is wrong with a configuration",
        discussion: """
            Reads Tesla's files and ours. Also looks at the certificates, keys, paths and ports that it names. Exits
            with 0 for a file that 'serve' starts with (there may be warnings), 1 for one that it refuses, 2 for one
            that cannot be read.
            """,
        arguments: [file],
        options: [json.specification, connect.specification],
        examples: [
            .init("\(Program.name) config check server.json", "Each finding with its place, reason and remedy."),
            .init("\(Program.name) config check --connect server.json", "Also whether web endpoints let us in."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        finish(
            ProgressLine.during("config check: asking the dispatchers' destinations") { _ in
                ConfigurationCommands.check(
                    path: command.arguments[0],
                    json: command[json],
                    connects: command[connect],
                    style: Console.outputStyle,
                    environment: ProcessEnvironment.variables
                )
            }
        )
    }
}

/// `config schema`: for editors.
enum ConfigSchemaCommand: Command {
    static let specification = CommandSpecification(
        name: "schema",
        summary: "Print a JSON Schema of the configuration",
        examples: [.init("\(Program.name) config schema > schema.json", "For an editor that completes and checks.")]
    )

    static func run(_ command: ParsedCommand) -> ExitCode { finish(ConfigurationCommands.schema()) }
}

/// `config example`: a file to begin with.
enum ConfigExampleCommand: Command {
    static let specification = CommandSpecification(
        name: "example",
        summary: "Print a small configuration with comments",
        examples: [.init("\(Program.name) config example > server.json", "Then fill in your certificate's paths.")]
    )

    static func run(_ command: ParsedCommand) -> ExitCode { finish(ConfigurationCommands.example()) }
}

/// `config migrate`: from the reference server's form to ours.
enum ConfigMigrateCommand: Command {
    static let specification = CommandSpecification(
        name: "migrate",
        summary: "Print a configuration in our form, with a line for each change",
        arguments: [file],
        examples: [.init("\(Program.name) config migrate old.json > server.json", "old.json stays as it is.")]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        finish(ConfigurationCommands.migrate(path: command.arguments[0], environment: ProcessEnvironment.variables))
    }
}
