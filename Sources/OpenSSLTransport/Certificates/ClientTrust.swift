internal import COpenSSL

/// The authorities whose clients are let in: every certificate of the bundles, root or intermediate.
package struct ClientTrust: Sendable {
    /// Without repetitions, in the order of the files.
    package let anchors: [Certificate]
    /// Which file each anchor came from, in the same order.
    package let origins: [String]

    package init(anchors: [Certificate], origin: String = "memory") {
        self.init(anchors.map { ($0, origin) })
    }

    private init(_ found: [(certificate: Certificate, origin: String)]) {
        var seen: Set<String> = []
        let distinct = found.filter { seen.insert($0.certificate.sha256).inserted }
        anchors = distinct.map(\.certificate)
        origins = distinct.map(\.origin)
    }

    /// Reads the bundles.
    ///
    /// - Throws: for the first file that cannot be read, holds no certificate, or holds a damaged one.
    package static func load(paths: [String]) throws(CertificateError) -> ClientTrust {
        var found: [(certificate: Certificate, origin: String)] = []
        for path in paths {
            for certificate in try Certificate.readAll(path: path) { found.append((certificate, path)) }
        }
        return ClientTrust(found)
    }

    /// Anchors that have expired: they stay trusted for nothing, and only lengthen the list.
    package func expired(at now: Int64) -> [Certificate] { anchors.filter { $0.notAfter < now } }

    /// Why a client's certificate is not accepted, in OpenSSL's words; nil when it is.
    ///
    /// The same rules as in a handshake: an anchor ends the chain wherever it stands, and the leaf must allow
    /// client authentication or any usage, or say nothing of its usage.
    ///
    /// - Parameters:
    ///   - intermediates: what the client sends along.
    ///   - now: Unix seconds.
    package func refusal(of leaf: Certificate, intermediates: [Certificate] = [], at now: Int64) -> String? {
        defer { ERR_clear_error() }
        guard !anchors.isEmpty else { return "no trusted authority" }
        // SAFETY: store, stack and check are ours and freed here. The stack only lends the intermediates, which the
        // caller keeps until this returns.
        guard let store = X509_STORE_new(), let check = X509_STORE_CTX_new(), let others = fleet_sk_X509_new() else {
            return "out of memory"
        }
        defer {
            X509_STORE_CTX_free(check)
            fleet_sk_X509_free(others)
            X509_STORE_free(store)
        }
        for anchor in anchors { X509_STORE_add_cert(store, anchor.pointer) }
        for certificate in intermediates { _ = fleet_sk_X509_push(others, certificate.pointer) }
        guard X509_STORE_CTX_init(check, store, leaf.pointer, others) == 1 else { return takeOpenSSLReason() }
        X509_STORE_CTX_set_flags(check, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        X509_STORE_CTX_set_time(check, 0, Int(now))
        X509_STORE_CTX_set_purpose(check, X509_PURPOSE_SSL_CLIENT)
        X509_STORE_CTX_set_verify_cb(check, allowsAnyUsage)
        guard X509_verify_cert(check) != 1 else { return nil }
        let code = X509_STORE_CTX_get_error(check)
        // SAFETY: the text is a constant of the library.
        return X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
    }
}
