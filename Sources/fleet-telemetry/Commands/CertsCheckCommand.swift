internal import CommandLineInterface
internal import JSONText
internal import LinuxSystem
internal import ServerAssembly

/// `certs check`: whether certificate, key and vehicles fit together, now and after the next renewal.
enum CertsCheckCommand: Command {
    private static let config = Option<String?>.file("config", "FILE", "Take certificate, key and days from here")
    private static let certificate = Option<String?>.file("cert", "FILE", "The server's chain, also one that is new")
    private static let key = Option<String?>.file("key", "FILE", "Its key")
    private static let vehicleAuthority = Option<String?>.file(
        "vehicle-ca",
        "FILE",
        "What vehicles hold: PEM of their \"ca\", or the JSON that they were configured with"
    )
    private static let hosts = Option.texts("host", "NAME", "What vehicles connect to; \"hostname\" of the JSON, else")
    private static let within = Option<Int?>.integer(
        "within",
        "DAYS",
        in: 0...825,
        without: "14, or certificate_warning_days of the configuration",
        "Warn when fewer than DAYS days are left"
    )
    private static let json = Option.flag("json", "One JSON object")

    static let specification = CommandSpecification(
        name: "check",
        summary: "Check the server's certificate, its key, and whether vehicles will accept it",
        discussion: """
            Looks at the chain (order, dates, strength, names), holds the key against it, and the chain against the
            "ca" that vehicles hold (--vehicle-ca, or "tls": {"vehicle_ca_file": FILE} of the configuration): before a
            renewed certificate is put in place, --cert shows whether vehicles would still come. Exits with 1 for
            warnings, too, so that cron or a hook of an ACME client hears of them.
            """,
        options: [
            config.specification, certificate.specification, key.specification, vehicleAuthority.specification,
            hosts.specification, within.specification, json.specification,
        ],
        examples: [
            .init("\(Program.name) certs check --config /etc/fleet-telemetry/server.json", "What is in use."),
            .init(
                "\(Program.name) certs check --cert new/fullchain.pem --key new/privkey.pem --vehicle-ca vehicles.json",
                "A renewed certificate, before it is put in place."
            ),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        var configuration: ServerConfiguration?
        if let path = command[config] {
            configuration = UsableConfiguration.read(path, for: "certs check")
            guard configuration != nil else { return .usage }
        }
        guard let path = command[certificate] ?? configuration?.tls.serverCert else {
            Console.complain("certs check: nothing to check; give --config FILE, or --cert FILE")
            return .usage
        }
        var subjects = CertificateCheck.Subjects(
            certificatePath: path,
            warningDays: command[within] ?? configuration?.certificateWarningDays
                ?? ServerConfiguration().certificateWarningDays
        )
        // Another certificate has another key.
        subjects.keyPath = command[key] ?? (command.isGiven(certificate) ? nil : configuration?.tls.serverKey)
        subjects.vehicleAuthorityPath = command[vehicleAuthority] ?? configuration?.tls.vehicleAuthorityPath
        subjects.hosts = command[hosts]
        let check = CertificateCheck.run(subjects, at: WallClock.seconds)
        let printed: ExitCode
        if command[json] {
            var writer = JSONWriter()
            check.write(to: &writer)
            writer.endLine()
            printed = Console.print(writer.bytes)
        } else {
            printed = Console.print(check.text(Console.outputStyle))
        }
        return check.isFine ? printed : .problemFound
    }
}
