package import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
internal import Symptoms

/// What a file of certificates and keys, or a server, shows, in words: what each piece is, what it can be good for, how
/// the pieces hang together, and what is wrong.
package struct CredentialExplanation: Sendable {
    /// The path, or the server's host and port.
    package let source: String
    /// What is known of the whole: of a connection, or of the file.
    package let facts: [CredentialFact]
    package let pieces: [CredentialPiece]
    /// How the certificates follow each other; empty for fewer than two.
    package let order: String
    package let remarks: [CertificateRemark]

    package var hasProblem: Bool {
        (pieces.flatMap(\.remarks) + remarks).contains { $0.severity == .problem }
    }

    // MARK: Of a file

    /// - Parameters:
    ///   - path: of PEM, DER, or the JSON of a vehicle's configuration, whose `ca` is explained then.
    ///   - now: Unix seconds.
    /// - Throws: when nothing can be read of it.
    package static func ofFile(_ path: String, at now: Int64) throws(UnreadableCredentials) -> CredentialExplanation {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Files.read(path == "-" ? "/dev/stdin" : path, limitBytes: Credential.fileLimitBytes)
        } catch {
            throw UnreadableCredentials(CertificateError(path: path, reason: .unreadable(error)))
        }
        let isExposed = path != "-" && MachineEnvironment().isReadableByAll(path)
        return try of(bytes, source: path, isReadableByAll: isExposed, at: now)
    }

    /// - Parameter isReadableByAll: whether every user of the machine may read what the bytes came from.
    package static func of(
        _ bytes: [UInt8],
        source: String,
        isReadableByAll: Bool = false,
        at now: Int64
    ) throws(UnreadableCredentials) -> CredentialExplanation {
        if VehicleAuthorityFile.isJSONObject(bytes) || isCopiedText(bytes) {
            return try ofConfiguration(bytes, source: source, at: now)
        }
        let credentials: [Credential]
        do throws(CertificateError) {
            credentials = try Credential.readAll(bytes, from: source)
        } catch {
            throw UnreadableCredentials(error)
        }
        var remarks: [CertificateRemark] = []
        let holdsKey = credentials.contains { if case .privateKey = $0 { true } else { false } }
        if holdsKey, isReadableByAll {
            remarks.append(
                CertificateRemark(
                    .warning,
                    "every user of this machine may read \(source)",
                    reason: "Whoever has the key can pose as its owner.",
                    remedy: "chmod 0600 \(source)",
                    .keyReadableByAll
                )
            )
        }
        return CredentialExplanation(source, [], credentials, host: nil, remarks, now)
    }

    /// Whether somebody copied the string out of a JSON file: PEM on one line, with `\n` for line breaks.
    private static func isCopiedText(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes.prefix(100), as: UTF8.self)
        return text.contains("-----BEGIN CERTIFICATE-----\\n")
    }

    private static func ofConfiguration(
        _ bytes: [UInt8],
        source: String,
        at now: Int64
    ) throws(UnreadableCredentials) -> CredentialExplanation {
        do throws(AuthorityFinding) {
            let file = try VehicleAuthorityFile.read(bytes, path: source)
            var facts = [CredentialFact("content", "content", .text("\"ca\" of a vehicle's configuration"))]
            if let hostname = file.hostname { facts.append(CredentialFact("hostname", "hostname", .text(hostname))) }
            let credentials = file.authorities.certificates.map(Credential.certificate)
            return CredentialExplanation(source, facts, credentials, host: nil, [], now)
        } catch {
            throw UnreadableCredentials(finding: error, in: source)
        }
    }

    // MARK: Of a server

    /// - Parameters:
    ///   - host: as it was connected to; names are held against it.
    package static func ofServer(
        _ sighting: ServerSighting,
        host: String,
        port: UInt16,
        at now: Int64
    ) -> CredentialExplanation {
        let facts = [
            CredentialFact("protocol", "protocol", .text(sighting.protocolVersion)),
            CredentialFact("cipher", "cipher", .text(sighting.cipher)),
            CredentialFact(
                "asks_for_certificate",
                "asks for a vehicle's certificate",
                .truth(sighting.asksForCertificate)
            ),
            CredentialFact("acceptable_cas", "takes those of", .texts(sighting.acceptableAuthorities)),
        ]
        var remarks: [CertificateRemark] = []
        if !sighting.asksForCertificate {
            remarks.append(
                CertificateRemark(
                    .problem,
                    "the server asks for no certificate, so it cannot tell vehicles apart",
                    remedy: "connect to the receiver itself; what stands before it must pass TLS on unopened",
                    .clientCertificateNotRequested
                )
            )
        }
        let credentials = sighting.chain.map(Credential.certificate)
        let name = host.contains(":") ? "[\(host)]" : host
        return CredentialExplanation("\(name):\(port)", facts, credentials, host: host, remarks, now)
    }

    private init(
        _ source: String,
        _ facts: [CredentialFact],
        _ credentials: [Credential],
        host: String?,
        _ remarks: [CertificateRemark],
        _ now: Int64
    ) {
        let certificates = credentials.compactMap {
            if case .certificate(let certificate) = $0 { certificate } else { nil }
        }
        self.source = source
        self.facts = facts
        pieces = credentials.map { CredentialPiece($0, among: certificates, at: now) }
        order = Self.order(of: certificates)
        let keys = credentials.compactMap { if case .privateKey(let key) = $0 { key } else { nil } }
        self.remarks = remarks + Self.remarks(on: certificates, keys, host, in: source, now)
    }

    // MARK: The whole

    private static func order(of certificates: [Certificate]) -> String {
        guard certificates.count > 1, let last = certificates.last else { return "" }
        let gap = certificates.indices.dropLast().first { !certificates[$0].isIssued(by: certificates[$0 + 1]) }
        if let gap { return "certificate \(gap + 2) did not sign certificate \(gap + 1)" }
        let end = last.isSelfSigned ? "the last is the root" : "the root is not among them"
        return "each certificate is signed by the next, and \(end)"
    }

    private static func remarks(
        on certificates: [Certificate],
        _ keys: [PrivateKey],
        _ host: String?,
        in source: String,
        _ now: Int64
    ) -> [CertificateRemark] {
        guard let leaf = certificates.first(where: { !$0.isCertificateAuthority }) ?? certificates.first else {
            return []
        }
        var findings = ChainDiagnosis.findings(
            for: CertificateSummary.of(certificates),
            keyPosition: keys.lazy.compactMap { key in certificates.firstIndex(where: key.matches) }.first.map {
                $0 + 1
            },
            host: host,
            at: now
        )
        // What is wrong with a server's chain is wrong with that alone.
        let isServers = host != nil || CredentialRole.of(leaf) == [.serverCertificate]
        if !isServers { findings.removeAll { !$0.concernsAnyCertificate } }
        return findings.map { CertificateRemark($0, in: source) }
    }
}

/// Nothing could be read of a file: why, and what to do.
package struct UnreadableCredentials: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether it could not even be opened.
    package let isMissing: Bool

    init(_ error: CertificateError) {
        description = error.description
        if case .unreadable = error.reason { isMissing = true } else { isMissing = false }
    }

    init(finding: AuthorityFinding, in source: String) {
        description = "\(finding.problem(in: source)); \(finding.remedy)"
        isMissing = false
    }
}

extension ChainFinding {
    /// Whether it is about dates and strength, and not about a server.
    fileprivate var concernsAnyCertificate: Bool {
        switch self {
        case .expired, .notYetValid, .expiresSoon, .weakKey, .weakSignature: true
        case .leafNotFirst, .outOfOrder, .intermediateMissing, .notForServers, .namesNoHost, .hostNotCovered,
            .leafSelfSigned:
            false
        }
    }
}
