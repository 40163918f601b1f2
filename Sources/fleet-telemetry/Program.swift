internal import CommandLineInterface
internal import ServerAssembly

/// A command of this program: what it is called and takes, and what it does.
protocol Command: Sendable {
    static var specification: CommandSpecification { get }
    /// Does the work; has said on standard error what went wrong when the result is not ``ExitCode/fine``.
    static func run(_ command: ParsedCommand) -> ExitCode
}

/// Everything this program can be asked to do.
enum Program {
    static let name = "fleet-telemetry"
    /// The version that `--version` shows.
    static let version = ProductVersion.text

    /// The commands by the names that lead to them.
    private static var commands: [(names: [String], command: any Command.Type)] {
        [
            (["serve"], ServeCommand.self),
            (["demo"], DemoCommand.self),
            (["simulate"], SimulateCommand.self),
            (["decode"], DecodeCommand.self),
            (["replay"], ReplayCommand.self),
            (["fields"], FieldsCommand.self),
            (["validate"], ValidateCommand.self),
            (["spool", "status"], SpoolStatusCommand.self),
            (["spool", "inspect"], SpoolInspectCommand.self),
            (["spool", "replay"], SpoolReplayCommand.self),
            (["spool", "drop"], SpoolDropCommand.self),
            (["certs", "init"], CertsInitCommand.self),
            (["certs", "issue"], CertsIssueCommand.self),
            (["certs", "renew"], CertsRenewCommand.self),
            (["certs", "check"], CertsCheckCommand.self),
            (["certs", "show"], CertsShowCommand.self),
            (["certs", "demo"], CertsDemoCommand.self),
            (["certs", "fetch-ca"], CertsFetchCACommand.self),
            (["status"], StatusCommand.self),
            (["vehicles"], VehiclesCommand.self),
            (["check", "cert"], CheckCertCommand.self),
            (["check", "spool"], CheckSpoolCommand.self),
            (["check", "dispatcher"], CheckDispatcherCommand.self),
            (["check", "vehicle"], CheckVehicleCommand.self),
            (["check", "endpoint"], CheckEndpointCommand.self),
            (["doctor"], DoctorCommand.self),
            (["doctor", "cert"], DoctorCertCommand.self),
            (["explain"], ExplainCommand.self),
            (["config", "check"], ConfigCheckCommand.self),
            (["config", "schema"], ConfigSchemaCommand.self),
            (["config", "example"], ConfigExampleCommand.self),
            (["config", "migrate"], ConfigMigrateCommand.self),
            (["cost"], CostCommand.self),
            (["dead-letters", "list"], DeadLettersListCommand.self),
            (["dead-letters", "show"], DeadLettersShowCommand.self),
            (["dead-letters", "replay"], DeadLettersReplayCommand.self),
            (["dead-letters", "drop"], DeadLettersDropCommand.self),
            (["completions"], CompletionsCommand.self),
            (["man"], ManCommand.self),
        ]
    }

    static let specification = CommandSpecification(
        name: name,
        summary: "Receive telemetry from Tesla vehicles, and try it out without one",
        subcommands: [
            ServeCommand.specification,
            DemoCommand.specification,
            SimulateCommand.specification,
            DecodeCommand.specification,
            ReplayCommand.specification,
            FieldsCommand.specification,
            ValidateCommand.specification,
            CommandSpecification(
                name: "spool",
                summary: "Look into a spool, deliver from it again, clean it up",
                subcommands: [
                    SpoolStatusCommand.specification, SpoolInspectCommand.specification,
                    SpoolReplayCommand.specification, SpoolDropCommand.specification,
                ],
                examples: SpoolStatusCommand.specification.examples + SpoolReplayCommand.specification.examples
            ),
            StatusCommand.specification,
            VehiclesCommand.specification,
            CommandSpecification(
                name: "check",
                summary: "Check a running server, for Nagios, Icinga and their like",
                discussion: MonitoringCheck.exitCodes,
                subcommands: [
                    CheckCertCommand.specification, CheckSpoolCommand.specification,
                    CheckDispatcherCommand.specification, CheckVehicleCommand.specification,
                    CheckEndpointCommand.specification,
                ],
                examples: CheckCertCommand.specification.examples + CheckEndpointCommand.specification.examples
            ),
            CommandSpecification(
                name: "certs",
                summary: "Make, renew, check and explain certificates, and get Tesla's",
                subcommands: [
                    CertsInitCommand.specification, CertsIssueCommand.specification,
                    CertsRenewCommand.specification, CertsCheckCommand.specification, CertsShowCommand.specification,
                    CertsDemoCommand.specification, CertsFetchCACommand.specification,
                ],
                examples: CertsIssueCommand.specification.examples + CertsShowCommand.specification.examples
            ),
            CommandSpecification(
                name: "config",
                summary: "Check, explain and convert configuration files",
                subcommands: [
                    ConfigCheckCommand.specification, ConfigSchemaCommand.specification,
                    ConfigExampleCommand.specification, ConfigMigrateCommand.specification,
                ],
                examples: ConfigCheckCommand.specification.examples
            ),
            DoctorCommand.specification,
            ExplainCommand.specification,
            CostCommand.specification,
            CommandSpecification(
                name: "dead-letters",
                summary: "Look after records that dispatchers refused for good",
                subcommands: [
                    DeadLettersListCommand.specification, DeadLettersShowCommand.specification,
                    DeadLettersReplayCommand.specification, DeadLettersDropCommand.specification,
                ],
                examples: DeadLettersListCommand.specification.examples
            ),
            CompletionsCommand.specification,
            ManCommand.specification,
        ],
        examples: [
            .init("\(name) demo --seconds 10", "A receiver and simulated vehicles on this machine, for a first look."),
            .init("\(name) serve --config server.json", "The receiver, in the foreground."),
        ]
    )

    /// - Parameter words: the command line without the program's name.
    static func run(_ words: [String]) -> ExitCode {
        // The reference has one command and so needs no name for it: `-config FILE` alone starts the receiver.
        let namesNoCommand = words.first.map { $0.hasPrefix("-config") || $0.hasPrefix("--config") } ?? false
        do throws(UsageError) {
            switch try CommandLineParser(program: specification).parse(namesNoCommand ? ["serve"] + words : words) {
            case .help(let path):
                return Console.print(HelpText(of: path, style: Console.outputStyle).text)
            case .version:
                return Console.print("\(name) \(version)\n")
            case .run(let command):
                guard let found = commands.first(where: { $0.names == command.path.names }) else {
                    preconditionFailure("\(command.path.text) is declared and does nothing")
                }
                return found.command.run(command)
            }
        } catch {
            Console.complain("\(error.command): \(error.message)")
            return words.first == MonitoringCheck.name ? MonitoringCheck.end(misused: error) : .usage
        }
    }
}
