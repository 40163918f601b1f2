internal import CommandLineInterface
internal import HTTPClient
internal import JSONText
internal import LinuxSystem
internal import OpenSSLTransport
internal import ServerAssembly

/// `certs fetch-ca`: the authorities that real vehicles' certificates come from.
enum CertsFetchCACommand: Command {
    private static let out = Option<String>.requiredFile("out", "FILE", "Where to write the bundle")
    private static let engineering = Option.flag("engineering", "The CAs of Tesla's own test vehicles instead")
    private static let from = Option<String?>.file(
        "file",
        "FILE",
        otherNames: ["from"],
        "Verify a bundle at hand instead of downloading one"
    )
    private static let json = Option.flag("json", "One JSON object")
    private static let url = Option<String?>.text("url", "URL", "Download from another HTTPS server, e.g. a mirror")

    static let specification = CommandSpecification(
        name: "fetch-ca",
        summary: "Get Tesla's vehicle CA bundle, verified",
        discussion: """
            Downloads the bundle from the public repository of Tesla's reference server. Whatever the origin, only
            certificates whose SHA-256 fingerprints are compiled into this program are accepted; if there is any other,
            nothing is written. The web server is verified against this machine's authorities, or those in
            SSL_CERT_FILE. As /etc/fleet-telemetry/tesla_ca.pem (tesla_eng_ca.pem for engineering) the bundle is found
            by itself, else name it in "tls": {"tesla_ca_file": FILE}.
            """,
        options: [
            out.specification, engineering.specification, from.specification, url.specification, json.specification,
        ],
        examples: [
            .init(
                "\(Program.name) certs fetch-ca --out /etc/fleet-telemetry/tesla_ca.pem",
                "Once, with internet access."
            ),
            .init("\(Program.name) certs fetch-ca --file prod_ca.crt --out tesla_ca.pem", "Without."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        let origin: TeslaBundleFetch.Origin
        switch (command[from], command[url]) {
        case (nil, nil): origin = .repository
        case (let path?, nil): origin = .file(path)
        case (nil, let text?):
            guard let address = try? HTTPAddress(text), address.isSecure else {
                Console.complain("certs fetch-ca: --url \(text): no HTTPS address; write it as https://host/path")
                return .usage
            }
            origin = .address(address)
        case (_?, _?):
            Console.complain("certs fetch-ca: --file and --url exclude each other; give one of them")
            return .usage
        }
        let fetch = TeslaBundleFetch(
            command[engineering] ? .engineering : .production,
            from: origin,
            to: command[out],
            environment: ProcessEnvironment.variables
        )
        do throws(TeslaBundleError) {
            let report = try ProgressLine.during("certs fetch-ca: fetching \(command[url] ?? "Tesla's bundle")") {
                (_) throws(TeslaBundleError) in try fetch.run()
            }
            if command[json] { return Console.print { write(report, to: command[out], &$0) } }
            for pin in report.certificates { Console.say("verified \(pin.subject), valid until \(pin.notAfter)") }
            for pin in report.missing { Console.say("not there: \(pin.subject), valid until \(pin.notAfter)") }
            return Console.print(
                "wrote \(command[out]): \(report.certificates.count) certificates from \(report.origin)\n"
            )
        } catch {
            Console.complain("certs fetch-ca: \(error)")
            return error.isRefusal ? .problemFound : .environment
        }
    }

    private static func write(_ report: TeslaBundleFetch.Report, to path: String, _ writer: inout JSONWriter) {
        writer.member("file", path)
        writer.member("origin", report.origin)
        for (name, pins) in [("certificates", report.certificates), ("missing", report.missing)] {
            writer.key(name)
            writer.beginArray()
            for pin in pins {
                writer.beginObject()
                writer.member("subject", pin.subject)
                writer.member("sha256", pin.sha256)
                writer.member("not_after", pin.notAfter)
                writer.endObject()
            }
            writer.endArray()
        }
    }
}
