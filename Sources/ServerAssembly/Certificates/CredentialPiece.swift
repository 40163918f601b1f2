internal import Diagnosis
internal import OpenSSLTransport
internal import Symptoms
internal import TelemetryModel

/// One piece of a file of certificates and keys, explained.
package struct CredentialPiece: Sendable {
    /// What it is, in a word or two.
    package let kind: String
    package let facts: [CredentialFact]
    package let roles: [CredentialRole]
    /// What is wrong with it by itself.
    package let remarks: [CertificateRemark]

    /// - Parameters:
    ///   - certificates: of the same file, for keys that belong to one of them.
    ///   - now: Unix seconds.
    init(_ credential: Credential, among certificates: [Certificate], at now: Int64) {
        switch credential {
        case .certificate(let certificate): self.init(certificate, at: now)
        case .request(let request): self.init(request)
        case .privateKey(let key): self.init(key, among: certificates)
        case .publicKey(let key): self.init(key)
        case .encryptedKey:
            self.init(
                kind: "encrypted private key",
                CertificateRemark(
                    .problem,
                    "the private key is encrypted",
                    reason: "A server that starts by itself has nobody to ask for the passphrase.",
                    remedy: "write an unencrypted copy with mode 0600: openssl pkey -in FILE -out FILE.plain",
                    .keyEncrypted
                )
            )
        case .other(let label): self.init(kind: label, remarks: Self.remedies[label].map { [$0] } ?? [])
        case .damaged(let label, let line, let detail):
            self.init(
                kind: "damaged \(label)",
                CertificateRemark(
                    .problem,
                    "the \(label) that begins on line \(line) is damaged (\(detail))",
                    remedy: "copy it again from where it was made",
                    .certificateFileUnusable
                )
            )
        }
    }

    private init(
        kind: String,
        facts: [CredentialFact] = [],
        roles: [CredentialRole] = [],
        remarks: [CertificateRemark] = []
    ) {
        self.kind = kind
        self.facts = facts
        self.roles = roles
        self.remarks = remarks
    }

    private init(kind: String, _ remark: CertificateRemark) {
        self.init(kind: kind, remarks: [remark])
    }

    // MARK: Certificates

    private init(_ certificate: Certificate, at now: Int64) {
        let roles = CredentialRole.of(certificate)
        var facts = [
            CredentialFact("subject", "subject", .text(certificate.subject)),
            CredentialFact("issuer", "", .text(certificate.issuer)),
            CredentialFact("issued_by", "issued by", .text(certificate.isSelfSigned ? "itself" : certificate.issuer)),
        ]
        facts += CertificateValidity(of: certificate, at: now).facts
        facts += [
            CredentialFact("hosts", "names", .texts(certificate.dnsNames + certificate.ipAddresses)),
            CredentialFact("key", "key", .text("\(certificate.key)")),
            CredentialFact("signature", "signed with", .text(certificate.signatureAlgorithm)),
            CredentialFact("ca", "may issue", .truth(certificate.isCertificateAuthority)),
            CredentialFact("key_usages", "key usage", .texts(certificate.keyUsages)),
            CredentialFact("usages", "usage", .texts(certificate.extendedKeyUsages.map(Self.usageName))),
        ]
        for case .vehicleCertificate(let identity) in roles {
            facts += [
                CredentialFact("vin", "", .text(identity.vin.text)),
                CredentialFact("device_type", "", .text(identity.deviceType)),
            ]
        }
        facts += [
            CredentialFact("serial", "serial", .text(certificate.serial)),
            CredentialFact("sha256", "SHA-256", .text(certificate.sha256)),
        ]
        if case .authorityForVehicles? = roles.first {
            facts.append(CredentialFact("pem", "", .text(String(decoding: certificate.pem, as: UTF8.self))))
        }
        self.init(kind: "certificate", facts: facts, roles: roles, remarks: Self.forgeries(certificate, roles))
    }

    /// An authority of Tesla's name and another fingerprint.
    private static func forgeries(_ certificate: Certificate, _ roles: [CredentialRole]) -> [CertificateRemark] {
        guard roles == [.authorityForVehicles] else { return [] }
        let subject = certificate.subject
        let pins = TeslaBundle.allCases.flatMap(TeslaPins.pins)
        let name = certificate.subjectCommonName
        guard pins.contains(where: { $0.subject == subject || $0.subject.hasSuffix("CN=\(name)") }) else { return [] }
        return [
            CertificateRemark(
                .warning,
                "it has the name of a CA of Tesla's, \(name), and none of Tesla's fingerprints",
                reason: "It was made by 'certs demo', is forged, or is newer than this program.",
                remedy: "trust it for tests only; get Tesla's own with 'certs fetch-ca'",
                .bundleNotPinned
            )
        ]
    }

    private static func usageName(_ identifier: String) -> String {
        usageNames[identifier].map { "\($0) (\(identifier))" } ?? identifier
    }

    private static let usageNames = [
        "1.3.6.1.5.5.7.3.1": "serverAuth", "1.3.6.1.5.5.7.3.2": "clientAuth", "2.5.29.37.0": "any",
        "1.3.6.1.5.5.7.3.3": "codeSigning", "1.3.6.1.5.5.7.3.4": "emailProtection", "1.3.6.1.5.5.7.3.8": "timeStamping",
        "1.3.6.1.5.5.7.3.9": "OCSPSigning",
    ]

    private init(_ request: CertificateRequest) {
        var remarks: [CertificateRemark] = []
        if !request.isSignedByItsKey {
            remarks.append(
                CertificateRemark(
                    .problem,
                    "the request is not signed with the key that it names",
                    remedy: "make it again, with the key at hand",
                    .certificateFileUnusable
                )
            )
        }
        self.init(
            kind: "certificate request",
            facts: [
                CredentialFact("subject", "subject", .text(request.subject)),
                CredentialFact("hosts", "names", .texts(request.hosts)),
                CredentialFact("key", "key", .text("\(request.key)")),
                CredentialFact("purpose", "purpose", .text("an authority makes a certificate of it; it is none yet")),
                CredentialFact("public_key_sha256", "key SHA-256", .text(request.publicKeySHA256)),
            ],
            remarks: remarks + Self.weakness(request.key)
        )
    }

    // MARK: Keys

    private init(_ key: PrivateKey, among certificates: [Certificate]) {
        var facts = [
            CredentialFact("key", "key", .text("\(key.kind)")),
            CredentialFact("public_key_sha256", "key SHA-256", .text(key.publicKeySHA256)),
        ]
        if let position = certificates.firstIndex(where: key.matches) {
            facts.append(CredentialFact("belongs_to", "belongs to", .text("certificate \(position + 1) of this file")))
        }
        let roles = CredentialRole.of(key)
        self.init(
            kind: "private key",
            facts: facts,
            roles: roles,
            remarks: Self.weakness(key.kind) + Self.type(key.kind)
        )
    }

    private init(_ key: PublicKey) {
        let isRight = if case .ellipticCurve("P-256", _) = key.kind { true } else { false }
        let remark = CertificateRemark(
            .problem,
            "a public key of the type \(key.kind) is none that vehicles take",
            reason: "An application's key must be on P-256 (prime256v1).",
            remedy: "make one: openssl ecparam -name prime256v1 -genkey -noout -out private.pem",
            .wrongCurve
        )
        self.init(
            kind: "public key",
            facts: [
                CredentialFact("key", "key", .text("\(key.kind)")),
                CredentialFact("public_key_sha256", "key SHA-256", .text(key.sha256)),
            ],
            roles: isRight ? [.applicationPublicKey] : [],
            remarks: isRight ? [] : [remark]
        )
    }

    private static func weakness(_ kind: KeyKind) -> [CertificateRemark] {
        guard kind.isWeak else { return [] }
        return [
            CertificateRemark(
                .problem,
                "the key is too weak (\(kind))",
                remedy: "use a key on P-256, or RSA with 2048 bits or more",
                .keyTooWeak
            )
        ]
    }

    private static func type(_ kind: KeyKind) -> [CertificateRemark] {
        guard case .other(let name, _) = kind else { return [] }
        return [
            CertificateRemark(
                .problem,
                "a server cannot use a key of the type \(name)",
                remedy: "use a key on P-256, or RSA with 2048 bits or more",
                .keyUnreadable
            )
        ]
    }

    /// What people have instead of PEM certificates, and how to get those out of it.
    private static let remedies = [
        "PKCS 12": "openssl pkcs12 -in FILE -nodes -out FILE.pem",
        "PKCS 7": "openssl pkcs7 -inform der -in FILE -print_certs -out FILE.pem",
        "PKCS7": "openssl pkcs7 -in FILE -print_certs -out FILE.pem",
        "CMS": "openssl pkcs7 -in FILE -print_certs -out FILE.pem",
    ].mapValues { command in
        CertificateRemark(
            .problem,
            "it holds certificates in a form that servers do not take",
            remedy: "write them as PEM: \(command)",
            .certificateFileUnusable
        )
    }
}
