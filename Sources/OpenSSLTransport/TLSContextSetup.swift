internal import COpenSSL
internal import TelemetryModel

// What server and client contexts share. SAFETY for all of it: `context` is a live SSL_CTX of the caller.

func useHouseDefaults(_ context: OpaquePointer) {
    _ = fleet_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)
    fleet_SSL_CTX_set_house_options(context)
    fleet_SSL_CTX_set_house_modes(context)
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20")
    _ = fleet_SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:P-521")
}

func use(_ identity: TLSIdentity, in context: OpaquePointer) throws(TLSContextError) {
    ERR_clear_error()
    // The context takes references of its own to everything that it is given here.
    guard SSL_CTX_use_certificate(context, identity.chain[0].pointer) == 1 else {
        throw .refused(path: identity.chainPath, reason: takeOpenSSLReason())
    }
    guard SSL_CTX_use_PrivateKey(context, identity.key.pointer) == 1 else {
        throw .refused(path: identity.keyPath, reason: takeOpenSSLReason())
    }
    for issuer in identity.chain.dropFirst() {
        guard fleet_SSL_CTX_add1_chain_cert(context, issuer.pointer) == 1 else {
            throw .refused(path: identity.chainPath, reason: takeOpenSSLReason())
        }
    }
}

func trust(_ authorities: [Certificate], in context: OpaquePointer) {
    guard let store = SSL_CTX_get_cert_store(context) else { fatalError("out of memory") }
    // Any certificate of the bundle anchors a chain, as the reference's pool does.
    X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    for certificate in authorities {
        // Fails only when memory is out: a certificate that stands twice in a bundle is accepted silently.
        guard X509_STORE_add_cert(store, certificate.pointer) == 1 else { fatalError("out of memory") }
    }
}

/// The check of a vehicle's chain: OpenSSL's rules, and one of Go's, for whose server Tesla's certificates are made.
func checkVehicle(_ isAccepted: Int32, _ check: OpaquePointer?) -> Int32 {
    guard let check, allowsAnyUsage(isAccepted, check) == 1 else { return noteRefusal(isAccepted, check) }
    return 1
}

/// Lets a certificate pass whose extended key usage says `anyExtendedKeyUsage`: OpenSSL wants `clientAuth` by name.
func allowsAnyUsage(_ isAccepted: Int32, _ check: OpaquePointer?) -> Int32 {
    guard isAccepted == 0, let check, X509_STORE_CTX_get_error(check) == X509_V_ERR_INVALID_PURPOSE else {
        return isAccepted
    }
    // SAFETY: the certificate belongs to the check and is only asked here.
    guard let certificate = X509_STORE_CTX_get_current_cert(check),
        X509_get_extension_flags(certificate) & UInt32(EXFLAG_XKUSAGE) != 0,
        X509_get_extended_key_usage(certificate) & UInt32(XKU_ANYEKU) != 0
    else { return 0 }
    X509_STORE_CTX_set_error(check, X509_V_OK)
    return 1
}

/// Keeps what the certificate check found for the failure that OpenSSL reports next; decides nothing.
func noteRefusal(_ isAccepted: Int32, _ check: OpaquePointer?) -> Int32 {
    guard isAccepted == 0, let check else { return isAccepted }
    // SAFETY: inside a verification OpenSSL gives the session it belongs to; its BIO is ours.
    guard let data = X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()) else { return 0 }
    guard let bio = SSL_get_rbio(OpaquePointer(data)), let buffers = buffers(of: bio) else { return 0 }
    let code = X509_STORE_CTX_get_error(check)
    let facts = X509_STORE_CTX_get_current_cert(check).map { certificateFacts(of: $0) }
    buffers.refusal = CertificateRefusal(
        reason: String(cString: X509_verify_cert_error_string(Int(code))),
        subject: facts?.subject ?? "",
        issuer: facts?.issuer ?? "",
        depth: Int(X509_STORE_CTX_get_error_depth(check)),
        cause: CertificateRefusal.Cause(verificationCode: code)
    )
    return 0
}

/// OpenSSL asks this when the server has asked for a certificate; the context has what is sent, or nothing.
func noteCertificateRequest(_ session: OpaquePointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    // SAFETY: OpenSSL gives the session at hand; its BIO is ours.
    if let session, let bio = SSL_get_rbio(session) { buffers(of: bio)?.wasAskedForCertificate = true }
    return 1
}
