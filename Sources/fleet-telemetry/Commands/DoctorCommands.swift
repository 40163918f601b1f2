internal import CommandLineInterface
internal import Doctor

private let jsonOption = Option.flag("json", "The report as JSON")

/// Prints a report and gives its exit code.
private func tell(_ request: DoctorRequest, asJSON isJSON: Bool) -> ExitCode {
    let report = ProgressLine.during("doctor") { line in
        var environment = DoctorEnvironment()
        environment.progress = { line.update($0) }
        return Examination.run(request, environment)
    }
    let printed = Console.print(isJSON ? report.json : report.text(Console.outputStyle))
    return report.verdict == .problem ? .problemFound : printed
}

/// `doctor`: why vehicles do not connect.
enum DoctorCommand: Command {
    private static let config = Option<String?>.file("config", "FILE", "The server's configuration, on its machine")
    private static let host = Option<String?>.text("host", "NAME", "What vehicles connect to (hostname)")
    private static let port = Option<Int?>.integer(
        "port",
        "P",
        in: 1...65_535,
        without: "that of the configuration, or 443",
        "Its port"
    )
    private static let ca = Option<String?>.file("ca", "FILE", "The ca text that vehicles were given")
    private static let domain = Option<String?>.text("domain", "NAME", "The domain that serves the app's public key")
    private static let appKey = Option<String?>.file("app-key", "FILE", "The app's key, public or private, to compare")
    private static let certs = Option<String?>.folder("certs", "DIR", "Vehicles' certificates to connect with")
    private static let vin = Option<String?>.text("vin", "VIN", "A vehicle that shall be let in")

    static let specification = CommandSpecification(
        name: "doctor",
        summary: "Say why vehicles do not connect",
        discussion: """
            Walks from the configuration over the certificate, the ca of the vehicles, DNS, TCP and TLS to a simulated
            record, the dispatchers, the spool and the app's public key, and names the cause to begin with first. What
            is not given is not looked at. Where the server trusts a demo CA (certs demo), one record with the name of
            this program is sent. Exits with 0 when nothing keeps vehicles away (there may be warnings), with 1 when
            something does.
            """,
        options: [
            config.specification, host.specification, port.specification, ca.specification, domain.specification,
            appKey.specification, certs.specification, vin.specification, jsonOption.specification,
        ],
        subcommands: [DoctorCertCommand.specification],
        examples: [
            .init("\(Program.name) doctor --config server.json", "The server of this machine."),
            .init(
                "\(Program.name) doctor --config server.json --host telemetry.example.com --ca ca.pem",
                "Also by the name that vehicles use, with the ca that they hold."
            ),
            .init("\(Program.name) doctor --host telemetry.example.com --port 443 --ca ca.pem", "From outside."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        var request = DoctorRequest()
        request.configurationPath = command[config]
        request.host = command[host]
        request.port = command[port]
        request.authorityPath = command[ca]
        request.domain = command[domain]
        request.appKeyPath = command[appKey]
        request.certificatesPath = command[certs]
        request.vin = command[vin]
        guard request != DoctorRequest() else {
            Console.complain("doctor: nothing to look at; give --config FILE, --host NAME or both")
            return .usage
        }
        return tell(request, asJSON: command[jsonOption])
    }
}

/// `doctor cert`: what Tesla's check script looks at, and more.
enum DoctorCertCommand: Command {
    static let specification = CommandSpecification(
        name: "cert",
        summary: "Check hostname, port and ca as they are sent to vehicles",
        discussion: """
            FILE is the validate_server.json of Tesla's server, or a whole request to fleet_telemetry_config. Looks at
            what it says, then connects as a vehicle does: name, address, chain, dates, whether ca leads to the
            certificate in full or in part, whether a client certificate is asked for.
            """,
        arguments: [ArgumentSpecification("FILE", .one, kind: .file, "JSON with hostname, port and ca")],
        options: [jsonOption.specification],
        examples: [.init("\(Program.name) doctor cert validate_server.json", "From a machine outside of your network.")]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        var request = DoctorRequest()
        request.vehicleFilePath = command.arguments[0]
        return tell(request, asJSON: command[jsonOption])
    }
}
