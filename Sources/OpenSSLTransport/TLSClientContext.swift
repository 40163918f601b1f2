internal import COpenSSL

/// A simulated vehicle's side: its certificate and whom it trusts.
package final class TLSClientContext {
    // SAFETY: owned; made in init, freed in deinit, never handed out of this module.
    let pointer: OpaquePointer

    /// - Parameters:
    ///   - authorities: what anchors the server's certificate; nil accepts any server (for diagnosis only).
    ///   - identity: the vehicle's certificate; nil presents none.
    package init(authorities: [Certificate]?, identity: TLSIdentity?) throws(TLSContextError) {
        // SAFETY: the method is static; SSL_CTX_new returns nil only when memory is out.
        guard let pointer = SSL_CTX_new(TLS_client_method()) else { fatalError("out of memory") }
        self.pointer = pointer
        useHouseDefaults(pointer)
        _ = fleet_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        SSL_CTX_set_cert_cb(pointer, noteCertificateRequest, nil)
        if let identity { try use(identity, in: pointer) }
        guard let authorities else {
            SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
            return
        }
        trust(authorities, in: pointer)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, noteRefusal)
    }

    /// Limits the protocol versions that are offered, e.g. to try out a server. 12 is TLS 1.2, 13 is TLS 1.3.
    package func limitVersions(_ versions: ClosedRange<Int>) {
        _ = fleet_SSL_CTX_set_min_proto_version(pointer, versions.lowerBound <= 12 ? TLS1_2_VERSION : TLS1_3_VERSION)
        _ = fleet_SSL_CTX_set_max_proto_version(pointer, versions.upperBound <= 12 ? TLS1_2_VERSION : TLS1_3_VERSION)
    }

    deinit {
        // SAFETY: freed once; sessions hold their own references inside OpenSSL.
        SSL_CTX_free(pointer)
    }
}

@available(*, unavailable)
extension TLSClientContext: Sendable {}
