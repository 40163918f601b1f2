internal import ConfigurationSchema
internal import Diagnosis
internal import Symptoms

/// The server's certificate and key.
extension ConfigurationCheck {
    mutating func checkServerCertificate() {
        let path = configuration.tls.serverCert
        switch machine.certificates(at: path) {
        case .failed(let complaint):
            report(
                .certificate,
                at: "tls.server_cert",
                "\(path) \(complaint.problem)",
                reason: "Vehicles check this certificate before they connect.",
                remedy: complaint.remedy,
                symptom: complaint.symptom
            )
        case .chain(let chain):
            let findings = ChainDiagnosis.findings(
                for: chain,
                keyPosition: keyPosition,
                wholeChainPath: wholeChainPath(besides: path),
                expiryMarginSeconds: configuration.certificateWarningSeconds,
                at: machine.now
            )
            for finding in findings {
                report(
                    finding.code,
                    at: "tls.server_cert",
                    severity: finding.severity == .problem ? .error : .warning,
                    finding.problem(in: path),
                    reason: finding.reason,
                    remedy: finding.remedy,
                    symptom: finding.symptom
                )
            }
        }
    }

    /// Place of the certificate that the key belongs to; nil when there is none, or no readable key.
    private var keyPosition: Int? {
        switch machine.privateKey(
            at: configuration.tls.serverKey,
            matchesCertificateAt: configuration.tls.serverCert
        ) {
        case .matches: 1
        case .belongsTo(let position): position
        case .differs, .failed: nil
        }
    }

    /// certbot writes the leaf alone beside the whole chain, and people name the wrong one of the two.
    private func wholeChainPath(besides path: String) -> String? {
        let whole = (path.lastIndex(of: "/").map { String(path[...$0]) } ?? "") + "fullchain.pem"
        return whole != path && machine.exists(whole) ? whole : nil
    }

    /// A warning at most: what vehicles really hold nobody but they know, and the file may be behind.
    mutating func checkVehicleAuthorities() {
        guard let path = configuration.tls.vehicleAuthorityPath else { return }
        let findings = machine.vehicleAuthorityFindings(
            at: path,
            forChainAt: configuration.tls.serverCert,
            marginSeconds: configuration.certificateWarningSeconds
        )
        for finding in findings {
            report(
                .vehicleAuthority,
                at: "tls.vehicle_ca_file",
                severity: .warning,
                finding.problem(in: path),
                reason: finding.reason,
                remedy: finding.remedy,
                symptom: finding.symptom
            )
        }
    }

    mutating func checkPrivateKey() {
        let (path, certificatePath) = (configuration.tls.serverKey, configuration.tls.serverCert)
        let reason = "The server proves with it that the certificate is its own."
        switch machine.privateKey(at: path, matchesCertificateAt: certificatePath) {
        case .matches, .belongsTo:
            // The order of the certificates has a finding of its own.
            break
        case .differs:
            report(
                .keyMismatch,
                at: "tls.server_key",
                "\(path) is not the key of any certificate in \(certificatePath)",
                reason: reason,
                remedy: "name the key that the certificate was made with"
            )
        case .failed(let complaint):
            report(
                .privateKey,
                at: "tls.server_key",
                "\(path) \(complaint.problem)",
                reason: reason,
                remedy: complaint.remedy,
                symptom: complaint.symptom
            )
        }
        if machine.isReadableByAll(path) {
            report(
                .privateKey,
                at: "tls.server_key",
                severity: .warning,
                "every user of this machine may read \(path)",
                reason: "Whoever has the key can pose as this server.",
                remedy: "chmod 0600 \(path)",
                symptom: .keyReadableByAll
            )
        }
    }
}

extension ChainFinding {
    fileprivate var code: FindingCode {
        switch self {
        case .leafNotFirst, .outOfOrder, .intermediateMissing: .certificateOrder
        case .expired, .notYetValid, .expiresSoon: .certificateDate
        case .weakKey, .weakSignature: .certificateStrength
        case .notForServers, .namesNoHost, .hostNotCovered, .leafSelfSigned: .certificateUsage
        }
    }
}

extension ServerConfiguration {
    /// ``certificateWarningDays`` in seconds.
    var certificateWarningSeconds: Int64 { Int64(certificateWarningDays) * 86_400 }
}
