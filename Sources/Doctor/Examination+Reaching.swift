internal import AddressCodec
internal import Diagnosis
internal import HTTPClient
internal import LinuxSystem
internal import OpenSSLTransport
internal import ServerAssembly

/// Asks the network: name service, ports, handshakes, the domain of the app's key.
extension Examination {
    mutating func reach() {
        target = chooseTarget()
        if let target {
            environment.progress("asking \(target.text)")
            resolve(target)
            connect(to: target)
            lookAtServer(target)
        }
        portOwner = findPortOwner()
        dialogue = converse()
        if let domain = request.domain {
            environment.progress("asking \(domain) for the public key")
            keyAnswer = PublishedKey.fetch(from: domain, environment)
        }
    }

    /// What the request names, or else where the configuration makes the server listen.
    private func chooseTarget() -> Target? {
        let host = request.host ?? vehicleFile?.hostname
        let port = request.port.flatMap { UInt16(exactly: $0) } ?? vehicleFile?.port
        if let host {
            guard HostName.isUsable(host) else { return nil }
            return Target(
                host: host,
                port: port ?? configuration.flatMap { UInt16(exactly: $0.port) } ?? 443,
                serverName: IPAddress(host) == nil ? host : nil,
                isLocalDefault: false
            )
        }
        guard let configuration, let listening = UInt16(exactly: configuration.port), listening > 0,
            request.vehicleFilePath == nil
        else { return nil }
        let isWildcard = configuration.listeners.first?.host.isEmpty ?? true
        return Target(
            host: isWildcard ? "127.0.0.1" : configuration.host,
            port: port ?? listening,
            serverName: fileChain.first?.dnsNames.first { !$0.hasPrefix("*") },
            isLocalDefault: true
        )
    }

    private mutating func resolve(_ target: Target) {
        if IPAddress(target.host) != nil {
            addresses = .success([target.host])
            return
        }
        do {
            addresses = .success(try environment.resolve(target.host))
        } catch let error as AddressError {
            addresses = .failure(error)
        } catch {
            addresses = .failure(AddressError(host: target.host, reason: "\(error)"))
        }
    }

    private mutating func connect(to target: Target) {
        guard case .success(let found)? = addresses else { return }
        // A name with very many addresses is somebody else's.
        attempts = found.prefix(4).map { address in
            Attempt(address: address, result: attempt(address, target.port))
        }
    }

    private func attempt(_ address: String, _ port: UInt16) -> Attempt.Result {
        do {
            return try environment.connect(address, port, environment.deadline) == nil ? .timedOut : .connected
        } catch let error as SystemCallError {
            if error.code == SystemCallError.connectionRefused { return .refused }
            return address.contains(":") && error.isLackOfRoute ? .noRoute : .failed(error.reason)
        } catch {
            return .failed("\(error)")
        }
    }

    /// The address that the handshake is made with.
    var reachedAddress: String? { attempts.first { $0.result == .connected }?.address }

    private mutating func lookAtServer(_ target: Target) {
        guard let address = reachedAddress else { return }
        let found = probe.look(at: address, port: target.port, serverName: target.serverName)
        look = found
        guard case .tls(let facts) = found else { return }
        if !facts.asksForCertificate {
            webAnswer = probe.ask(address, target.port, host: target.host, serverName: target.serverName)
        }
        guard let own = fileChain.first, target.serverName != nil, facts.chain.first?.sha256 != own.sha256,
            case .tls(let nameless) = probe.look(at: address, port: target.port, serverName: nil)
        else { return }
        namelessLeaf = nameless.chain.first
    }

    // MARK: What was seen

    /// The chain that the server sends; empty when it was not seen.
    var seenChain: [Certificate] {
        guard case .tls(let facts)? = look else { return [] }
        return facts.chain
    }

    /// Whether what is seen is what the file holds; nil where one of the two is not known.
    var isOurLeafSeen: Bool? {
        guard let own = fileChain.first, let seen = seenChain.first else { return nil }
        return own.sha256 == seen.sha256
    }

    /// The chain to judge: what vehicles get from this server, and what to call it.
    var chain: (certificates: [Certificate], place: String)? {
        if let configuration, !fileChain.isEmpty { return (fileChain, configuration.tls.serverCert) }
        guard configuration == nil, !seenChain.isEmpty, let target else { return nil }
        return (seenChain, "the certificate of \(target.text)")
    }

    /// What the server sends, where it is ours, or else what its file makes it send.
    var sentChain: [Certificate] {
        let isTrusted = configuration == nil || isOurLeafSeen == true
        return isTrusted && !seenChain.isEmpty ? seenChain : fileChain
    }
}
