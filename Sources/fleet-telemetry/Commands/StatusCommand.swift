internal import CommandLineInterface
internal import ControlPlane

/// `status`: what a running server sees.
enum StatusCommand: Command {
    private static let json = Option.flag("json", "One JSON object")

    static let specification = CommandSpecification(
        name: "status",
        summary: "Show how a running server is doing",
        discussion: ControlTarget.discussion + "\n\n"
            + "Exits with 1 when the server is not ready, as /readyz says it, and with 3 when none answers.",
        options: ControlTarget.options + [json.specification],
        examples: [
            .init("\(Program.name) status", "The one server on this machine."),
            .init("\(Program.name) status --config server.json --json", "For a script."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        ControlTarget.ask(command, as: "status") { client throws(ControlFailure) in
            let status = try client.status()
            let printed = command[json] ? Console.print(status.line) : Console.print(StatusText.text(of: status))
            return status.readiness.isReady || printed != .fine ? printed : .problemFound
        }
    }
}
