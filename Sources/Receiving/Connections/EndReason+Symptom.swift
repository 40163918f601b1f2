internal import OpenSSLTransport
internal import Symptoms

extension EndReason {
    /// What the end of a handshake is explained as.
    var handshakeSymptom: SymptomCode {
        switch self {
        case .handshakeFailed(let failure), .tlsFailed(let failure): failure.symptom
        case .proxyHeaderWrong: .portSpeaksNoTLS
        case .handshakeRateExceeded: .handshakeRate
        case .handshakeCrowdedOut: .connectionLimit
        case .handshakeTimedOut, .requestTimedOut, .closeTimedOut, .pongTimedOut, .idleTimedOut, .peerDoesNotRead:
            .handshakeTimedOut
        case .peerClosed, .peerReset, .socketFailed, .serverStops: .handshakeBrokenOff
        }
    }
}

extension TLSFailure {
    /// What a failure on the server's side is explained as.
    fileprivate var symptom: SymptomCode {
        switch self {
        case .plainHTTP: .plainHTTPOnTLSPort
        case .notTLS: .portSpeaksNoTLS
        case .noPeerCertificate: .noClientCertificate
        case .peerCertificateRefused(let refusal):
            refusal.reason.contains("purpose") ? .clientCertificateWithoutClientUsage : .clientCertificateRefused
        case .ourCertificateRefused("unknown ca"): .authorityUnknownToVehicle
        case .ourCertificateRefused("certificate expired"): .certificateExpired
        case .ourCertificateRefused: .certificateRefusedByPeer
        case .alert, .protocolVersion, .nothingInCommon: .noCommonProtocol
        case .connectionLost, .other: .handshakeBrokenOff
        }
    }
}
