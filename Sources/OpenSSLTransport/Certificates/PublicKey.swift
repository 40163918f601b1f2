internal import COpenSSL

/// A public key that stands alone, e.g. what an application publishes for the vehicles' owners.
package final class PublicKey: Sendable {
    // SAFETY: owned by this object from `init` to `deinit`; never changed after it was made, and OpenSSL locks what it
    // caches in it; so threads may share it.
    nonisolated(unsafe) private let pointer: OpaquePointer

    /// Takes ownership.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        // SAFETY: `pointer` is ours, and nobody uses it after this object.
        EVP_PKEY_free(pointer)
    }

    package var kind: KeyKind { keyKind(pointer) }

    /// SHA-256 of the key with its algorithm, in lower-case hexadecimal digits; of the two halves of a pair the same.
    package var sha256: String { publicKeySHA256(of: pointer) }
}

extension PrivateKey {
    /// SHA-256 of the public half with its algorithm, in lower-case hexadecimal digits.
    package var publicKeySHA256: String { OpenSSLTransport.publicKeySHA256(of: pointer) }
}

// SAFETY: the caller owns the key and keeps it until this returns.
private func publicKeySHA256(of key: OpaquePointer) -> String {
    // SAFETY: the encoding is allocated for us and freed here.
    var encoded: UnsafeMutablePointer<UInt8>?
    let length = i2d_PUBKEY(key, &encoded)
    defer { fleet_OPENSSL_free(encoded) }
    guard length > 0, let encoded else {
        ERR_clear_error()
        return ""
    }
    // SAFETY: OpenSSL wrote as many bytes as it says.
    return sha256Text(UnsafeBufferPointer(start: encoded, count: Int(length)))
}

/// In lower-case hexadecimal digits.
// SAFETY: the digest has room for any algorithm, and the bytes are the caller's for the time of the call.
func sha256Text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard EVP_Digest(bytes.baseAddress, bytes.count, &digest, &count, EVP_sha256(), nil) == 1 else {
        ERR_clear_error()
        return ""
    }
    return hexadecimal(digest.prefix(Int(count)))
}
