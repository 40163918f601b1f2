internal import CommandLineInterface
internal import VehicleSimulation

/// `serve`: the receiver.
enum ServeCommand: Command {
    private static let config = Option<String>.requiredFile(
        "config",
        "FILE",
        acceptsSingleDash: true,
        "The configuration; Tesla's files work too"
    )
    private static let record = Option<String?>.file(
        "record",
        "FILE",
        "Also write every message of every vehicle to FILE, for 'replay' and 'decode'; it holds places"
    )

    static let specification = CommandSpecification(
        name: "serve",
        summary: "Run the receiver in the foreground",
        discussion: """
            Stops with SIGTERM or ctrl-C after what is in hand has been delivered; a second one stops at once. SIGHUP,
            or a change of the files, brings new certificates, CA bundles and VIN lists into use without dropping a
            connection. Tells systemd how it is doing (Type=notify, WatchdogSec) and takes sockets from it. Like
            Tesla's server it also takes -config FILE and -config=FILE.
            """,
        options: [config.specification, record.specification],
        examples: [
            .init("\(Program.name) serve --config server.json", "See 'config example' for a file to begin with.")
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        ReceiverHost.serve(configurationPath: command[config], recordingPath: command[record])
    }
}
