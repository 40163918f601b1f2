internal import AddressCodec
internal import LinuxSystem
internal import OpenSSLTransport

/// Why a connection ended.
enum EndReason {
    /// The peer closed, in WebSocket's words, TLS's or TCP's.
    case peerClosed
    /// The peer's link broke, as mobile links do.
    case peerReset
    case handshakeFailed(TLSFailure)
    case handshakeTimedOut
    /// It had to make room for newcomers, see ``HalfOpenConnections``.
    case handshakeCrowdedOut
    case proxyHeaderWrong(ProxyHeaderError)
    /// Its address began too many handshakes.
    case handshakeRateExceeded
    case requestTimedOut
    case closeTimedOut
    case pongTimedOut
    case idleTimedOut
    case peerDoesNotRead
    case tlsFailed(TLSFailure)
    case socketFailed(SystemCallError)
    case serverStops

    /// A link that broke is an ordinary end: vehicles drive into tunnels.
    init(_ error: SystemCallError) {
        switch error.code {
        case SystemCallError.connectionReset, SystemCallError.brokenPipe: self = .peerReset
        default: self = .socketFailed(error)
        }
    }

    /// Few and fixed, for logs and metric labels.
    var code: String {
        switch self {
        case .peerClosed: "peer_closed"
        case .peerReset: "peer_reset"
        case .handshakeFailed(let failure): failure.code
        case .handshakeTimedOut: "handshake_timeout"
        case .handshakeCrowdedOut: "handshake_crowded_out"
        case .proxyHeaderWrong: "proxy_header"
        case .handshakeRateExceeded: "handshake_rate"
        case .requestTimedOut: "request_timeout"
        case .closeTimedOut: "close_timeout"
        case .pongTimedOut: "pong_timeout"
        case .idleTimedOut: "idle_timeout"
        case .peerDoesNotRead: "write_timeout"
        case .tlsFailed: "tls_error"
        case .socketFailed: "socket_error"
        case .serverStops: "server_stops"
        }
    }

    /// Whether something went wrong that `socket_err_total` should count.
    var isError: Bool {
        switch self {
        case .peerClosed, .peerReset, .serverStops, .handshakeFailed, .idleTimedOut, .handshakeCrowdedOut,
            .proxyHeaderWrong, .handshakeRateExceeded:
            false
        case .handshakeTimedOut, .requestTimedOut, .closeTimedOut, .pongTimedOut, .peerDoesNotRead, .tlsFailed,
            .socketFailed:
            true
        }
    }

    /// The error in words; nil when the code says it all.
    var detail: String? {
        switch self {
        case .socketFailed(let error): error.description
        case .tlsFailed(let failure), .handshakeFailed(let failure): failure.explanation
        case .proxyHeaderWrong(let error): error.explanation
        case .handshakeRateExceeded: "its address begins more than connection.handshakes_per_second_per_address allows"
        case .handshakeCrowdedOut: "it was slow while too many others wanted in; connection.max_handshakes limits them"
        default: nil
        }
    }
}

extension TLSFailure {
    /// What happened and what to do about it, in one sentence each.
    var explanation: String {
        switch self {
        case .plainHTTP:
            "the peer spoke plain HTTP; let the load balancer or tunnel in between pass TCP through unchanged"
        case .notTLS:
            "the peer did not speak TLS; a scanner, or a proxy that is set to another protocol"
        case .noPeerCertificate:
            "the peer presented no client certificate; a browser or scanner, or a proxy that ends TLS on the way"
        case .peerCertificateRefused(let refusal):
            "the client certificate was refused: \(refusal.reason) (subject \(refusal.subject); "
                + "issuer \(refusal.issuer)); add its issuer to tls.ca_file if this is a vehicle "
                + "of yours, and check this machine's clock"
        case .ourCertificateRefused(let alert):
            "the peer refused our certificate (\(alert)); send the whole chain in tls.server_cert and check that the "
                + "ca in the vehicle's configuration anchors it"
        case .alert(let alert):
            "the peer ended the handshake (\(alert))"
        case .protocolVersion:
            "the peer offered no TLS version from 1.2 on"
        case .nothingInCommon(let reason):
            "the peer offered no cipher or signature that we accept (\(reason))"
        case .connectionLost:
            "the connection ended during the handshake; a health check, a port scan, or a bad link"
        case .other(let text):
            text
        }
    }
}
