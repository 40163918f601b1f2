internal import COpenSSL

/// What a server needs to take vehicles in: its own certificate and the authorities that vehicles must come from.
package struct TLSServerSettings: Sendable {
    package var identity: TLSIdentity
    /// Each is a trust anchor, whether root or intermediate.
    package var clientAuthorities: [Certificate]

    package init(identity: TLSIdentity, clientAuthorities: [Certificate]) {
        self.identity = identity
        self.clientAuthorities = clientAuthorities
    }
}

/// A certificate chain with its private key, checked to belong together.
package struct TLSIdentity: Sendable {
    /// The own certificate first, then its issuers in order. Never empty.
    package let chain: [Certificate]
    package let key: PrivateKey
    package let chainPath: String
    package let keyPath: String

    /// Reads both files.
    package init(chainPath: String, keyPath: String) throws(TLSContextError) {
        let chain: [Certificate]
        let key: PrivateKey
        do throws(CertificateError) {
            chain = try Certificate.readAll(path: chainPath)
            key = try PrivateKey.read(path: keyPath)
        } catch {
            throw .certificate(error)
        }
        try self.init(chain: chain, key: key, chainPath: chainPath, keyPath: keyPath)
    }

    package init(
        chain: [Certificate],
        key: PrivateKey,
        chainPath: String,
        keyPath: String
    ) throws(TLSContextError) {
        guard let own = chain.first else { throw .noCertificate(path: chainPath) }
        guard key.matches(own) else { throw .keyDoesNotMatch(certificatePath: chainPath, keyPath: keyPath) }
        self.chain = chain
        self.key = key
        self.chainPath = chainPath
        self.keyPath = keyPath
    }
}

/// Why a context could not be made.
package enum TLSContextError: Error, Sendable, Hashable {
    case certificate(CertificateError)
    /// A file without any certificate in it.
    case noCertificate(path: String)
    /// OpenSSL refused the certificate or key, e.g. because it is too weak.
    case refused(path: String, reason: String)
    case keyDoesNotMatch(certificatePath: String, keyPath: String)
}

extension TLSContextError: CustomStringConvertible {
    /// Path, reason and remedy in one line.
    package var description: String {
        switch self {
        case .certificate(let error):
            error.description
        case .noCertificate(let path):
            "\(path): holds no certificate; name the file with -----BEGIN CERTIFICATE-----"
        case .refused(let path, let reason):
            "\(path): OpenSSL refuses it (\(reason)); use a key of P-256 or RSA 2048 bits at least, signed with SHA-256"
        case .keyDoesNotMatch(let certificatePath, let keyPath):
            "\(keyPath): is not the key of the first certificate in \(certificatePath); "
                + "put the server's own certificate first, or name the key that it was made with"
        }
    }
}

/// The server's certificate, key and trusted authorities for one event loop.
///
/// One context per loop: sharing one between threads costs 10 to 20 percent. Sessions keep it alive, so that a
/// new context can replace it while old connections go on.
package final class TLSServerContext {
    // SAFETY: owned; made in init, freed in deinit, never handed out of this module.
    let pointer: OpaquePointer

    package init(_ settings: TLSServerSettings) throws(TLSContextError) {
        // SAFETY: the method is static; SSL_CTX_new returns nil only when memory is out.
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { fatalError("out of memory") }
        self.pointer = pointer
        useHouseDefaults(pointer)
        // Vehicles hold long connections: a ticket would cost 300 µs per handshake and serve nobody (performance.md).
        // The house options switch off those of TLS 1.2, so that no session is ever resumed.
        SSL_CTX_set_num_tickets(pointer, 0)
        _ = fleet_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, nil)
        try use(settings.identity, in: pointer)
        trust(settings.clientAuthorities, in: pointer)
        // No list of acceptable authorities is sent: a vehicle whose issuer is not on it would withhold its
        // certificate.
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, checkVehicle)
        // A renewed context is made between two turns of a loop, see `TLSSession`.
        ERR_clear_error()
    }

    deinit {
        // SAFETY: freed once; sessions hold their own references inside OpenSSL.
        SSL_CTX_free(pointer)
    }
}

@available(*, unavailable)
extension TLSServerContext: Sendable {}

/// ALPN: http/1.1 or nothing, because a WebSocket needs it.
private func selectProtocol(
    _ session: OpaquePointer?,
    _ selected: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ selectedLength: UnsafeMutablePointer<UInt8>?,
    _ offered: UnsafePointer<UInt8>?,
    _ offeredLength: UInt32,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offered, let selected, let selectedLength else { return SSL_TLSEXT_ERR_NOACK }
    // SAFETY: `offered` holds `offeredLength` bytes: names, each after its length. The answer points into it.
    let names = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
    let wanted = Array("http/1.1".utf8)
    var position = 0
    while position < names.count {
        let length = Int(names[position])
        let start = position + 1
        guard start + length <= names.count else { break }
        if names[start..<(start + length)].elementsEqual(wanted) {
            selected.pointee = offered + start
            selectedLength.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        position = start + length
    }
    return SSL_TLSEXT_ERR_NOACK
}
