package import OpenSSLTransport
internal import Receiving
package import TelemetryModel

/// What something can be good for here.
package enum CredentialRole: Sendable, Hashable {
    case serverCertificate
    /// An authority that vehicles can be given as `ca`.
    case authorityForVehicles
    /// One of Tesla's, by its fingerprint; the last day as Tesla's bundle has it.
    case authorityOfTesla(bundle: TeslaBundle)
    case vehicleCertificate(DeviceIdentity)
    case serverKey
    /// For signing vehicle configurations, and for the public half at the well-known place.
    case applicationKey
    case applicationPublicKey

    /// As JSON has it.
    package var name: String {
        switch self {
        case .serverCertificate: "server_certificate"
        case .authorityForVehicles: "vehicle_ca"
        case .authorityOfTesla: "tesla_ca"
        case .vehicleCertificate: "vehicle_certificate"
        case .serverKey: "server_key"
        case .applicationKey: "application_key"
        case .applicationPublicKey: "application_public_key"
        }
    }

    /// What it can be, and where it goes then.
    package var words: String {
        switch self {
        case .serverCertificate: "this server's certificate: \"tls\": {\"server_cert\": FILE}"
        case .authorityForVehicles: "the CA that vehicles are given: \"ca\" in their fleet_telemetry_config"
        case .authorityOfTesla(let bundle):
            "one of Tesla's vehicle CAs (\(bundle.rawValue)), by its fingerprint: \"tls\": {\"tesla_ca_file\": FILE}"
        case .vehicleCertificate(let identity):
            "the certificate of VIN \(identity.vin.text), as \(identity.deviceType), if a trusted CA signed it"
        case .serverKey: "the key of the server's certificate: \"tls\": {\"server_key\": FILE}"
        case .applicationKey:
            "the key that signs vehicle configurations, if its public half is the one that is published"
        case .applicationPublicKey:
            "the application's public key, to be published at /.well-known/appspecific/com.tesla.3p.public-key.pem"
        }
    }

    /// What a certificate can be, by what it says of itself.
    static func of(_ certificate: Certificate) -> [CredentialRole] {
        if certificate.isCertificateAuthority {
            let fingerprint = certificate.sha256
            let bundle = TeslaBundle.allCases.first { bundle in
                TeslaPins.pins(of: bundle).contains { $0.sha256 == fingerprint }
            }
            return [bundle.map(CredentialRole.authorityOfTesla) ?? .authorityForVehicles]
        }
        let usages = certificate.extendedKeyUsages
        // A certificate without usages may do anything, and a vehicle's always has some.
        let isForClients = usages.contains { $0 != CertificateTemplate.serverAuthentication }
        if isForClients, case .success(let identity) = DeviceIdentityRules().identify(certificate.facts) {
            return [.vehicleCertificate(identity)]
        }
        let namesHosts = !certificate.dnsNames.isEmpty || !certificate.ipAddresses.isEmpty
        return certificate.isForServers && namesHosts ? [.serverCertificate] : []
    }

    static func of(_ key: PrivateKey) -> [CredentialRole] {
        switch key.kind {
        case .ellipticCurve("P-256", _): [.serverKey, .applicationKey]
        case .rsa, .ellipticCurve: key.kind.isWeak ? [] : [.serverKey]
        case .other, .unreadable: []
        }
    }
}
