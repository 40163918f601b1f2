internal import CommandLineInterface
internal import JSONText
internal import OpenSSLTransport

/// `certs demo`: certificates for trying things out.
enum CertsDemoCommand: Command {
    private static let out = Option<String>.requiredFolder("out", "DIR", "Where to write them; made when missing")
    private static let vins = Option.texts("vin", "VIN", isRequired: true, "A vehicle that gets a certificate")
    private static let hosts = Option.texts(
        "host",
        "NAME",
        isRequired: true,
        "A DNS name or IP address that the server's certificate is for"
    )
    private static let json = Option.flag("json", "One JSON object")
    private static let rsa = Option.flag("rsa", "RSA keys with 2048 bits instead of ECDSA P-256")
    private static let days = Option<Int>.integer(
        "days",
        "N",
        in: 1...36_500,
        default: 365,
        "How long server and vehicle certificates are valid"
    )

    static let specification = CommandSpecification(
        name: "demo",
        summary: "Make a demo CA with a server certificate and vehicle certificates",
        discussion: """
            Writes ca.pem, ca.key, server.pem, server.key, vehicles/VIN.pem and vehicles/VIN.key; keys with mode 0600.
            A CA that is in DIR already is used again, so vehicles can be added later. The certificates are for
            simulated vehicles: real ones have theirs from Tesla.
            """,
        options: [
            out.specification, vins.specification, hosts.specification, rsa.specification, days.specification,
            json.specification,
        ],
        examples: [
            .init(
                "\(Program.name) certs demo --out demo --vin 5YJ3E1EA7KF000316 --host localhost --host 127.0.0.1",
                "One vehicle, and a server that is reached as localhost."
            )
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        var options = DemoPKIOptions(directory: command[out], vins: command[vins], hosts: command[hosts])
        options.days = command[days]
        if command[rsa] { options.algorithm = .rsa(bits: 2048) }
        do throws(DemoPKIError) {
            let report = try DemoPKI.write(options)
            if command[json] {
                return Console.print { writer in
                    writer.member("written", report.written)
                    writer.member("kept", report.kept)
                }
            }
            for path in report.kept { Console.say("kept  \(path)") }
            for path in report.written { Console.print("wrote \(path)\n") }
            return .fine
        } catch {
            Console.complain("certs demo: \(error)")
            switch error {
            case .unusableVIN, .unusableHost, .unusableDays: return .usage
            case .foreignFile, .unusableAuthority, .certificate, .file: return .environment
            }
        }
    }
}
