internal import COpenSSL

/// What a file of certificates and keys holds, piece by piece.
package enum Credential: Sendable {
    case certificate(Certificate)
    case request(CertificateRequest)
    /// Of any type, also of those that no server here can use.
    case privateKey(PrivateKey)
    /// A private key that needs a passphrase.
    case encryptedKey
    case publicKey(PublicKey)
    /// Something else, by the name that it gives itself, e.g. `X509 CRL`.
    case other(String)
    /// Something that cannot be decoded; `line` counts from 1.
    case damaged(label: String, line: Int, detail: String)

    /// The largest file that is read.
    package static let fileLimitBytes = Certificate.fileLimitBytes

    /// Every piece of a PEM text or of binary DER, in order. Nothing that is damaged hides what stands beside it.
    ///
    /// - Parameter path: named by errors.
    /// - Throws: when there is nothing in it, or neither PEM nor DER.
    package static func readAll(_ bytes: [UInt8], from path: String) throws(CertificateError) -> [Credential] {
        do throws(CertificateError) {
            return try findBlocks(in: bytes, of: path).map(read)
        } catch {
            // A public key is too short to look like DER at a glance.
            guard case .notPEM = error.reason, bytes.first == 0x30 else { throw error }
            return try readDER(bytes, from: path)
        }
    }

    /// The same for a file.
    package static func readAll(path: String) throws(CertificateError) -> [Credential] {
        try readAll(try readFile(path, limitBytes: fileLimitBytes), from: path)
    }

    private static func read(_ block: PEMBlock) -> Credential {
        defer { ERR_clear_error() }
        if block.isEncrypted { return .encryptedKey }
        let found: Credential? =
            switch block.label {
            case "CERTIFICATE", "X509 CERTIFICATE":
                block.decode { PEM_read_bio_X509($0, nil, refusePassphrase, nil) }
                    .map { .certificate(Certificate(owning: $0)) }
            case "TRUSTED CERTIFICATE":
                block.decode { PEM_read_bio_X509_AUX($0, nil, refusePassphrase, nil) }
                    .map { .certificate(Certificate(owning: $0)) }
            case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
                block.decode { PEM_read_bio_X509_REQ($0, nil, refusePassphrase, nil) }
                    .map { .request(CertificateRequest(owning: $0)) }
            case "PUBLIC KEY":
                block.decode { PEM_read_bio_PUBKEY($0, nil, refusePassphrase, nil) }
                    .map { .publicKey(PublicKey(owning: $0)) }
            case let label where label.hasSuffix("PRIVATE KEY"):
                block.decode { PEM_read_bio_PrivateKey($0, nil, refusePassphrase, nil) }
                    .map { .privateKey(PrivateKey(owning: $0)) }
            default: .other(block.label)
            }
        return found ?? .damaged(label: block.label, line: block.line, detail: takeOpenSSLReason())
    }

    /// Certificates may follow each other; anything else stands alone.
    private static func readDER(_ bytes: [UInt8], from path: String) throws(CertificateError) -> [Credential] {
        defer { ERR_clear_error() }
        let certificates = derCertificates(bytes)
        if !certificates.isEmpty { return certificates.map(Credential.certificate) }
        let found: Credential? =
            decode(bytes, d2i_X509_REQ).map { .request(CertificateRequest(owning: $0)) }
            ?? decode(bytes, { d2i_AutoPrivateKey($0, $1, $2) }).map { .privateKey(PrivateKey(owning: $0)) }
            ?? decode(bytes, d2i_PUBKEY).map { .publicKey(PublicKey(owning: $0)) }
        if let found { return [found] }
        for (name, isThat) in otherForms where isThat(bytes) {
            return [name == nil ? .encryptedKey : .other(name ?? "")]
        }
        throw CertificateError(
            path: path,
            reason: .damaged(label: "DER object", ordinal: 1, line: 1, detail: "no certificate, request or key")
        )
    }

    private static func derCertificates(_ bytes: [UInt8]) -> [Certificate] {
        // SAFETY: OpenSSL reads within the array's bounds, keeps nothing of it, and moves the position along.
        bytes.withUnsafeBufferPointer { bytes in
            var certificates: [Certificate] = []
            var position = bytes.baseAddress
            let end = bytes.baseAddress.map { $0 + bytes.count }
            while let start = position, let end, start < end, let found = d2i_X509(nil, &position, end - start) {
                certificates.append(Certificate(owning: found))
            }
            return certificates
        }
    }

    private typealias Decoder = (
        UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, Int
    ) -> OpaquePointer?

    // SAFETY: OpenSSL reads within the array's bounds and keeps nothing of it; what it made is handed over.
    private static func decode(_ bytes: [UInt8], _ decoder: Decoder) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return decoder(nil, &position, bytes.count)
        }
    }

    /// What people have in DER and this program has no use for; nil stands for an encrypted private key.
    private static let otherForms: [(name: String?, isThat: @Sendable ([UInt8]) -> Bool)] = [
        ("PKCS 12", { fleet_is_PKCS12($0, $0.count) == 1 }), ("PKCS 7", { fleet_is_PKCS7($0, $0.count) == 1 }),
        ("X509 CRL", { fleet_is_X509_CRL($0, $0.count) == 1 }), (nil, { fleet_is_encrypted_key($0, $0.count) == 1 }),
    ]
}

extension PEMBlock {
    /// Hands the block to one of OpenSSL's readers.
    // SAFETY: the memory BIO reads within the block's bounds and is freed before they go; what was made is handed over.
    fileprivate func decode(_ read: (OpaquePointer) -> OpaquePointer?) -> OpaquePointer? {
        bytes.withUnsafeBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(bio) }
            return read(bio)
        }
    }
}
