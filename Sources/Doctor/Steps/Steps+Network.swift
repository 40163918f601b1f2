internal import AddressCodec
internal import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
internal import Receiving
internal import ServerAssembly
internal import Symptoms

/// Names, ports and handshakes.
extension Examination {
    private var noTarget: String {
        let host = request.host ?? vehicleFile?.hostname
        if let host, !HostName.isUsable(host) { return "the host name cannot be used" }
        return "no --host, and no configuration that listens"
    }

    // MARK: DNS

    func nameServiceResult() -> StepResult {
        guard let target else {
            var result = StepResult.skipped(.dns, noTarget)
            if let host = request.host, let finding = HostName.finding(about: host, place: "--host") {
                result.findings = [finding]
            }
            return result
        }
        if IPAddress(target.host) != nil { return .skipped(.dns, "\(target.host) is an address") }
        var result = StepResult(.dns)
        switch addresses {
        case .failure(let error)?:
            result.find(
                .problem,
                .nameNotFound,
                "the name \(target.host) is not found (\(error.reason))",
                remedy: "add an A record for it, and check its spelling"
            )
        case .success(let found)?:
            result.see("\(target.host): \(found.joined(separator: ", "))")
            if target.host != "localhost" { judge(found, of: target.host, &result) }
        case nil:
            break
        }
        return result
    }

    private func judge(_ addresses: [String], of host: String, _ result: inout StepResult) {
        if let inner = addresses.first(where: { IPAddress($0)?.isReachableFromAnywhere == false }) {
            result.find(
                .warning,
                .addressPrivate,
                "\(host) leads to \(inner), which vehicles cannot reach from outside of your network",
                remedy: "publish the public address; with split DNS run doctor from outside to see what vehicles see"
            )
        }
        if !addresses.isEmpty, addresses.allSatisfy({ $0.contains(":") }) {
            result.find(
                .warning,
                .unreachableFromOutside,
                "\(host) has IPv6 addresses only",
                remedy: "add an A record: not every vehicle's network has IPv6"
            )
        }
    }

    // MARK: TCP

    func reachabilityResult() -> StepResult {
        guard let target else { return .skipped(.tcp, noTarget) }
        guard !attempts.isEmpty else { return .skipped(.tcp, "no address to connect to") }
        var result = StepResult(.tcp)
        for attempt in attempts { result.see("\(attempt.address): \(attempt.words)") }
        let failed = attempts.filter { $0.result != .connected && $0.result != .noRoute }
        guard let first = failed.first else {
            return reachedAddress == nil ? .skipped(.tcp, "this machine has no way to \(target.host)") : result
        }
        if reachedAddress != nil {
            let isAboutV6 = failed.allSatisfy(\.isV6)
            result.find(
                isAboutV6 ? .warning : .problem,
                isAboutV6 ? .ipv6NotServed : .connectionRefused,
                "\(first.address), port \(target.port): \(first.words); other addresses of \(target.host) work",
                remedy: isAboutV6
                    ? "listen on IPv6 too (\"host\": \"\") and open it in the firewall, or remove the AAAA record"
                    : "listen there, or remove the A record of that address"
            )
        } else if failed.contains(where: { $0.result == .refused }) {
            result.find(
                // Nobody said that it runs.
                target.isLocalDefault ? .warning : .problem,
                .connectionRefused,
                "nothing listens on \(target.text)",
                remedy: target.isLocalDefault
                    ? "start the server (fleet-telemetry serve --config FILE), then run doctor again"
                    : "start the server, and let its port or a port forward be \(target.port)"
            )
        } else {
            result.find(
                .problem,
                .unreachable,
                "\(target.text) does not answer (\(first.words))",
                remedy: "allow and forward TCP port \(target.port) in every firewall and router on the way"
            )
        }
        return result
    }

    // MARK: TLS

