internal import COpenSSL
internal import LinuxSystem
package import TelemetryModel

/// An X.509 certificate.
///
/// Reading a property decodes it from the certificate each time: keep what is used often.
package final class Certificate: Sendable {
    /// The most a file of certificates may hold: the largest public bundles are a quarter of it.
    package static let fileLimitBytes = 1 << 20

    // SAFETY: owned by this object from `init` to `deinit`. Nothing writes to an X509 after it was made, and
    // OpenSSL guards what it caches in it with a lock of its own; so threads may share it.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Takes ownership.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    /// Shares a certificate that somebody else owns as well.
    // SAFETY: the count that this raises is given back in `deinit`.
    convenience init(sharing pointer: OpaquePointer) {
        X509_up_ref(pointer)
        self.init(owning: pointer)
    }

    deinit {
        // SAFETY: `pointer` is ours, and nobody uses it after this object.
        X509_free(pointer)
    }

    /// Decodes one certificate of binary DER.
    ///
    /// - Parameter path: named by errors.
    package convenience init(der: [UInt8], from path: String) throws(CertificateError) {
        // SAFETY: OpenSSL reads within the array's bounds and keeps nothing of it.
        let pointer: OpaquePointer? = der.withUnsafeBufferPointer { bytes in
            var position = bytes.baseAddress
            return d2i_X509(nil, &position, bytes.count)
        }
        guard let pointer else {
            let detail = takeOpenSSLReason()
            throw CertificateError(
                path: path,
                reason: .damaged(label: "certificate", ordinal: 1, line: 1, detail: detail)
            )
        }
        self.init(owning: pointer)
    }

    /// Every certificate of a PEM text, in order. Blocks of other kinds are passed over.
    ///
    /// - Parameter path: named by errors.
    /// - Throws: when there is none, or when any of them is damaged.
    package static func readAll(pem: [UInt8], from path: String) throws(CertificateError) -> [Certificate] {
        let blocks = try findBlocks(in: pem, of: path)
        var certificates: [Certificate] = []
        for block in blocks where labels.contains(block.label) {
            guard let pointer = decode(block) else {
                let detail = takeOpenSSLReason()
                let ordinal = certificates.count + 1
                throw CertificateError(
                    path: path,
                    reason: .damaged(label: "certificate", ordinal: ordinal, line: block.line, detail: detail)
                )
            }
            certificates.append(Certificate(owning: pointer))
        }
        guard !certificates.isEmpty else {
            throw CertificateError(path: path, reason: .noCertificate(found: blocks.map(\.label)))
        }
        return certificates
    }

    /// Every certificate of a PEM file, in order.
    package static func readAll(path: String) throws(CertificateError) -> [Certificate] {
        try readAll(pem: try readFile(path, limitBytes: fileLimitBytes), from: path)
    }

    /// What identity depends on.
    package var facts: CertificateFacts { certificateFacts(of: pointer) }

    private static let labels: Set<String> = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]

    // SAFETY: the memory BIO reads within the block's bounds and is freed before they go.
    private static func decode(_ block: PEMBlock) -> OpaquePointer? {
        block.bytes.withUnsafeBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(bio) }
            let pointer =
                block.label == "TRUSTED CERTIFICATE"
                ? PEM_read_bio_X509_AUX(bio, nil, refusePassphrase, nil)
                : PEM_read_bio_X509(bio, nil, refusePassphrase, nil)
            return pointer
        }
    }
}

/// OpenSSL asks this instead of the terminal: the answer is always that there is no passphrase.
// SAFETY: the buffer is not touched.
func refusePassphrase(
    _: UnsafeMutablePointer<CChar>?,
    _: Int32,
    _: Int32,
    _: UnsafeMutableRawPointer?
) -> Int32 { -1 }

func readFile(_ path: String, limitBytes: Int) throws(CertificateError) -> [UInt8] {
    do {
        return try Files.read(path, limitBytes: limitBytes)
    } catch {
        throw CertificateError(path: path, reason: .unreadable(error))
    }
}

func findBlocks(in pem: [UInt8], of path: String) throws(CertificateError) -> [PEMBlock] {
    guard !pem.isEmpty else { throw CertificateError(path: path, reason: .empty) }
    let blocks = PEMBlock.find(in: pem)
    guard !blocks.isEmpty else {
        // Every certificate and key in DER is a sequence with a length of two bytes or more.
        let looksLikeDER = pem.count > 4 && pem[0] == 0x30 && (pem[1] == 0x82 || pem[1] == 0x81)
        throw CertificateError(path: path, reason: .notPEM(looksLikeDER: looksLikeDER))
    }
    return blocks
}
