package import LinuxSystem
package import OpenSSLTransport

/// What a server shows to somebody who connects as a vehicle does.
package struct ServerSighting: Sendable {
    /// Everything it sent, its own certificate first; whether somebody should believe it is not judged here.
    package let chain: [Certificate]
    /// E.g. `TLSv1.3`.
    package let protocolVersion: String
    /// E.g. `TLS_AES_128_GCM_SHA256`.
    package let cipher: String
    package let asksForCertificate: Bool
    /// How long the handshake took.
    package let milliseconds: Double
    /// Names of the authorities whose certificates it takes; empty means that it does not say.
    package let acceptableAuthorities: [String]
}

/// Why a server could not be seen.
package enum ServerHandshakeFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case unknownHost(reason: String)
    case unreachable(reason: String)
    /// There was no connection in time.
    case notConnected
    /// There was one, and nothing came on it in time.
    case silent
    /// It ended the connection in the middle of the handshake.
    case closed
    case tls(TLSFailure)

    package var description: String {
        switch self {
        case .unknownHost(let reason): "the name has no address (\(reason)); check its spelling and the DNS"
        case .unreachable(let reason): "no connection (\(reason)); check host, port, and that something listens there"
        case .notConnected: "no connection in time; check host, port and the firewalls on the way"
        case .silent: "no TLS handshake in time; it is overloaded, hangs, or waits for something else than TLS"
        case .closed: "it ended the connection without a TLS handshake; check that it is the port of a TLS server"
        case .tls(.plainHTTP), .tls(.notTLS): "it does not speak TLS; check the port"
        case .tls(.ourCertificateRefused(let alert)), .tls(.alert(let alert)): "it broke TLS off with \"\(alert)\""
        case .tls(.protocolVersion): "it speaks no version of TLS that vehicles do (1.2 and 1.3)"
        case .tls(let failure): "TLS failed: \(failure.code)"
        }
    }
}

/// Connects to a server and shakes hands, as a vehicle does, and hangs up.
package enum ServerHandshake {
    /// Blocks.
    ///
    /// - Parameters:
    ///   - serverName: sent as SNI; nil sends none. An address is never sent.
    ///   - identity: the certificate that is shown when the server asks for one; nil shows none.
    package static func sight(
        host: String,
        port: UInt16,
        serverName: String?,
        identity: TLSIdentity? = nil,
        timeoutMilliseconds: Int = 10_000
    ) throws(ServerHandshakeFailure) -> ServerSighting {
        let deadline = MonotonicTime.now.adding(milliseconds: timeoutMilliseconds)
        let descriptor: FileDescriptor
        do {
            guard let opened = try TCP.connect(host: host, port: port, until: deadline) else {
                throw ServerHandshakeFailure.notConnected
            }
            descriptor = opened
        } catch let error as AddressError {
            throw .unknownHost(reason: error.reason)
        } catch let error as SystemCallError {
            throw .unreachable(reason: error.reason)
        } catch {
            throw .notConnected
        }
        return try sight(over: descriptor, serverName: serverName, identity: identity, until: deadline)
    }

    /// The same over a connection that stands; it is closed in the end.
    package static func sight(
        over descriptor: consuming FileDescriptor,
        serverName: String?,
        identity: TLSIdentity? = nil,
        until deadline: MonotonicTime
    ) throws(ServerHandshakeFailure) -> ServerSighting {
        let begin = MonotonicTime.now
        let context: TLSClientContext
        do throws(TLSContextError) {
            context = try TLSClientContext(authorities: nil, identity: identity)
        } catch {
            throw .tls(.other("\(error)"))
        }
        let session = TLSSession(context, serverName: serverName, buffers: TLSBuffers())
        while true {
            let progress = session.handshake()
            // A server that refuses us may have closed; what it said first is still to be read.
            let isSent = sendOutbound(of: session, to: descriptor, until: deadline)
            switch progress {
            case .done: return sighting(of: session, since: begin)
            // Before TLS 1.3 a server refuses us for want of a certificate when it has shown its own.
            case .failed where !session.peerChain.isEmpty: return sighting(of: session, since: begin)
            case .failed(.connectionLost): throw .closed
            case .failed(let failure): throw .tls(failure)
            case .wantsMore: break
            }
            guard isSent, TCP.wait(for: descriptor, until: deadline) == .ready else { throw .silent }
            switch session.receive(from: descriptor) {
            case .received, .nothingYet: break
            case .endOfStream, .failed:
                guard session.peerChain.isEmpty else { return sighting(of: session, since: begin) }
                throw .closed
            }
        }
    }

    private static func sighting(of session: borrowing TLSSession, since begin: MonotonicTime) -> ServerSighting {
        ServerSighting(
            chain: session.peerChain,
            protocolVersion: session.protocolVersion,
            cipher: session.cipher,
            asksForCertificate: session.wasAskedForCertificate,
            milliseconds: Double(MonotonicTime.now.nanoseconds(since: begin)) / 1e6,
            acceptableAuthorities: session.acceptableAuthorities
        )
    }

    /// - Returns: false when the deadline came first.
    private static func sendOutbound(
        of session: borrowing TLSSession,
        to descriptor: borrowing FileDescriptor,
        until deadline: MonotonicTime
    ) -> Bool {
        do {
            return try TCP.sendAll(session.takeOutbound(), to: descriptor, until: deadline) == .ready
        } catch {
            // The next read tells why.
            return true
        }
    }
}
