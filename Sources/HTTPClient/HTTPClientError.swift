package import LinuxSystem
package import OpenSSLTransport

/// Why a request got no answer that can be used. Whether the server took it is not known, unless nothing was connected.
package enum HTTPClientError: Error, Sendable, Hashable {
    package enum Stage: String, Sendable, Hashable {
        case connecting = "connecting"
        case handshake = "the TLS handshake"
        case sending = "sending the request"
        case answering = "waiting for the answer"
    }

    /// The name service knows no such host, or does not answer.
    case unknownHost(String, reason: String)
    /// No connection stands; in the system's words.
    case unreachable(reason: String)
    /// No connection to a Unix-domain socket stands.
    case noSocket(SystemCallError)
    case timedOut(Stage)
    /// The server could not prove that it is the one that was asked for.
    case untrusted(CertificateRefusal)
    /// TLS was begun and did not come to an agreement.
    case tlsFailed(TLSFailure)
    /// The answer is no HTTP.
    case notHTTP(String)
    /// The connection ended, or was reset, before the whole answer was there.
    case brokenOff(String)
    /// A body beyond the limit, which an endless one reaches as well.
    case answerTooLong(status: Int, limitBytes: Int)
    /// More redirects in a row than are followed.
    case redirectLoop(limit: Int)
    /// A redirect to a place that requests do not go to.
    case badRedirect(String)
    /// The caller's ``Wakeup`` was rung.
    case cancelled
}

extension HTTPClientError {
    /// What happened and what to do next, without the place.
    package var words: String {
        switch self {
        case .unknownHost(let host, let reason):
            "the host \(host) is not found (\(reason)); check its spelling and this machine's name service"
        case .unreachable(let reason):
            "no connection (\(reason)); check that the server runs, its port, and firewalls on the way"
        case .noSocket(let error):
            "no connection to \(error.subject) (\(error.reason)); check that the server runs, and the path"
        case .timedOut(let stage):
            "no progress in time while \(stage == .handshake ? "in " : "")\(stage.rawValue); "
                + (stage == .connecting
                    ? "check host, port and firewalls" : "check the server's load, or raise the timeout")
        case .untrusted(let refusal): Self.words(refusal)
        case .tlsFailed(let failure): Self.words(failure)
        case .notHTTP(let reason): "the answer is no HTTP (\(reason)); check that the port belongs to a web server"
        case .brokenOff(let reason): "the connection broke off (\(reason)); see the server's log"
        case .answerTooLong(let status, let limit):
            "it answered with status \(status) and a body of more than \(limit) bytes; an endpoint that takes records "
                + "answers shortly, so check the path"
        case .redirectLoop(let limit): "more than \(limit) redirects in a row; ask the final address"
        case .badRedirect(let reason): "it redirects to an address that cannot be used: \(reason)"
        case .cancelled: "given up, because the server stops"
        }
    }

    private static func words(_ refusal: CertificateRefusal) -> String {
        let whose = refusal.depth == 0 ? "the server's certificate" : "a certificate above the server's"
        let which = "(subject \(refusal.subject); issuer \(refusal.issuer))"
        return switch refusal.cause {
        case .expired: "\(whose) has expired \(which); renew it there"
        case .notYetValid: "\(whose) is not valid yet \(which); check the clocks of both machines"
        case .otherName:
            "the server's certificate is for another name \(which); ask for a name that the certificate holds"
        case .unknownAuthority:
            "\(whose) comes from an unknown authority \(which); to trust it, name a PEM file with that authority "
                + "(ca_file, or SSL_CERT_FILE)"
        case .other: "\(whose) is refused: \(refusal.reason) \(which)"
        }
    }

    private static func words(_ failure: TLSFailure) -> String {
        switch failure {
        case .notTLS, .plainHTTP: "the server does not speak TLS; write http://, or another port"
        case .ourCertificateRefused(let alert), .alert(let alert):
            "the server ended the TLS handshake (\(alert)); see its log"
        case .protocolVersion: "the server speaks no TLS version from 1.2 on; update it"
        case .nothingInCommon(let reason): "TLS found nothing in common (\(reason)); update the server"
        case .connectionLost: "the connection ended in the TLS handshake; check that the port is meant for TLS"
        case .noPeerCertificate: "the server sent no certificate"
        case .peerCertificateRefused(let refusal): words(refusal)
        case .other(let reason): "TLS failed (\(reason))"
        }
    }
}