    func handshakeResult() -> StepResult {
        guard let target else { return .skipped(.tls, noTarget) }
        guard let look else { return .skipped(.tls, "no connection to shake hands over") }
        var result = StepResult(.tls)
        switch look {
        case .tls(let facts): judge(facts, &result)
        case .plainHTTP(let answer): judgePlain(answer, target, &result)
        case .other(let bytes):
            result.find(
                .problem,
                .portSpeaksNoTLS,
                "\(target.text) speaks no TLS; it said \(Self.shown(bytes))",
                remedy: "give the port of the telemetry server"
            )
        case .closed:
            result.find(
                .problem,
                .closedWithoutTLS,
                "\(target.text) takes connections and closes them before TLS begins",
                remedy: "give the load balancer a healthy target, or the port of the server itself"
            )
        case .silence:
            result.find(
                .problem,
                .handshakeTimedOut,
                "\(target.text) takes connections and answers nothing",
                remedy:
                    "look whether the program that listens there hangs, or a firewall lets first packets through only"
            )
        case .refused(let failure):
            result.find(
                .problem,
                .noCommonProtocol,
                "\(target.text) ends the TLS handshake (\(failure.words))",
                remedy: "see the server's log; vehicles speak TLS 1.2 and 1.3"
            )
        case .unreachable(let reason):
            result.find(.problem, .unreachable, "\(target.text): \(reason)", remedy: "try again")
        }
        return result
    }

    private func judgePlain(_ answer: Probe.WebAnswer, _ target: Target, _ result: inout StepResult) {
        let isGateway = [502, 503, 504].contains(answer.status) || answer.server?.hasPrefix("awselb") == true
        result.find(
            .problem,
            isGateway ? .gatewayAnswer : .portSpeaksNoTLS,
            isGateway
                ? "a load balancer answers on \(target.text) in plain HTTP (\(answer.words))"
                : "\(target.text) speaks plain HTTP and no TLS (\(answer.words))",
            remedy: isGateway
                ? "use one that passes TCP through, and give it a healthy target"
                : "give the port of the telemetry server; vehicles speak TLS with it directly"
        )
    }

    private func judge(_ facts: ServerSighting, _ result: inout StepResult) {
        result.see("\(facts.protocolVersion), \(facts.cipher)")
        result.see(facts.asksForCertificate ? "asks for a client certificate" : "asks for no client certificate")
        let list = facts.acceptableAuthorities
        if facts.asksForCertificate {
            result.see(list.isEmpty ? "no list of acceptable CAs" : "\(list.count) acceptable CAs")
        }
        if let webAnswer { result.see("to a browser it answers \(webAnswer.words)") }
        if let webAnswer, [502, 503, 504].contains(webAnswer.status) {
            result.find(
                .problem,
                .gatewayAnswer,
                "a load balancer answers in the server's place (\(webAnswer.words))",
                remedy: "use one that passes TCP through instead of ending TLS"
            )
        }
        // With another certificate than ours that is told by the step about it.
        if !facts.asksForCertificate, isOurLeafSeen != false {
            result.find(
                .problem,
                .clientCertificateNotRequested,
                "the server asks for no client certificate, so it cannot know which vehicle comes",
                remedy: "pass TCP through to this server instead of ending TLS in front of it"
            )
        }
        if !list.isEmpty { judge(list, &result) }
    }

    private func judge(_ list: [String], _ result: inout StepResult) {
        let known = KnownIssuers.sufficient + KnownIssuers.needingUsage
        let hasKnown = list.contains { name in known.contains { name == "CN=\($0)" || name.hasSuffix(",CN=\($0)") } }
        guard !hasKnown || list.count > Self.acceptableAuthoritiesLimit else { return }
        result.find(
            hasKnown ? .warning : .problem,
            .acceptableAuthoritiesExcludeVehicles,
            !hasKnown
                ? "the server's list of acceptable CAs holds none that issues vehicles' certificates (\(list[0]) …), "
                    + "so vehicles withhold theirs"
                : "the server's list of acceptable CAs has \(list.count) entries; vehicles answer short lists only",
            remedy: "send no list, or Tesla's issuing CAs only"
        )
    }

