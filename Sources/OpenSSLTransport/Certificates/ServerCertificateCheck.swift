/// Whether a server's certificate file and key file will serve vehicles, checked without opening a socket.
package struct ServerCertificateCheck: Sendable {
    package enum Severity: Sendable, Hashable {
        /// Vehicles cannot connect.
        case error
        /// They can, or some of them can, but somebody should look.
        case warning
    }

    package enum Finding: Sendable, Hashable {
        /// A file cannot be read, is not PEM, or cannot be decoded.
        case unusableFile(CertificateError)
        case encryptedKey(path: String)
        case keyDoesNotMatch(path: String, keyPath: String)
        /// The certificate of the key stands at `position` (from 1), not first.
        case leafNotFirst(path: String, position: Int)
        /// The certificate at `position` (from 1) did not issue the one before it.
        case chainOrderWrong(path: String, position: Int, subject: String)
        /// The leaf's issuer is not in the file, and public clients would have to fetch it.
        case intermediateMissing(path: String, issuer: String, url: String)
        /// `notAfter` in Unix seconds.
        case expired(path: String, subject: String, notAfter: Int64)
        case notYetValid(path: String, subject: String, notBefore: Int64)
        case expiresSoon(path: String, subject: String, notAfter: Int64, daysLeft: Int)
        case noAlternativeName(path: String)
        case weakKey(path: String, subject: String, key: KeyKind)
        case weakSignature(path: String, subject: String, algorithm: String)
        case noServerUsage(path: String, usages: [String])
    }

    package let findings: [Finding]
    /// What the certificate file holds, in its order; empty when it cannot be used.
    package let certificates: [Certificate]

    package var errors: [Finding] { findings.filter { $0.severity == .error } }

    /// How many days before its end a certificate is reported.
    package static let expiryMarginDays = 21

    /// - Parameter now: Unix seconds.
    package static func run(certificatePath: String, keyPath: String, now: Int64) -> ServerCertificateCheck {
        var findings: [Finding] = []
        var certificates: [Certificate] = []
        var key: PrivateKey?
        do {
            certificates = try Certificate.readAll(path: certificatePath)
        } catch {
            findings.append(.unusableFile(error))
        }
        do {
            key = try PrivateKey.read(path: keyPath)
        } catch {
            findings.append(error.reason == .encryptedKey ? .encryptedKey(path: keyPath) : .unusableFile(error))
        }
        findings += check(certificates, key: key, certificatePath: certificatePath, keyPath: keyPath, now: now)
        return ServerCertificateCheck(findings: findings, certificates: certificates)
    }

    /// The same for what was read already. Without a key, the first certificate is taken for the server's own.
    package static func check(
        _ certificates: [Certificate],
        key: PrivateKey?,
        certificatePath path: String,
        keyPath: String,
        now: Int64
    ) -> [Finding] {
        guard !certificates.isEmpty else { return [] }
        var leafIndex = 0
        if let key {
            guard let index = certificates.firstIndex(where: key.matches) else {
                return [.keyDoesNotMatch(path: path, keyPath: keyPath)]
                    + validity(of: certificates, path: path, now: now)
            }
            leafIndex = index
        }
        let leaf = certificates[leafIndex]
        var findings: [Finding] = []
        if leafIndex > 0 {
            findings.append(.leafNotFirst(path: path, position: leafIndex + 1))
        } else {
            findings += order(of: certificates, path: path)
        }
        findings += intermediate(of: leaf, in: certificates, path: path)
        findings += validity(of: certificates, path: path, now: now)
        findings += strength(of: certificates, path: path)
        if leaf.dnsNames.isEmpty, leaf.ipAddresses.isEmpty { findings.append(.noAlternativeName(path: path)) }
        if !leaf.isForServers { findings.append(.noServerUsage(path: path, usages: leaf.extendedKeyUsages)) }
        return findings
    }

    private static func order(of certificates: [Certificate], path: String) -> [Finding] {
        for index in certificates.indices.dropFirst()
        where !certificates[index - 1].isIssued(by: certificates[index]) {
            return [.chainOrderWrong(path: path, position: index + 1, subject: certificates[index].subject)]
        }
        return []
    }

    /// Private authorities often sign leaves directly, so a missing issuer proves nothing by itself. That the leaf
    /// says where to fetch its issuer does: only public authorities write this, and they never sign with the root.
    private static func intermediate(of leaf: Certificate, in file: [Certificate], path: String) -> [Finding] {
        guard !leaf.isSelfSigned, let url = leaf.issuerURL, !file.contains(where: leaf.isIssued) else { return [] }
        return [.intermediateMissing(path: path, issuer: leaf.issuer, url: url)]
    }

    private static func validity(of certificates: [Certificate], path: String, now: Int64) -> [Finding] {
        certificates.compactMap { certificate -> Finding? in
            let (begin, end, subject) = (certificate.notBefore, certificate.notAfter, certificate.subject)
            if end < now { return .expired(path: path, subject: subject, notAfter: end) }
            if begin > now { return .notYetValid(path: path, subject: subject, notBefore: begin) }
            let daysLeft = Int((end - now) / secondsPerDay)
            guard daysLeft < expiryMarginDays else { return nil }
            return .expiresSoon(path: path, subject: subject, notAfter: end, daysLeft: daysLeft)
        }
    }

    private static func strength(of certificates: [Certificate], path: String) -> [Finding] {
        certificates.flatMap { certificate -> [Finding] in
            var findings: [Finding] = []
            let key = certificate.key
            if key.isWeak { findings.append(.weakKey(path: path, subject: certificate.subject, key: key)) }
            let algorithm = certificate.signatureAlgorithm
            let name = algorithm.lowercased()
            // Nobody checks what a root says about itself.
            if name.contains("sha1") || name.contains("md5"), !certificate.isSelfSigned {
                let subject = certificate.subject
                findings.append(.weakSignature(path: path, subject: subject, algorithm: algorithm))
            }
            return findings
        }
    }
}

extension KeyKind {
    /// Below what OpenSSL's defaults accept.
    package var isWeak: Bool {
        switch self {
        case .rsa(let bits): bits < 2048
        case .ellipticCurve(_, let bits): bits < 224
        case .other, .unreadable: false
        }
    }
}
