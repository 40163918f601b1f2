internal import CommandLineInterface
internal import JSONText
internal import LinuxSystem
internal import OpenSSLTransport

/// `certs init`: an authority of one's own, for decades.
enum CertsInitCommand: Command {
    private static let out = Option<String>.requiredFolder("out", "DIR", "Where to write them; made when missing")
    private static let name = Option<String>.text(
        "common-name",
        "TEXT",
        default: OwnAuthority.defaultName,
        "What the CA is called in its certificate"
    )
    private static let days = Option<Int>.integer(
        "days",
        "N",
        in: 1...36_500,
        default: OwnAuthority.defaultDays,
        "How long the CA is valid"
    )
    private static let json = Option.flag("json", "One JSON object")

    static let specification = CommandSpecification(
        name: "init",
        summary: "Make a CA of your own, which vehicles are given once",
        discussion: """
            Writes ca.pem and ca.key (mode 0600) and prints the text that goes into "ca" of the vehicles'
            fleet_telemetry_config. From then on 'certs issue' and 'certs renew' make the server's certificates, and no
            vehicle has to be configured again until the CA ends. Never overwrites a CA. Keep ca.key where only you can
            read it, and a copy of it elsewhere: whoever has it can pose as your server, and without it the vehicles
            have to be configured anew.
            """,
        options: [
            out.specification, name.specification, days.specification, json.specification,
        ],
        examples: [
            .init("\(Program.name) certs init --out /root/fleet-telemetry-ca", "For 20 years."),
            .init(
                "\(Program.name) certs init --out ca --json | jq '.ca'",
                "The string alone, for a script that makes the vehicles' configuration."
            ),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        let files = AuthorityFiles(directory: command[out])
        do throws(OwnAuthorityError) {
            let authority = try OwnAuthority.make(files, name: command[name], days: command[days])
            if command[json] { return Console.print { write(authority, &$0) } }
            Console.say("wrote \(files.path)")
            Console.say("wrote \(files.keyPath), which nobody else may have")
            Console.say(CertificateWords.validity(of: authority.certificate, at: WallClock.seconds))
            Console.say("for the vehicles, in \"config\" of their fleet_telemetry_config:")
            let printed = Console.print("\"ca\": \(CertificateWords.authorityText(of: [authority.certificate]))\n")
            Console.say(
                "next: \(Program.name) certs issue --ca \(files.path) --host NAME --out DIR, where NAME is their "
                    + "\"hostname\""
            )
            return printed
        } catch {
            return CertificateWords.complain(error, "certs init")
        }
    }

    private static func write(_ authority: OwnAuthority, _ writer: inout JSONWriter) {
        let certificate = authority.certificate
        writer.member("ca", String(decoding: certificate.pem, as: UTF8.self))
        writer.member("certificate", authority.files.path)
        writer.member("key", authority.files.keyPath)
        writer.member("subject", certificate.subject)
        CertificateWords.writeValidity(of: certificate, at: WallClock.seconds, &writer)
    }
}
