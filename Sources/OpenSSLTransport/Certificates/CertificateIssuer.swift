internal import COpenSSL

/// A certificate with its key, fresh from the issuer.
package struct IssuedCertificate: Sendable {
    package let certificate: Certificate
    package let key: PrivateKey
    /// Authorities between the certificate and its root, nearest first: what the holder must send with it.
    package let intermediates: [Certificate]

    /// Certificate and intermediates as one PEM text, in the order in which TLS sends them.
    package var chainPEM: [UInt8] { ([certificate] + intermediates).flatMap(\.pem) }
}

/// A certificate authority: makes certificates for demos, simulations and tests.
///
/// Not for production: its key lies in memory and in a file, and it keeps no list of what it issued.
package struct CertificateIssuer: Sendable {
    package let certificate: Certificate
    package let key: PrivateKey
    /// The authorities above this one without the root, nearest first; empty for a root.
    package let upperAuthorities: [Certificate]

    package init(certificate: Certificate, key: PrivateKey, upperAuthorities: [Certificate] = []) {
        self.certificate = certificate
        self.key = key
        self.upperAuthorities = upperAuthorities
    }

    /// A new root.
    package static func makeRoot(
        commonName: String,
        algorithm: KeyAlgorithm = .ecdsaP256,
        days: Int = 3650
    ) throws(CertificateError) -> CertificateIssuer {
        let template = CertificateTemplate(role: .authority(depth: nil), commonName: commonName, days: days)
        let issued = try makeSelfSigned(template, algorithm: algorithm)
        return CertificateIssuer(certificate: issued.certificate, key: issued.key)
    }

    /// A certificate that its own key signs, of any role.
    package static func makeSelfSigned(
        _ template: CertificateTemplate,
        algorithm: KeyAlgorithm = .ecdsaP256
    ) throws(CertificateError) -> IssuedCertificate {
        let key = try PrivateKey.make(algorithm)
        let certificate = try CertificateDraft(template, key: key).signed(by: key, of: nil)
        return IssuedCertificate(certificate: certificate, key: key, intermediates: [])
    }

    /// A new authority below this one.
    package func makeIntermediate(
        commonName: String,
        algorithm: KeyAlgorithm = .ecdsaP256,
        days: Int = 3650
    ) throws(CertificateError) -> CertificateIssuer {
        let template = CertificateTemplate(role: .authority(depth: nil), commonName: commonName, days: days)
        let issued = try issue(template, algorithm: algorithm)
        return CertificateIssuer(
            certificate: issued.certificate,
            key: issued.key,
            upperAuthorities: issued.intermediates
        )
    }

    /// A new certificate with a new key.
    package func issue(
        _ template: CertificateTemplate,
        algorithm: KeyAlgorithm = .ecdsaP256
    ) throws(CertificateError) -> IssuedCertificate {
        let key = try PrivateKey.make(algorithm)
        return IssuedCertificate(
            certificate: try issue(template, for: key),
            key: key,
            intermediates: certificate.isSelfSigned ? [] : [certificate] + upperAuthorities
        )
    }

    /// A new certificate for a key that exists.
    package func issue(_ template: CertificateTemplate, for key: PrivateKey) throws(CertificateError) -> Certificate {
        try CertificateDraft(template, key: key).signed(by: self.key, of: certificate)
    }
}

extension PrivateKey {
    /// A new random key.
    package static func make(_ algorithm: KeyAlgorithm) throws(CertificateError) -> PrivateKey {
        func failure(_ step: String) -> CertificateError {
            CertificateError(path: "new key", reason: .failed(step: step, detail: takeOpenSSLReason()))
        }
        let isRSA = if case .rsa = algorithm { true } else { false }
        // SAFETY: the context is ours and freed here.
        guard let context = EVP_PKEY_CTX_new_from_name(nil, isRSA ? "RSA" : "EC", nil) else {
            throw failure("finding the algorithm")
        }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_keygen_init(context) == 1 else { throw failure("preparing the key") }
        let isSet =
            switch algorithm {
            case .ecdsaP256: EVP_PKEY_CTX_set_group_name(context, "P-256")
            case .ecdsaP384: EVP_PKEY_CTX_set_group_name(context, "P-384")
            case .ecdsaP521: EVP_PKEY_CTX_set_group_name(context, "P-521")
            case .rsa(let bits): EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(clamping: bits))
            }
        guard isSet == 1 else { throw failure("choosing the key's size") }
        // SAFETY: the new key is ours, and goes to the object that is returned.
        var key: OpaquePointer?
        guard EVP_PKEY_generate(context, &key) == 1, let key else { throw failure("making the key") }
        return PrivateKey(owning: key)
    }
}
