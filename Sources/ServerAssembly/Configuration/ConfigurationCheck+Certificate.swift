internal import ConfigurationSchema

/// The server's certificate and key.
extension ConfigurationCheck {
    private static let certificateReason = "Vehicles check this certificate before they connect."

    mutating func checkServerCertificate() {
        let path = configuration.tls.serverCert
        switch machine.certificates(at: path) {
        case .failed(let complaint):
            report(
                .certificate,
                at: "tls.server_cert",
                "\(path) \(complaint.problem)",
                reason: Self.certificateReason,
                remedy: complaint.remedy
            )
        case .chain(let chain):
            checkOrder(of: chain, path)
            for (index, certificate) in chain.enumerated() {
                checkValidity(of: certificate, ordinal: index + 1, path)
            }
            checkCompleteness(of: chain, path)
            checkPurpose(of: chain, path)
        }
    }

    private mutating func checkOrder(of chain: [CertificateSummary], _ path: String) {
        guard let first = chain.first else { return }
        if first.isAuthority, let leaf = chain.firstIndex(where: { !$0.isAuthority }) {
            report(
                .certificateOrder,
                at: "tls.server_cert",
                "\(path) begins with a CA; the server's own certificate is number \(leaf + 1)",
                reason: "The server's certificate is sent first, each one signed by the next.",
                remedy: "put the server's certificate first, then its intermediates"
            )
            return
        }
        guard let gap = chain.dropLast().firstIndex(where: { $0.isSignedByNext == false }) else { return }
        report(
            .certificateOrder,
            at: "tls.server_cert",
            severity: .warning,
            "in \(path), certificate \(gap + 2) did not sign certificate \(gap + 1)",
            reason: "A vehicle that follows the chain in order would not reach a CA that it knows.",
            remedy: "put the certificate of \(chain[gap].issuer) after number \(gap + 1)"
        )
    }

    private mutating func checkValidity(of certificate: CertificateSummary, ordinal: Int, _ path: String) {
        let name = ordinal == 1 ? path : "certificate \(ordinal) of \(path)"
        if machine.now > certificate.validity.upperBound {
            report(
                .certificateDate,
                at: "tls.server_cert",
                "\(name) expired on \(UTCDay(certificate.validity.upperBound))",
                reason: Self.certificateReason,
                remedy: "renew it; the clock here says \(UTCDay(machine.now))"
            )
        } else if machine.now < certificate.validity.lowerBound {
            report(
                .certificateDate,
                at: "tls.server_cert",
                "\(name) is valid from \(UTCDay(certificate.validity.lowerBound)) only",
                reason: Self.certificateReason,
                remedy: "wait, or set the clock; it says \(UTCDay(machine.now))"
            )
        } else if certificate.validity.upperBound - machine.now < Self.renewalMarginSeconds {
            report(
                .certificateDate,
                at: "tls.server_cert",
                severity: .warning,
                "\(name) expires on \(UTCDay(certificate.validity.upperBound))",
                reason: "Vehicles stop connecting on that day.",
                remedy: "renew it; the server takes the new one without a restart"
            )
        }
    }

    /// Two weeks: time to notice and to act.
    private static let renewalMarginSeconds: Int64 = 14 * 86_400

    /// certbot writes the leaf alone beside the whole chain, and people name the wrong one of the two.
    private mutating func checkCompleteness(of chain: [CertificateSummary], _ path: String) {
        guard chain.count == 1, chain.first?.isSelfSigned == false else { return }
        let whole = Self.directory(of: path) + "fullchain.pem"
        guard whole != path, machine.exists(whole) else { return }
        report(
            .certificateOrder,
            at: "tls.server_cert",
            severity: .warning,
            "\(path) holds no intermediates, and \(whole) stands beside it",
            reason: "A vehicle that knows only the root could not follow the chain.",
            remedy: "write \"server_cert\": \"\(whole)\""
        )
    }

    /// A chain in the wrong order has a finding of its own, and another certificate in the leaf's place.
    private mutating func checkPurpose(of chain: [CertificateSummary], _ path: String) {
        guard let leaf = chain.first, !leaf.isAuthority || chain.allSatisfy(\.isAuthority) else { return }
        if !leaf.isForServers {
            report(
                .certificateUsage,
                at: "tls.server_cert",
                "\(path) is not for servers: its extended key usage lacks serverAuth",
                reason: "Vehicles refuse a server with such a certificate.",
                remedy: "have it issued for TLS servers"
            )
        }
        if !leaf.namesHosts {
            report(
                .certificateUsage,
                at: "tls.server_cert",
                severity: .warning,
                "\(path) names no host: it has no subject alternative name",
                reason: "Vehicles compare the names in it with the one that they connect to.",
                remedy: "have it issued with the host name of the vehicles' fleet_telemetry_config"
            )
        }
    }

    mutating func checkPrivateKey() {
        let (path, certificatePath) = (configuration.tls.serverKey, configuration.tls.serverCert)
        let reason = "The server proves with it that the certificate is its own."
        switch machine.privateKey(at: path, matchesCertificateAt: certificatePath) {
        case .matches:
            break
        case .differs:
            report(
                .keyMismatch,
                at: "tls.server_key",
                "\(path) is not the key of the first certificate in \(certificatePath)",
                reason: reason,
                remedy: "name the key that the certificate was made with"
            )
        case .failed(let complaint):
            report(
                .privateKey,
                at: "tls.server_key",
                "\(path) \(complaint.problem)",
                reason: reason,
                remedy: complaint.remedy
            )
        }
        if machine.isReadableByAll(path) {
            report(
                .privateKey,
                at: "tls.server_key",
                severity: .warning,
                "every user of this machine may read \(path)",
                reason: "Whoever has the key can pose as this server.",
                remedy: "chmod 0600 \(path)"
            )
        }
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}
