internal import CommandLineInterface
internal import ControlPlane
internal import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
internal import ServerAssembly

/// `check endpoint`: whether the vehicle port answers, how fast, and with which certificate.
enum CheckEndpointCommand: Command {
    private static let warn = (option: MonitoringCheck.warn("~:1000"), value: "~:1000" as String?)
    private static let crit = (option: MonitoringCheck.crit("~:5000"), value: "~:5000" as String?)
    private static let host = Option<String?>.text("host", "NAME", "Where to connect (default: 127.0.0.1)")
    private static let port = Option<Int?>.integer("port", "P", in: 1...65535, "The vehicle port")

    static let specification = CommandSpecification(
        name: "endpoint",
        summary: "Check that the vehicle port answers TLS, and how many milliseconds it takes",
        discussion: MonitoringCheck.exitCodes + "\n\n" + """
            Connects as a vehicle does and leaves when the server has shown its certificate, so the server counts a
            failed handshake each time (connection_lost). Needs no control socket when --port or --config is given. A
            certificate that has ended or has not begun is CRITICAL; who signed it is not judged here.
            """,
        options: [
            warn.option.specification, crit.option.specification, host.specification, port.specification,
        ] + ControlTarget.options + [MonitoringCheck.timeout.specification],
        examples: [
            .init("\(Program.name) check endpoint --port 4443 --warn ~:200", "WARNING above 200 milliseconds.")
        ],
        exits: .monitoring
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        MonitoringCheck.run("endpoint") { () throws(MonitoringCheck.Unanswered) in
            let thresholds = try MonitoringCheck.thresholds(command, warn, crit)
            let place = try place(command)
            do throws(ServerHandshakeFailure) {
                let sighting = try ServerHandshake.sight(
                    host: place.host,
                    port: place.port,
                    serverName: place.host,
                    timeoutMilliseconds: command[MonitoringCheck.timeout] * 1000
                )
                return judge(sighting, at: place, thresholds)
            } catch {
                return CheckResult(.critical, "\(SocketAddress(host: place.host, port: place.port)): \(error)")
            }
        }
    }

    private static func place(
        _ command: ParsedCommand
    ) throws(MonitoringCheck.Unanswered) -> (host: String, port: UInt16) {
        let given = command[host]
        if let port = command[port] { return (given ?? "127.0.0.1", UInt16(port)) }
        if let file = command[ControlTarget.config] {
            do throws(ControlTarget.Failure) {
                let configuration = try ControlTarget.configuration(file)
                let own = ["", "0.0.0.0", "::", "*", "[::]"].contains(configuration.host) ? nil : configuration.host
                return (given ?? own ?? "127.0.0.1", UInt16(configuration.port))
            } catch {
                throw MonitoringCheck.Unanswered(.unknown, error.words)
            }
        }
        let client = try MonitoringCheck.client(command)
        let status = try MonitoringCheck.asking { () throws(ControlFailure) in try client.status() }
        let address = status.listeners.first { $0.name == "vehicles" }?.address ?? ""
        let digits = address.lastIndex(of: ":").map { address[address.index(after: $0)...] } ?? ""
        guard let port = UInt16(digits) else {
            throw MonitoringCheck.Unanswered(.unknown, "the server names no vehicle port; give --port")
        }
        return (given ?? "127.0.0.1", port)
    }

    private static func judge(
        _ answer: ServerSighting,
        at place: (host: String, port: UInt16),
        _ thresholds: Thresholds
    ) -> CheckResult {
        let now = WallClock.milliseconds
        guard let certificate = answer.chain.first else {
            return CheckResult(.critical, "\(SocketAddress(host: place.host, port: place.port)) shows no certificate")
        }
        let end = certificate.notAfter.multipliedReportingOverflow(by: 1000).partialValue
        let days = CertificateEnd.days(from: Int(now), to: Int(end))
        var result = CheckResult(
            thresholds.judge(answer.milliseconds).state,
            "\(SocketAddress(host: place.host, port: place.port)) answered \(answer.protocolVersion) in "
                + "\(Shown.tenths(answer.milliseconds)) ms\(thresholds.remark(answer.milliseconds)); "
                + "certificate \(certificate.subject) ends in \(days) days"
        )
        result.numbers = [
            PerformanceDatum(
                "time",
                answer.milliseconds,
                unit: "ms",
                warning: thresholds.warning,
                critical: thresholds.critical
            ),
            PerformanceDatum("days", Double(days), minimum: nil),
        ]
        if days < 0 {
            result.state = .critical
            result.words += ": it has ended, renew it"
        } else if certificate.notBefore > now / 1000 {
            result.state = .critical
            result.words += ": it is not valid yet, check this machine's clock"
        }
        return result
    }
}
