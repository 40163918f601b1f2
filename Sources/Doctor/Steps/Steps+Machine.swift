internal import ConfigurationSchema
internal import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
internal import ServerAssembly
internal import Symptoms

/// Ports, limits, clock.
extension Examination {
    /// Who has the port that the configuration makes the server listen on.
    enum PortOwner: Hashable {
        /// Nobody, or it could not be found out.
        case unknown
        case ours(ListeningProcess)
        case another(ListeningProcess)

        var isForeign: Bool { if case .another = self { true } else { false } }
    }

    private static let ownName = "fleet-telemetry"

    /// Decided by the name of the program, and where that says nothing by the certificate that it serves.
    func findPortOwner() -> PortOwner {
        guard let configuration, let port = UInt16(exactly: configuration.port),
            case .process(let process) = ListeningProcess.find(port: port)
        else { return .unknown }
        if process.name == Self.ownName { return .ours(process) }
        return servesOurLeaf(port) ? .ours(process) : .another(process)
    }

    /// Programs that embed the server have names of their own.
    private func servesOurLeaf(_ port: UInt16) -> Bool {
        let listener = configuration?.listeners.first
        let address = listener?.host.isEmpty == false ? listener?.host ?? "" : "127.0.0.1"
        guard let own = fileChain.first,
            case .tls(let facts) = probe.look(at: address, port: port, serverName: nil)
        else { return false }
        // One of before a renewal is ours as well.
        guard let seen = facts.chain.first else { return false }
        return seen.sha256 == own.sha256 || seen.subject == own.subject && seen.issuer == own.issuer
    }

    func machineResult() -> StepResult {
        if let reason = missingConfiguration { return .skipped(.machine, reason) }
        guard let configuration else { return .skipped(.machine, Self.unusableConfiguration) }
        var result = StepResult(.machine)
        for listener in configuration.listeners { judge(listener, &result) }
        judgeDescriptors(configuration.maxConnections, &result)
        return result
    }

    private func judge(_ listener: ServerConfiguration.Listener, _ result: inout StepResult) {
        switch machine.portCondition(host: listener.host, port: listener.port) {
        case .free: result.see("\(listener.path) \(listener.port) is free: the server does not run")
        case .taken: judgeOwner(of: listener, &result)
        case .forbidden:
            result.find(
                .problem,
                .portPrivileged,
                "\(listener.path): this user may not listen on port \(listener.port)",
                remedy: "use a systemd socket, setcap cap_net_bind_service=+ep on the executable, or a port above 1023"
            )
        case .unusableHost(let reason):
            result.find(
                .problem,
                .addressUnusable,
                "\(listener.hostPath): cannot listen on \(listener.host): \(reason)",
                remedy: "leave it empty to listen on all addresses"
            )
        }
    }

    private func judgeOwner(of listener: ServerConfiguration.Listener, _ result: inout StepResult) {
        let owner = portOwner
        guard let port = UInt16(exactly: listener.port), case .process(let process) = ListeningProcess.find(port: port)
        else { return result.see("\(listener.path) \(listener.port) is in use by a program of another user") }
        let isOurs: Bool
        if case .ours(let server) = owner { isOurs = process.id == server.id } else { isOurs = false }
        guard !isOurs, process.name != Self.ownName else {
            return result.see("\(listener.path) \(listener.port): \(process.name) (process \(process.id)) listens")
        }
        result.find(
            .problem,
            .portTaken,
            "\(listener.path) \(listener.port) is taken by \(process.name) (process \(process.id))",
            remedy: "stop that program, or choose another port; vehicles take any"
        )
    }

    private func judgeDescriptors(_ wanted: Int, _ result: inout StepResult) {
        let process: ListeningProcess? = if case .ours(let process) = portOwner { process } else { nil }
        guard let limit = process?.descriptorLimit ?? ProcessLimits.hardDescriptors else { return }
        result.see("\(limit) open files allowed" + (process.map { " to process \($0.id)" } ?? " here"))
        guard wanted > DescriptorBudget.fitting(limit) else { return }
        result.find(
            .warning,
            .descriptorsTooFew,
            "max_connections is \(wanted), and only \(limit) files may be open",
            remedy: "raise the limit (LimitNOFILE= in the systemd unit, ulimit -n), or lower max_connections"
        )
    }

    // MARK: Clock

    /// Dates that others told, in Unix seconds, and who told them.
    private var toldDates: [(date: Int64, by: String)] {
        var dates: [(Int64, String)] = []
        if case .success(let key)? = keyAnswer, let date = key.date { dates.append((date, request.domain ?? "")) }
        if case .plainHTTP(let answer)? = look, let date = answer.date { dates.append((date, target?.text ?? "")) }
        if let date = webAnswer?.date { dates.append((date, target?.text ?? "")) }
        return dates
    }

    func clockResult() -> StepResult {
        var result = StepResult(.clock)
        let now = environment.now()
        if let told = toldDates.first {
            let skew = now - told.date
            result.see("\(abs(skew)) s \(skew < 0 ? "behind" : "ahead of") the Date header of \(told.by)")
            guard abs(skew) > Self.skewLimitSeconds else { return result }
            result.find(
                abs(skew) > Self.harmfulSkewSeconds ? .problem : .warning,
                .clockWrong,
                "this machine's clock is \(abs(skew)) seconds \(skew < 0 ? "behind" : "ahead")",
                remedy: "switch NTP on (timedatectl set-ntp true): certificates are judged by this clock"
            )
            return result
        }
        let certificates =
            (chain?.certificates ?? [])
            + clientAuthorityFiles.flatMap { file in
                (try? Certificate.readAll(path: file.path)) ?? []
            }
        guard !certificates.isEmpty else { return .skipped(.clock, "nothing to compare it with") }
        let fitting = certificates.count { $0.notBefore <= now && now <= $0.notAfter }
        result.see("nobody told the time; it lies within the dates of \(fitting) of \(certificates.count) certificates")
        return result
    }

    /// NTP keeps clocks within milliseconds; networks take seconds.
    private static let skewLimitSeconds: Int64 = 60
    /// Fresh certificates are mostly valid from an hour before they are made.
    private static let harmfulSkewSeconds: Int64 = 3_600
}
