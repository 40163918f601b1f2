internal import COpenSSL
internal import Glibc
package import LinuxSystem
package import TelemetryModel

/// One TLS connection, server or client side. It belongs to one event loop, so it is not Sendable.
///
/// A session never touches a socket by itself: ``receive(from:)`` brings ciphertext into the loop's shared
/// ``TLSBuffers``, the other calls work on it, and ``takeOutbound()`` is what has to be sent afterwards.
/// Between two connections' turns nothing of a session is left in the shared buffers.
///
/// OpenSSL judges a failed call by the thread's error queue, so that has to be empty before each. Whatever may leave
/// something in it empties it afterwards, and reading and writing rely on that: emptying it before every call took
/// 2,500 instructions per record.
package struct TLSSession: ~Copyable {
    // SAFETY: owned; made in init, freed in deinit, never handed out.
    private let pointer: OpaquePointer
    private let buffers: TLSBuffers

    package init(_ context: TLSServerContext, buffers: TLSBuffers) {
        self.init(context.pointer, buffers: buffers)
        SSL_set_accept_state(pointer)
    }

    /// - Parameter serverName: sent as SNI and checked against the server's certificate; nil sends and checks nothing.
    package init(_ context: TLSClientContext, serverName: String?, buffers: TLSBuffers) {
        self.init(context.pointer, buffers: buffers)
        if let serverName {
            let isAddress = serverName.contains(":") || serverName.allSatisfy { $0.isNumber || $0 == "." }
            // SAFETY: OpenSSL copies the texts.
            if isAddress {
                X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pointer), serverName)
            } else {
                _ = fleet_SSL_set_tlsext_host_name(pointer, serverName)
                SSL_set1_host(pointer, serverName)
            }
        }
        SSL_set_connect_state(pointer)
    }

    private init(_ context: OpaquePointer, buffers: TLSBuffers) {
        // SAFETY: SSL_new returns nil only when memory is out; the session keeps its own reference to the context.
        guard let pointer = SSL_new(context) else { fatalError("out of memory") }
        // SAFETY: the session takes one reference to the shared BIO for reading and one for writing.
        BIO_up_ref(buffers.bio)
        BIO_up_ref(buffers.bio)
        SSL_set0_rbio(pointer, buffers.bio)
        SSL_set0_wbio(pointer, buffers.bio)
        self.pointer = pointer
        self.buffers = buffers
    }

    deinit {
        // SAFETY: freed once, on the loop's thread; this drops the references to the BIO.
        SSL_free(pointer)
        ERR_clear_error()
    }

    /// Takes what the socket has, once, and at most ``TLSBuffers/inboundBytes``.
    ///
    /// Afterwards drain it: call ``handshake()`` or ``read(into:at:)`` until they want more.
    package borrowing func receive(from descriptor: borrowing FileDescriptor) -> ReceiveProgress {
        buffers.receive(from: descriptor)
    }

    /// Like ``receive(from:)`` with bytes that came another way.
    package borrowing func receive(_ bytes: ArraySlice<UInt8>) {
        buffers.load(bytes)
    }

    /// The first received bytes, for telling TLS from something else.
    package borrowing func receivedPrefix(_ count: Int) -> [UInt8] {
        buffers.inboundPrefix(count)
    }

    /// Goes on with the handshake as far as the received bytes allow.
    package borrowing func handshake() -> HandshakeProgress {
        ERR_clear_error()
        let code = SSL_do_handshake(pointer)
        if code == 1 {
            // Trying what a certificate could be leaves errors, although it is one.
            ERR_clear_error()
            return .done
        }
        switch SSL_get_error(pointer, code) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return .wantsMore
        case SSL_ERROR_ZERO_RETURN:
            return .failed(.connectionLost)
        default:
            return .failed(.fromErrorQueue(refusal: buffers.refusal))
        }
    }

    /// Decrypts received bytes into `buffer` from `offset` on, as much as one TLS record holds.
    ///
    /// Repeat until ``TLSReadProgress/wantsMore`` or ``isDrained``; only then may another connection have its turn.
    package borrowing func read(into buffer: inout [UInt8], at offset: Int) -> TLSReadProgress {
        precondition(offset < buffer.count)
        // SAFETY: OpenSSL writes at most the count given, into the array's own storage.
        let count = buffer.withUnsafeMutableBytes {
            SSL_read(pointer, $0.baseAddress! + offset, Int32(min($0.count - offset, 1 << 20)))
        }
        if count > 0 { return .bytes(Int(count)) }
        switch SSL_get_error(pointer, count) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return .wantsMore
        case SSL_ERROR_ZERO_RETURN:
            return .closed
        default:
            return .failed(.fromErrorQueue(refusal: buffers.refusal))
        }
    }

    /// Whether everything that was received has been read: reading on would only find nothing, for 2,000 instructions.
    package var isDrained: Bool { buffers.isInboundEmpty && SSL_pending(pointer) == 0 }

    /// Encrypts `bytes`; the result waits in the shared outbound buffer.
    ///
    /// - Returns: nil on success. A failure means that the session is of no more use.
    package borrowing func write(_ bytes: borrowing Span<UInt8>) -> TLSFailure? {
        guard bytes.count > 0 else { return nil }
        // SAFETY: OpenSSL reads the bytes before it returns; the BIO takes everything, so nothing is written in part.
        let code = bytes.withUnsafeBytes { SSL_write(pointer, $0.baseAddress!, Int32($0.count)) }
        return code > 0 ? nil : .fromErrorQueue(refusal: nil)
    }

    /// Says goodbye in TLS (close_notify); the alert waits in the outbound buffer. Nothing can be written afterwards.
    package borrowing func shutdown() {
        ERR_clear_error()
        SSL_shutdown(pointer)
        ERR_clear_error()
    }

    /// Whether ciphertext waits to be sent.
    package var hasOutbound: Bool { buffers.outboundCount > 0 }

    /// The ciphertext to send, which leaves the shared buffer empty.
    package borrowing func takeOutbound() -> [UInt8] {
        defer { buffers.clearOutbound() }
        return buffers.copyOutbound()
    }

    /// Sends the waiting ciphertext. The common case, and free of copies.
    ///
    /// - Parameter rest: receives what the socket did not take; must be sent before anything else.
    /// - Returns: nil when the socket took all or some.
    package borrowing func send(
        to descriptor: borrowing FileDescriptor,
        rest: inout [UInt8]
    ) -> SystemCallError? {
        let total = buffers.outboundCount
        guard total > 0 else { return nil }
        defer { buffers.clearOutbound() }
        guard rest.isEmpty else {
            rest += buffers.copyOutbound()
            return nil
        }
        var sent = 0
        while sent < total {
            // SAFETY: the kernel reads what is left of the initialised bytes.
            let count = Glibc.send(descriptor.number, buffers.outbound + sent, total - sent, Int32(MSG_NOSIGNAL))
            if count >= 0 {
                sent += count
                continue
            }
            let code = errno
            if code == EINTR { continue }
            if code == EAGAIN {
                rest = buffers.copyOutbound(from: sent)
                return nil
            }
            return SystemCallError(call: "send", code: code)
        }
        return nil
    }

    // MARK: Facts, once the handshake is done

    /// What the peer's certificate says; nil when it sent none.
    package var peerCertificate: CertificateFacts? {
        // SAFETY: get0 borrows from the session; the facts are copied out before the session can go.
        guard let certificate = SSL_get0_peer_certificate(pointer) else { return nil }
        defer { ERR_clear_error() }
        return certificateFacts(of: certificate)
    }

    /// Everything that the peer sent of its chain, its own certificate first, whether it was believed or not. Only for
    /// the client's side: a server's session leaves out the leaf.
    package var peerChain: [Certificate] {
        // SAFETY: the stack belongs to the session; each certificate's count is raised.
        guard let stack = SSL_get_peer_cert_chain(pointer) else { return [] }
        return (0..<max(0, fleet_sk_X509_num(stack))).compactMap { index in
            fleet_sk_X509_value(stack, index).map { Certificate(sharing: $0) }
        }
    }

    /// Whether the server asked for a certificate. Only for the client's side, and buffers of its own.
    package var wasAskedForCertificate: Bool { buffers.wasAskedForCertificate }

    /// Names of the authorities whose certificates the server says that it takes, in one line each; empty when it says
    /// nothing, which means any.
    package var acceptableAuthorities: [String] {
        // SAFETY: the stack and its names belong to the session; their content is copied.
        guard let stack = SSL_get0_peer_CA_list(pointer) else { return [] }
        return (0..<max(0, fleet_sk_X509_NAME_num(stack))).compactMap { index in
            fleet_sk_X509_NAME_value(stack, index).map { CertificateName($0).line }
        }
    }

    /// The name that the client asked for; nil when it named none.
    package var serverName: String? {
        // SAFETY: the text belongs to the session and is copied here.
        SSL_get_servername(pointer, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    }

    /// e.g. `TLSv1.3`.
    package var protocolVersion: String { String(cString: SSL_get_version(pointer)) }

    /// e.g. `TLS_AES_128_GCM_SHA256`.
    package var cipher: String {
        // SAFETY: a static text of OpenSSL.
        SSL_get_current_cipher(pointer).map { String(cString: SSL_CIPHER_get_name($0)) } ?? ""
    }
}

/// What one step of a handshake came to.
package enum HandshakeProgress: Sendable, Hashable {
    case done
    /// Send what is outbound and wait for more.
    case wantsMore
    case failed(TLSFailure)
}

/// What one attempt to read came to.
package enum TLSReadProgress: Sendable, Hashable {
    case bytes(Int)
    case wantsMore
    /// The peer said goodbye in TLS.
    case closed
    case failed(TLSFailure)
}
