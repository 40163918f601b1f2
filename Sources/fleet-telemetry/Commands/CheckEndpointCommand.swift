internal import CommandLineInterface
internal import ControlPlane
internal import LinuxSystem
internal import OpenSSLTransport
internal import ServerAssembly

/// `check endpoint`: whether the vehicle port answers, how fast, and with which certificate.
enum CheckEndpointCommand: Command {
    private static let warn = (option: MonitoringCheck.warn("~:1000"), value: "~:1000" as String?)
    private static let crit = (option: MonitoringCheck.crit("~:5000"), value: "~:5000" as String?)
    private static let host = Option<String?>.text("host", "HOST", "Where to connect (default: 127.0.0.1)")
    private static let port = Option<Int?>.integer("port", "PORT", in: 1...65535, "The vehicle port")

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
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        MonitoringCheck.run("endpoint") { () throws(MonitoringCheck.Unanswered) in
            let thresholds = try MonitoringCheck.thresholds(command, warn, crit)
            let place = try place(command)
            do throws(EndpointProbe.Failure) {
                let answer = try EndpointProbe.shakeHands(
                    place.host,
                    place.port,
                    milliseconds: command[MonitoringCheck.timeout] * 1000
                )
                return judge(answer, at: place, thresholds)
            } catch {
                return CheckResult(.critical, "\(SocketAddress(host: place.host, port: place.port)): \(error.words)")
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
        _ answer: EndpointProbe.Answer,
        at place: (host: String, port: UInt16),
        _ thresholds: Thresholds
    ) -> CheckResult {
        let now = WallClock.milliseconds
        let end = answer.certificate.notAfter.multipliedReportingOverflow(by: 1000).partialValue
        let days = CertificateEnd.days(from: Int(now), to: Int(end))
        var result = CheckResult(
            thresholds.judge(answer.milliseconds).state,
            "\(SocketAddress(host: place.host, port: place.port)) answered \(answer.protocolVersion) in "
                + "\(Shown.tenths(answer.milliseconds)) ms\(thresholds.remark(answer.milliseconds)); "
                + "certificate \(answer.certificate.subject) ends in \(days) days"
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
        } else if answer.certificate.notBefore > now / 1000 {
            result.state = .critical
            result.words += ": it is not valid yet, check this machine's clock"
        }
        return result
    }
}

/// One TLS handshake with a server, without a certificate of ours.
enum EndpointProbe {
    struct Answer {
        let milliseconds: Double
        let protocolVersion: String
        let certificate: Certificate
    }

    /// Why there was none.
    struct Failure: Error {
        let words: String
    }

    static func shakeHands(_ host: String, _ port: UInt16, milliseconds: Int) throws(Failure) -> Answer {
        let begin = MonotonicTime.now
        let deadline = begin.adding(milliseconds: milliseconds)
        let descriptor = try connect(host, port, until: deadline)
        let isName = !host.contains(":") && !host.allSatisfy { $0.isNumber || $0 == "." }
        let session = TLSSession(try context(), serverName: isName ? host : nil, buffers: TLSBuffers())
        var isOver = false
        while !isOver {
            switch session.handshake() {
            case .done: isOver = true
            // TLS 1.2 refuses us for want of a certificate, after it has shown its own.
            case .failed where session.peerLeaf != nil: isOver = true
            case .failed(let failure): throw Failure(words: "the TLS handshake failed: \(words(failure))")
            case .wantsMore:
                try send(session, descriptor, until: deadline)
                try receive(session, descriptor, until: deadline)
            }
        }
        let nanoseconds = MonotonicTime.now.nanoseconds(since: begin)
        guard let certificate = session.peerLeaf else { throw Failure(words: "the server shows no certificate") }
        return Answer(
            milliseconds: Double(nanoseconds) / 1e6,
            protocolVersion: session.protocolVersion,
            certificate: certificate
        )
    }

    private static func connect(_ host: String, _ port: UInt16, until deadline: MonotonicTime) throws(Failure)
        -> FileDescriptor
    {
        do {
            guard let descriptor = try TCP.connect(host: host, port: port, until: deadline) else {
                throw Failure(words: "no connection in time; check that the server runs, and firewalls on the way")
            }
            return descriptor
        } catch let error as Failure {
            throw error
        } catch let error as SystemCallError {
            throw Failure(words: "no connection (\(error.reason)); check that the server runs, and its port")
        } catch {
            throw Failure(words: "\(error)")
        }
    }

    private static func context() throws(Failure) -> TLSClientContext {
        do throws(TLSContextError) {
            return try TLSClientContext(authorities: nil, identity: nil)
        } catch {
            throw Failure(words: "\(error)")
        }
    }

    private static func send(
        _ session: borrowing TLSSession,
        _ descriptor: borrowing FileDescriptor,
        until deadline: MonotonicTime
    ) throws(Failure) {
        guard session.hasOutbound else { return }
        let bytes = session.takeOutbound()
        var sent = 0
        while sent < bytes.count {
            do throws(SystemCallError) {
                if let count = try TCP.send(bytes.span.extracting(sent...), to: descriptor) {
                    sent += count
                    continue
                }
            } catch {
                throw Failure(words: "the connection broke off (\(error.reason))")
            }
            guard TCP.wait(for: descriptor, writable: true, until: deadline) == .ready else { throw slow }
        }
    }

    private static func receive(
        _ session: borrowing TLSSession,
        _ descriptor: borrowing FileDescriptor,
        until deadline: MonotonicTime
    ) throws(Failure) {
        while true {
            switch session.receive(from: descriptor) {
            case .received: return
            case .endOfStream:
                throw Failure(words: "the connection was closed in the TLS handshake; see the server's log")
            case .failed(let error): throw Failure(words: "the connection broke off (\(error.reason))")
            case .nothingYet:
                guard TCP.wait(for: descriptor, until: deadline) == .ready else { throw slow }
            }
        }
    }

    private static let slow = Failure(words: "no TLS handshake in time; the server is overloaded or hangs")

    private static func words(_ failure: TLSFailure) -> String {
        switch failure {
        case .notTLS, .plainHTTP: "the port does not speak TLS; is it the vehicle port?"
        case .ourCertificateRefused(let alert), .alert(let alert): "the server ended it (\(alert))"
        case .connectionLost: "the connection ended"
        case .nothingInCommon(let reason), .other(let reason): reason
        case .protocolVersion: "no TLS version from 1.2 on"
        case .noPeerCertificate, .peerCertificateRefused: "the server's certificate is not usable"
        }
    }
}