    /// Tesla's own list has thirteen; system-wide lists have a hundred and more.
    private static let acceptableAuthoritiesLimit = 60

    private static func shown(_ bytes: [UInt8]) -> String {
        let text = bytes.prefix(24).map { (0x20...0x7E).contains($0) ? String(UnicodeScalar($0)) : "." }.joined()
        return "\"\(text)\""
    }

    // MARK: The certificate seen outside

    func leafResult() -> StepResult {
        if let reason = missingConfiguration { return .skipped(.leaf, reason) }
        guard let own = fileChain.first else { return .skipped(.leaf, "the certificate cannot be read") }
        guard let seen = seenChain.first, let target else { return .skipped(.leaf, "no certificate was seen") }
        var result = StepResult(.leaf)
        guard own.sha256 != seen.sha256 else {
            result.see("it is the one of \(configuration?.tls.serverCert ?? "the file")")
            return result
        }
        // Who has the port is told by the step about ports.
        if target.isLocalDefault, portOwner.isForeign { return .skipped(.leaf, "another program has the port") }
        if namelessLeaf?.sha256 == own.sha256 {
            result.find(
                .problem,
                .certificateDependsOnName,
                "\(target.text) serves our certificate without a name, and with the name \(target.serverName ?? "") "
                    + "that of \(seen.subject)",
                remedy: "add a rule for the name to the proxy that shares the port by SNI"
            )
        } else if own.subject == seen.subject, own.issuer == seen.issuer, seen.notBefore <= own.notBefore {
            result.find(
                .problem,
                .oldCertificateServed,
                "\(target.text) serves an older certificate of \(seen.subject) than the file holds",
                remedy: "send SIGHUP or restart; see the log for tls_reload_failed"
            )
        } else {
            result.find(
                .problem,
                .tlsEndedByProxy,
                "\(target.text) serves a certificate that is not ours: \(seen.subject), issued by \(seen.issuer)",
                remedy:
                    "switch off the proxy, CDN or tunnel that ends TLS, or the forward to another machine; vehicles "
                    + "need raw TCP to this server"
            )
        }
        return result
    }
}

extension Examination.Attempt {
    /// How it went.
    fileprivate var words: String {
        switch result {
        case .connected: "connected"
        case .refused: "refused"
        case .timedOut: "no answer in time"
        case .noRoute: "not tried, this machine has no IPv6"
        case .failed(let reason): reason
        }
    }
}

extension TLSFailure {
    /// In a few words.
    var words: String {
        switch self {
        case .plainHTTP: "plain HTTP"
        case .notTLS: "no TLS"
        case .noPeerCertificate: "no certificate"
        case .peerCertificateRefused(let refusal): refusal.reason
        case .ourCertificateRefused(let alert), .alert(let alert): "alert: \(alert)"
        case .protocolVersion: "no common version"
        case .nothingInCommon(let reason), .other(let reason): reason
        case .connectionLost: "the connection ended"
        }
    }
}

extension IPAddress {
    /// Whether the address means the same place everywhere.
    ///
    /// Source: the IANA registries of special-purpose addresses.
    var isReachableFromAnywhere: Bool {
        if isV4 {
            let address = UInt32(truncatingIfNeeded: low)
            let inner: [(UInt32, UInt32)] = [
                (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
                (0xAC10_0000, 12), (0xC0A8_0000, 16),
            ]
            return !inner.contains { address >> (32 - $0.1) == $0.0 >> (32 - $0.1) }
        }
        // Loopback and unspecified; unique local (fc00::/7); link local (fe80::/10).
        if high == 0, low <= 1 { return false }
        return high >> 57 != 0xFC >> 1 && high >> 54 != 0xFE80 >> 6
    }
}
