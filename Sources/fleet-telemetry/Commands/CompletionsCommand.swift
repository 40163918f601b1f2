internal import CommandLineInterface

/// `completions`: what teaches a shell this program's commands.
enum CompletionsCommand: Command {
    static let specification = CommandSpecification(
        name: "completions",
        summary: "Print a script that completes command lines in bash, zsh or fish",
        discussion: """
            It completes commands, options, their values and files. Print it again after an update: it knows the
            commands of the version that made it.
            """,
        arguments: [
            ArgumentSpecification("SHELL", .one, kind: .choice(Shell.allCases.map(\.rawValue)), "bash, zsh or fish")
        ],
        examples: [
            .init(
                "\(Program.name) completions bash > /etc/bash_completion.d/\(Program.name)",
                "For all users; or try it out with: source <(\(Program.name) completions bash)"
            ),
            .init(
                "\(Program.name) completions zsh > /usr/local/share/zsh/site-functions/_\(Program.name)",
                "Any directory of fpath will do."
            ),
            .init(
                "\(Program.name) completions fish > ~/.config/fish/completions/\(Program.name).fish",
                "For one user."
            ),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let shell = Shell(rawValue: command.arguments[0]) else { return .usage }
        return Console.print(CompletionScript(of: Program.specification, for: shell).text)
    }
}

/// `man`: the manual page.
enum ManCommand: Command {
    static let specification = CommandSpecification(
        name: "man",
        summary: "Print the manual page, for man",
        discussion: "It is made from the same specification as --help, and holds all commands on one page.",
        examples: [
            .init("\(Program.name) man | man -l -", "To read it at once."),
            .init("\(Program.name) man > /usr/local/share/man/man8/\(Program.name).8", "For 'man \(Program.name)'."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        Console.print(
            ManualPage(
                of: Program.specification,
                version: Program.version,
                environment: environment,
                files: files
            ).text
        )
    }

    private static let environment: [ManualPage.Entry] = [
        .init("NO_COLOR", "When set and not empty, nothing is coloured. Colours appear on terminals only."),
        .init("SSL_CERT_FILE", "PEM file of the authorities that web servers are verified against."),
        .init("TMPDIR", "Where the demo keeps its certificates while it runs; /tmp unless set."),
        .init(
            "NOTIFY_SOCKET, WATCHDOG_USEC, LISTEN_FDS",
            "How systemd hears how the receiver is doing, and hands over its socket."
        ),
    ]

    private static let files: [ManualPage.Entry] = [
        .init("/etc/fleet-telemetry/server.json", "The configuration, by custom; --config names it."),
        .init("/etc/fleet-telemetry/tesla_ca.pem", "Tesla's vehicle CAs, where the receiver looks for them by itself."),
        .init("/var/lib/fleet-telemetry", "Records, spool and dead letters, by custom."),
    ]
}
