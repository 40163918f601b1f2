/// Where an authority's certificate and key lie.
package struct AuthorityFiles: Sendable, Hashable {
    package let path: String
    package let keyPath: String

    package init(path: String, keyPath: String) {
        self.path = path
        self.keyPath = keyPath
    }

    /// As `certs init` and `certs demo` name them.
    package init(directory: String) {
        self.init(path: "\(directory)/ca.pem", keyPath: "\(directory)/ca.key")
    }

    /// Reads both, to issue certificates with.
    ///
    /// The file may hold the authorities above the issuing one, too: those that are no roots are sent with each
    /// certificate.
    ///
    /// - Parameter now: Unix seconds.
    package func open(now: Int64) throws(AuthorityError) -> CertificateIssuer {
        let certificates: [Certificate]
        let key: PrivateKey
        do throws(CertificateError) {
            certificates = try Certificate.readAll(path: path)
            key = try PrivateKey.read(path: keyPath)
        } catch {
            throw .certificate(error)
        }
        guard let certificate = certificates.first, certificate.isCertificateAuthority else {
            throw .unusable(path: path, reason: "is not the certificate of an authority")
        }
        guard key.matches(certificate) else {
            throw .unusable(path: path, reason: "does not belong to the key \(keyPath)")
        }
        guard certificate.notBefore <= now, now < certificate.notAfter else {
            throw .unusable(path: path, reason: "is not valid now")
        }
        let upper = certificates.dropFirst().filter { !$0.isSelfSigned }
        return CertificateIssuer(certificate: certificate, key: key, upperAuthorities: Array(upper))
    }
}

/// Why the files of an authority can issue nothing.
package enum AuthorityError: Error, Sendable, Hashable {
    case unusable(path: String, reason: String)
    case certificate(CertificateError)
}
