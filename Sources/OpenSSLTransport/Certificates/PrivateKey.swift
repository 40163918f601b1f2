internal import COpenSSL
internal import LinuxSystem

/// A private key, RSA or on an elliptic curve.
package final class PrivateKey: Sendable {
    /// The most a key file may hold: an RSA key of 16,384 bits with its certificates fits.
    package static let fileLimitBytes = 1 << 18

    // SAFETY: owned by this object from `init` to `deinit`. A key is never changed after it was made, and OpenSSL
    // locks what it caches in it; so threads may share it.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes ownership.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        // SAFETY: `pointer` is ours, and nobody uses it after this object.
        EVP_PKEY_free(pointer)
    }

    /// The first private key of a PEM text: PKCS 8, or the older forms of RSA and EC.
    ///
    /// - Parameter path: named by errors.
    package static func read(pem: [UInt8], from path: String) throws(CertificateError) -> PrivateKey {
        let blocks = try findBlocks(in: pem, of: path)
        guard let block = blocks.first(where: { $0.label.hasSuffix("PRIVATE KEY") }) else {
            throw CertificateError(path: path, reason: .noPrivateKey(found: blocks.map(\.label)))
        }
        guard !block.isEncrypted else { throw CertificateError(path: path, reason: .encryptedKey) }
        // SAFETY: the memory BIO reads within the block's bounds and is freed before they go.
        let pointer: OpaquePointer? = block.bytes.withUnsafeBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(bio) }
            return PEM_read_bio_PrivateKey(bio, nil, refusePassphrase, nil)
        }
        guard let pointer else {
            let detail = takeOpenSSLReason()
            throw CertificateError(
                path: path,
                reason: .damaged(label: "private key", ordinal: 1, line: block.line, detail: detail)
            )
        }
        ERR_clear_error()
        let key = PrivateKey(owning: pointer)
        switch key.kind {
        case .rsa, .ellipticCurve: return key
        case .other(let name, _): throw CertificateError(path: path, reason: .unsupportedKey(type: name))
        case .unreadable: throw CertificateError(path: path, reason: .unsupportedKey(type: "unknown"))
        }
    }

    /// The first private key of a PEM file.
    package static func read(path: String) throws(CertificateError) -> PrivateKey {
        try read(pem: try readFile(path, limitBytes: fileLimitBytes), from: path)
    }

    package var kind: KeyKind { keyKind(pointer) }

    /// Whether the certificate holds the public half of this key.
    package func matches(_ certificate: Certificate) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(certificate.pointer, pointer) == 1
    }

    /// The key as unencrypted PKCS 8 in PEM. Write it with mode 0600.
    package var pem: [UInt8] {
        writePEM { PEM_write_bio_PrivateKey($0, pointer, nil, nil, 0, nil, nil) }
    }
}
