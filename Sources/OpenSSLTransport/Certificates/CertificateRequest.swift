internal import COpenSSL

/// A request for a certificate (PKCS 10), which an authority makes one of.
package final class CertificateRequest: Sendable {
    // SAFETY: owned by this object from `init` to `deinit`; nothing writes to it after it was made.
    nonisolated(unsafe) private let pointer: OpaquePointer

    /// Takes ownership.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        // SAFETY: `pointer` is ours, and nobody uses it after this object.
        X509_REQ_free(pointer)
    }

    /// Whom it is for, in one line.
    package var subject: String { CertificateName(X509_REQ_get_subject_name(pointer)).line }

    package var key: KeyKind {
        defer { ERR_clear_error() }
        return keyKind(X509_REQ_get0_pubkey(pointer))
    }

    /// SHA-256 of the key with its algorithm, in lower-case hexadecimal digits.
    package var publicKeySHA256: String {
        defer { ERR_clear_error() }
        // SAFETY: get1 hands over a reference, which the object takes.
        guard let key = X509_REQ_get_pubkey(pointer) else { return "" }
        return PublicKey(owning: key).sha256
    }

    /// Whether the holder of the key made it: it is signed with the key that it names.
    package var isSignedByItsKey: Bool {
        defer { ERR_clear_error() }
        // SAFETY: the key belongs to the request.
        guard let key = X509_REQ_get0_pubkey(pointer) else { return false }
        return X509_REQ_verify(pointer, key) == 1
    }

    /// DNS names and IP addresses that are asked for, DNS names first.
    package var hosts: [String] {
        // SAFETY: the list is made for us and freed here.
        guard let extensions = X509_REQ_get_extensions(pointer) else {
            ERR_clear_error()
            return []
        }
        defer { fleet_sk_X509_EXTENSION_pop_free(extensions) }
        guard let raw = X509V3_get_d2i(extensions, NID_subject_alt_name, nil, nil) else {
            ERR_clear_error()
            return []
        }
        // SAFETY: the list was decoded for us, and is handed over.
        let names = alternativeNames(owning: OpaquePointer(raw))
        return names.dns + names.ip
    }
}
