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
        verifyChain(from: leaf, through: intermediates, to: anchors) { check in
            X509_STORE_CTX_set_flags(check, UInt(X509_V_FLAG_PARTIAL_CHAIN))
            X509_STORE_CTX_set_time(check, 0, Int(now))
            X509_STORE_CTX_set_purpose(check, X509_PURPOSE_SSL_CLIENT)
            X509_STORE_CTX_set_verify_cb(check, allowsAnyUsage)
        }?.reason
    }
}
