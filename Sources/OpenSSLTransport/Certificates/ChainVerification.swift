internal import COpenSSL
internal import TelemetryModel

/// Judges a server's chain as somebody does who trusts certain authorities and nobody else.
package enum ServerVerification {
    /// Whether a chain from a leaf must end at a root, or may end at any authority that is trusted.
    package enum ChainEnd: Sendable, Hashable {
        /// As OpenSSL and most programs want it.
        case root
        /// As Go and OpenSSL's `-partial_chain` have it.
        case anyAuthority
    }

    /// Why the leaf does not lead to the authorities; nil when it does. Dates and names are not looked at, because they
    /// have nothing to do with whom one trusts.
    ///
    /// - Parameters:
    ///   - sent: what the server sends after its leaf.
    ///   - authorities: what is trusted.
    package static func refusal(
        of leaf: Certificate,
        sent: [Certificate],
        trusting authorities: [Certificate],
        endingAt end: ChainEnd
    ) -> CertificateRefusal? {
        verifyChain(from: leaf, through: sent, to: authorities) { check in
            let partial = end == .anyAuthority ? UInt(X509_V_FLAG_PARTIAL_CHAIN) : 0
            X509_STORE_CTX_set_flags(check, partial | UInt(X509_V_FLAG_NO_CHECK_TIME))
        }
    }
}

/// OpenSSL's check of one chain, with a store of its own.
///
/// - Parameter prepare: sets flags, time and purpose.
/// - Returns: the first objection, or nil.
// SAFETY: store, stack and check are ours and freed here; `prepare` only borrows the check. The stack only lends the
// certificates between, which the caller keeps until this returns.
func verifyChain(
    from leaf: Certificate,
    through others: [Certificate],
    to anchors: [Certificate],
    _ prepare: (OpaquePointer) -> Void
) -> CertificateRefusal? {
    defer { ERR_clear_error() }
    guard !anchors.isEmpty else {
        return CertificateRefusal("no trusted authority", of: leaf, cause: .unknownAuthority)
    }
    guard let store = X509_STORE_new(), let check = X509_STORE_CTX_new(), let stack = fleet_sk_X509_new() else {
        fatalError("out of memory")
    }
    defer {
        X509_STORE_CTX_free(check)
        fleet_sk_X509_free(stack)
        X509_STORE_free(store)
    }
    for anchor in anchors { X509_STORE_add_cert(store, anchor.pointer) }
    for certificate in others { _ = fleet_sk_X509_push(stack, certificate.pointer) }
    guard X509_STORE_CTX_init(check, store, leaf.pointer, stack) == 1 else {
        return CertificateRefusal(takeOpenSSLReason(), of: leaf, cause: .other)
    }
    prepare(check)
    guard X509_verify_cert(check) != 1 else { return nil }
    let code = X509_STORE_CTX_get_error(check)
    let facts = X509_STORE_CTX_get_current_cert(check).map { certificateFacts(of: $0) }
    return CertificateRefusal(
        // SAFETY: the text is a constant of the library.
        reason: X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)",
        subject: facts?.subject ?? leaf.subject,
        issuer: facts?.issuer ?? leaf.issuer,
        depth: Int(X509_STORE_CTX_get_error_depth(check)),
        cause: CertificateRefusal.Cause(verificationCode: code)
    )
}

extension CertificateRefusal {
    fileprivate init(_ reason: String, of leaf: Certificate, cause: Cause) {
        self.init(reason: reason, subject: leaf.subject, issuer: leaf.issuer, depth: 0, cause: cause)
    }
}
