internal import COpenSSL

/// Why a TLS connection failed, in kinds that an operator can act on.
package enum TLSFailure: Error, Sendable, Hashable {
    /// The peer spoke plain HTTP: a proxy that ends TLS, or a probe that doesn't start it.
    case plainHTTP
    /// The first bytes are no TLS at all.
    case notTLS
    /// The peer sent no certificate: a browser, a scanner, or a proxy in between.
    case noPeerCertificate
    /// We refused the peer's certificate.
    case peerCertificateRefused(CertificateRefusal)
    /// The peer refused our certificate, in its own word, e.g. `unknown ca`.
    case ourCertificateRefused(alert: String)
    /// The peer ended the handshake for a reason of its own, e.g. `handshake failure`.
    case alert(String)
    /// The peer offers no protocol version that we accept.
    case protocolVersion
    /// The peer offers no cipher suite or signature that we accept.
    case nothingInCommon(String)
    /// The connection ended in the middle.
    case connectionLost
    /// Anything else, in OpenSSL's words.
    case other(String)

    /// Few and fixed, because it becomes a metric label.
    package var code: String {
        switch self {
        case .plainHTTP: "plain_http"
        case .notTLS: "not_tls"
        case .noPeerCertificate: "no_client_certificate"
        case .peerCertificateRefused: "client_certificate_refused"
        case .ourCertificateRefused: "server_certificate_refused"
        case .alert: "alert"
        case .protocolVersion: "protocol_version"
        case .nothingInCommon: "nothing_in_common"
        case .connectionLost: "connection_lost"
        case .other: "other"
        }
    }
}

/// A certificate that did not pass, and why.
package struct CertificateRefusal: Sendable, Hashable {
    /// OpenSSL's reason, e.g. `certificate has expired`.
    package let reason: String
    /// The certificate at fault: in one line each.
    package let subject: String
    package let issuer: String
    /// 0 is the peer's own certificate, 1 its issuer, and so on.
    package let depth: Int
    package let cause: Cause

    /// What an operator can do something about.
    package enum Cause: Sendable, Hashable {
        case expired
        case notYetValid
        /// It is for another host than the one that was asked for.
        case otherName
        /// Nobody whom we trust stands behind it.
        case unknownAuthority
        case other

        init(verificationCode: Int32) {
            switch verificationCode {
            case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired
            case X509_V_ERR_CERT_NOT_YET_VALID: self = .notYetValid
            case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: self = .otherName
            case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_CERT_UNTRUSTED:
                self = .unknownAuthority
            default: self = .other
            }
        }
    }
}

extension TLSFailure {
    /// Drains this thread's error queue into one failure. Call right after the failed call.
    static func fromErrorQueue(refusal: CertificateRefusal?) -> TLSFailure {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return .connectionLost }
        let reason = Int32(truncatingIfNeeded: code & UInt(ERR_REASON_MASK))
        let text = reasonText(code)
        if ERR_LIB_SSL == Int32(truncatingIfNeeded: (code >> UInt(ERR_LIB_OFFSET)) & UInt(ERR_LIB_MASK)) {
            return classify(reason, text, refusal)
        }
        return .other(text)
    }

    private static func classify(_ reason: Int32, _ text: String, _ refusal: CertificateRefusal?) -> TLSFailure {
        switch reason {
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST:
            return .plainHTTP
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_UNKNOWN_PROTOCOL, SSL_R_BAD_RECORD_TYPE, SSL_R_PACKET_LENGTH_TOO_LONG,
            SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_UNEXPECTED_MESSAGE:
            return .notTLS
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return .noPeerCertificate
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return .peerCertificateRefused(
                refusal ?? CertificateRefusal(reason: text, subject: "", issuer: "", depth: 0, cause: .other)
            )
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return .protocolVersion
        case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
            SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SUITABLE_GROUPS:
            return .nothingInCommon(text)
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            return .connectionLost
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA, SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
            SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
            SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
            return .ourCertificateRefused(alert: alertName(text))
        default:
            return text.contains(" alert ") ? .alert(alertName(text)) : .other(text)
        }
    }

    /// `tlsv1 alert unknown ca` becomes `unknown ca`.
    private static func alertName(_ text: String) -> String {
        let words = text.split(separator: " ")
        guard let alert = words.firstIndex(of: "alert") else { return text }
        return words[(alert + 1)...].joined(separator: " ")
    }

    private static func reasonText(_ code: UInt) -> String {
        // SAFETY: a static text of OpenSSL, or nil.
        guard let text = ERR_reason_error_string(code) else { return "error \(code)" }
        return String(cString: text)
    }
}
