internal import COpenSSL

/// SHA-256, and the message authentication code that is built on it.
///
/// Source: FIPS 180-4; RFC 2104.
package enum SHA256 {
    /// 32 bytes.
    package static func digest(of bytes: borrowing Span<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        // SAFETY: both are lent for the call; the digest has the 32 bytes that are written.
        let isDone = bytes.withUnsafeBytes { input in
            digest.withUnsafeMutableBufferPointer {
                EVP_Digest(input.baseAddress, input.count, $0.baseAddress, nil, EVP_sha256(), nil)
            }
        }
        guard isDone == 1 else { fatalError("OpenSSL has no SHA-256, or memory is out") }
        return digest
    }

    /// HMAC-SHA256: 32 bytes.
    ///
    /// - Parameter key: of any length but 0.
    package static func authenticate(_ bytes: borrowing Span<UInt8>, key: borrowing Span<UInt8>) -> [UInt8] {
        precondition(key.count > 0, "a key has at least one byte")
        var code = [UInt8](repeating: 0, count: 32)
        // SAFETY: all three are lent for the call; the code has the 32 bytes that are written.
        let isDone = key.withUnsafeBytes { key in
            bytes.withUnsafeBytes { input in
                code.withUnsafeMutableBufferPointer {
                    HMAC(
                        EVP_sha256(),
                        key.baseAddress,
                        Int32(key.count),
                        input.baseAddress?.assumingMemoryBound(to: UInt8.self),
                        input.count,
                        $0.baseAddress,
                        nil
                    ) != nil
                }
            }
        }
        guard isDone else { fatalError("OpenSSL has no HMAC, or memory is out") }
        return code
    }
}
