package import OpenSSLTransport

/// What judging a chain needs to know of one certificate in it.
package struct CertificateSummary: Sendable, Hashable {
    package var subject: String
    package var issuer: String
    /// Seconds since 1970-01-01T00:00:00Z, both ends included.
    package var validity: ClosedRange<Int64>
    package var isAuthority: Bool
    package var isSelfSigned: Bool
    /// Whether the next certificate of the chain signed this one; nil for the last.
    package var isSignedByNext: Bool?
    /// Whether its extended key usages, if it has any, let a TLS server use it.
    package var isForServers = true
    /// Extended key usages in dotted form.
    package var usages: [String] = []
    /// DNS names and IP addresses of its subject alternative name.
    package var hosts: [String] = []
    package var key = KeyKind.ellipticCurve(name: "P-256", bits: 256)
    /// The algorithm that its issuer signed it with.
    package var signatureAlgorithm = "ecdsa-with-SHA256"
    /// Where its issuer's certificate may be fetched. Only public authorities say so, and they never sign with a root.
    package var issuerURL: String?

    package init(
        subject: String,
        issuer: String,
        validity: ClosedRange<Int64>,
        isAuthority: Bool,
        isSelfSigned: Bool,
        isSignedByNext: Bool?
    ) {
        self.subject = subject
        self.issuer = issuer
        self.validity = validity
        self.isAuthority = isAuthority
        self.isSelfSigned = isSelfSigned
        self.isSignedByNext = isSignedByNext
    }

    /// - Parameter next: the certificate after this one in its chain.
    package init(_ certificate: Certificate, next: Certificate?) {
        let from = certificate.notBefore
        self.init(
            subject: certificate.subject,
            issuer: certificate.issuer,
            // A certificate may end before it begins; such a one is never valid.
            validity: from...max(from, certificate.notAfter),
            isAuthority: certificate.isCertificateAuthority,
            isSelfSigned: certificate.isSelfSigned,
            isSignedByNext: next.map(certificate.isIssued(by:))
        )
        isForServers = certificate.isForServers
        usages = certificate.extendedKeyUsages
        hosts = certificate.dnsNames + certificate.ipAddresses
        key = certificate.key
        signatureAlgorithm = certificate.signatureAlgorithm
        issuerURL = certificate.issuerURL
    }

    /// The summaries of a chain, in its order.
    package static func of(_ chain: [Certificate]) -> [CertificateSummary] {
        chain.indices.map { CertificateSummary(chain[$0], next: $0 + 1 < chain.count ? chain[$0 + 1] : nil) }
    }

    /// Whether its alternative names cover a host, as RFC 6125 has it: a wildcard stands for one whole label.
    package func covers(_ host: String) -> Bool { hosts.contains { HostPattern($0).matches(host) } }

    /// Whether its issuer's signature is one that nobody should accept any more.
    var hasWeakSignature: Bool {
        let name = signatureAlgorithm.lowercased()
        // Nobody checks what a root says about itself.
        return !isSelfSigned && (name.contains("sha1") || name.contains("md5"))
    }
}
