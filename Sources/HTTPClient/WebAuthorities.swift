internal import LinuxSystem
package import OpenSSLTransport

/// The authorities of this machine, whom web servers are verified against.
package enum WebAuthorities {
    /// Debian's place, then Red Hat's and Alpine's.
    private static let usualPlaces = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
    ]

    /// The PEM file that holds them, whether or not it is there.
    ///
    /// - Parameter environment: of the process; `SSL_CERT_FILE` names another file.
    package static func path(_ environment: [String: String]) -> String {
        if let named = environment["SSL_CERT_FILE"], !named.isEmpty { return named }
        return usualPlaces.first(where: Files.exists) ?? usualPlaces[0]
    }

    /// - Throws: ``CertificateError`` when the file is missing or no PEM.
    package static func read(_ environment: [String: String]) throws(CertificateError) -> [Certificate] {
        try Certificate.readAll(path: path(environment))
    }
}
