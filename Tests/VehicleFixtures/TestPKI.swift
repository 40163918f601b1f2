package import OpenSSLTransport

/// An authority and a server for `localhost` and 127.0.0.1, made in memory.
package struct TestPKI {
    package let authority: CertificateIssuer
    package let serverIdentity: TLSIdentity

    /// - Parameter change: to the server's certificate, for one that is not as it should be.
    package init(
        algorithm: KeyAlgorithm = .ecdsaP256,
        commonName: String = "Tesla Motors Products CA",
        server change: (inout CertificateTemplate) -> Void = { _ in }
    ) throws {
        authority = try .makeRoot(commonName: commonName, algorithm: algorithm)
        var template = CertificateTemplate(role: .server, commonName: "localhost", days: 30)
        template.hosts = ["localhost", "127.0.0.1"]
        change(&template)
        let server = try authority.issue(template, algorithm: algorithm)
        serverIdentity = try TLSIdentity(
            chain: [server.certificate],
            key: server.key,
            chainPath: "server.pem",
            keyPath: "server.key"
        )
    }

    package var serverSettings: TLSServerSettings {
        TLSServerSettings(identity: serverIdentity, clientAuthorities: [authority.certificate])
    }

    package func serverContext() throws -> TLSServerContext { try TLSServerContext(serverSettings) }

    package func clientContext(vin: String) throws -> TLSClientContext {
        try clientContext(CertificateTemplate(role: .vehicle, commonName: vin, days: 30))
    }

    package func clientContext(_ template: CertificateTemplate) throws -> TLSClientContext {
        try TLSClientContext(authorities: [authority.certificate], identity: try vehicleIdentity(template))
    }

    package func vehicleIdentity(_ template: CertificateTemplate) throws -> TLSIdentity {
        let vehicle = try authority.issue(template)
        return try TLSIdentity(chain: [vehicle.certificate], key: vehicle.key, chainPath: "v.pem", keyPath: "v.key")
    }
}
