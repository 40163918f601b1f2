internal import CommandLineInterface
internal import Diagnosis
internal import JSONText
internal import LinuxSystem
internal import ServerAssembly

/// `certs show`: what a file, or a server, holds.
enum CertsShowCommand: Command {
    private static let json = Option.flag("json", "A JSON object for each, on a line of its own")
    private static let name = Option<String?>.text(
        "server-name",
        "NAME",
        "Ask a server for this name (SNI), and hold its certificate against it; else HOST"
    )

    static let specification = CommandSpecification(
        name: "show",
        summary: "Explain certificates, requests and keys of a file, or what a server shows",
        discussion: """
            Says of each piece who it is for, who signed it, until when it is valid, its names, key and usages, and what
            it can be good for here: the server's certificate, the CA that vehicles are given, a vehicle's certificate
            and of which VIN, or one of Tesla's CAs. Then how the pieces hang together, and what is wrong. Exits with 1
            when something is.
            """,
        arguments: [
            ArgumentSpecification(
                "FILE",
                .oneOrMore,
                kind: .file,
                "PEM or DER, the JSON of a vehicle's configuration, - for standard input, or HOST:PORT of a server"
            )
        ],
        options: [name.specification, json.specification],
        examples: [
            .init(
                "\(Program.name) certs show /etc/fleet-telemetry/server.pem",
                "The chain of the server, piece by piece."
            ),
            .init("\(Program.name) certs show cars.example.com:443", "What vehicles get to see."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        var worst = ExitCode.fine
        for (index, target) in command.arguments.enumerated() {
            if index > 0, !command[json] { Console.print("\n") }
            let code = show(target, command)
            if code.rawValue > worst.rawValue { worst = code }
        }
        return worst
    }

    private static func show(_ target: String, _ command: ParsedCommand) -> ExitCode {
        let explanation: CredentialExplanation
        let isFile = target == "-" || Files.exists(target)
        if !isFile, let address = HostAndPort(target), !address.host.isEmpty,
            let port = UInt16(exactly: address.port)
        {
            do throws(ServerHandshakeFailure) {
                let sighting = try ProgressLine.during("certs show: connecting to \(target)") {
                    (_) throws(ServerHandshakeFailure) in
                    try ServerHandshake.sight(
                        host: address.host,
                        port: port,
                        serverName: command[name] ?? address.host
                    )
                }
                explanation = .ofServer(
                    sighting,
                    host: command[name] ?? address.host,
                    port: port,
                    at: WallClock.seconds
                )
            } catch {
                Console.complain("certs show: \(target): \(error)")
                return .environment
            }
        } else {
            guard isFile || !target.contains(":") else {
                Console.complain(
                    "certs show: \(target): neither a file nor HOST:PORT; write e.g. cars.example.com:443 or [::1]:443"
                )
                return .usage
            }
            do throws(UnreadableCredentials) {
                explanation = try .ofFile(target, at: WallClock.seconds)
            } catch {
                Console.complain("certs show: \(error)")
                return error.isMissing ? .environment : .problemFound
            }
        }
        let printed: ExitCode
        if command[json] {
            var writer = JSONWriter()
            explanation.write(to: &writer)
            writer.endLine()
            printed = Console.print(writer.bytes)
        } else {
            printed = Console.print(explanation.text(Console.outputStyle))
        }
        return explanation.hasProblem ? .problemFound : printed
    }
}
