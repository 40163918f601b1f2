internal import LinuxSystem

/// Where the server's certificate chain and its key lie.
package struct ServerFiles: Sendable, Hashable {
    package let path: String
    package let keyPath: String

    package init(path: String, keyPath: String) {
        self.path = path
        self.keyPath = keyPath
    }

    /// As `certs issue` and `certs demo` name them.
    package init(directory: String) {
        self.init(path: "\(directory)/server.pem", keyPath: "\(directory)/server.key")
    }
}

/// Why a certificate was renewed.
package enum RenewalReason: Sendable, Hashable {
    /// It had so many whole days left.
    case daysLeft(Int)
    case expired
    /// The key beside it is another one's, or cannot be used, so that no server could start with the two.
    case keyDoesNotFit
}

/// What an attempt to renew came to.
package enum Renewal: Sendable {
    /// It is good for so many whole days.
    case kept(Certificate, daysLeft: Int)
    case renewed(Certificate, RenewalReason)
}

extension OwnAuthority {
    /// A quarter of a year, as public authorities do it.
    package static let defaultServerDays = 90

    /// Makes a certificate with a new key for a server, and puts both in the place of older ones of this authority.
    ///
    /// - Parameters:
    ///   - hosts: DNS names (a leading `*.` is allowed) and IP addresses, at least one.
    ///   - now: Unix seconds.
    package func issue(
        _ server: ServerFiles,
        hosts: [String],
        days: Int = defaultServerDays,
        now: Int64
    ) throws(OwnAuthorityError) -> Certificate {
        for host in hosts where ServerHost(host) == nil { throw .unusableHost(host) }
        _ = try current(server)
        return try replace(server, hosts: hosts, days: days, now: now)
    }

    /// Renews the server's certificate when it has fewer than `within` days left: the same names, a new key.
    ///
    /// - Parameters:
    ///   - within: nil for a third of the time that it was made for.
    ///   - days: how long the new one is valid; nil for as long as the one that it replaces.
    ///   - now: Unix seconds.
    package func renew(
        _ server: ServerFiles,
        within: Int? = nil,
        days: Int? = nil,
        now: Int64
    ) throws(OwnAuthorityError) -> Renewal {
        guard let certificate = try current(server) else { throw .nothingToRenew(path: server.path) }
        let lifetime = max(1, Int((certificate.notAfter - certificate.notBefore) / secondsPerDay))
        let reason: RenewalReason
        let daysLeft = Int((certificate.notAfter - now) / secondsPerDay)
        if certificate.notAfter < now {
            reason = .expired
        } else if !((try? PrivateKey.read(path: server.keyPath))?.matches(certificate) ?? false) {
            reason = .keyDoesNotFit
        } else if daysLeft < within ?? (lifetime + 2) / 3 {
            reason = .daysLeft(daysLeft)
        } else {
            return .kept(certificate, daysLeft: daysLeft)
        }
        let hosts = certificate.dnsNames + certificate.ipAddresses
        guard !hosts.isEmpty else {
            throw .foreignFile(path: server.path, reason: "names no host, so nobody knows what to renew it for")
        }
        return .renewed(try replace(server, hosts: hosts, days: days ?? lifetime, now: now), reason)
    }

    /// The certificate that stands there; nil when there is none.
    ///
    /// - Throws: when it is not of this authority: it may be one that vehicles trust by another way.
    private func current(_ server: ServerFiles) throws(OwnAuthorityError) -> Certificate? {
        guard Files.exists(server.path) else {
            guard !Files.exists(server.keyPath) else {
                throw .foreignFile(path: server.keyPath, reason: "is a key without its certificate \(server.path)")
            }
            return nil
        }
        let found = try translate { () throws(CertificateError) in try Certificate.readAll(path: server.path)[0] }
        guard found.isIssued(by: certificate) else {
            let reason = "was issued by \(found.issuer.debugDescription), not by the CA in \(files.path)"
            throw .foreignFile(path: server.path, reason: reason)
        }
        return found
    }

    /// For its owner alone, unless somebody let a group read the one that is replaced, which may be the server's.
    private static func mode(ofKeyAt path: String) -> UInt32 {
        guard let mode = Files.mode(of: path), mode & 0o7 == 0 else { return 0o600 }
        return 0o600 | mode & 0o040
    }

    private func replace(
        _ server: ServerFiles,
        hosts: [String],
        days: Int,
        now: Int64
    ) throws(OwnAuthorityError) -> Certificate {
        var seen: Set<String> = []
        var template = CertificateTemplate.server(hosts: hosts.filter { seen.insert($0).inserted }, days: days)
        template.notBefore = now - 3600
        template.notAfter = now + Int64(days) * secondsPerDay
        guard template.notAfter <= certificate.notAfter else {
            throw .authorityEndsFirst(path: files.path, notAfter: certificate.notAfter, wanted: template.notAfter)
        }
        let issued = try translate { () throws(CertificateError) in try issuer.issue(template) }
        do throws(SystemCallError) {
            if let slash = server.path.lastIndex(of: "/"), slash > server.path.startIndex {
                try Files.makeDirectories(String(server.path[..<slash]))
            }
            try Files.writeTogether([
                Files.Content(path: server.path, bytes: issued.chainPEM, mode: 0o644),
                Files.Content(path: server.keyPath, bytes: issued.key.pem, mode: Self.mode(ofKeyAt: server.keyPath)),
            ])
        } catch {
            throw .file(error)
        }
        return issued.certificate
    }
}
