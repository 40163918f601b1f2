internal import ConfigurationSchema
internal import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
internal import ServerAssembly
internal import Symptoms

/// What files say: configuration, key, chain.
extension Examination {
    static let noConfiguration = "no --config"
    static let unusableConfiguration = "the configuration cannot be used"

    /// Why a step that needs the configuration is not taken; nil when there is one.
    var missingConfiguration: String? {
        if configuration != nil { return nil }
        return request.configurationPath == nil ? Self.noConfiguration : Self.unusableConfiguration
    }

    func vehicleFileResult() -> StepResult {
        var result = StepResult(.vehicleFile)
        guard let path = request.vehicleFilePath else { return .skipped(.vehicleFile, "not given") }
        guard let vehicleFile else {
            result.find(
                .problem,
                .configurationUnreadable,
                "\(path) cannot be read",
                remedy: "name the file with hostname, port and ca"
            )
            return result
        }
        result.findings = vehicleFile.findings
        if let hostname = vehicleFile.hostname { result.see("hostname \(hostname)") }
        if let port = vehicleFile.port { result.see("port \(port)") }
        if case .success(let text)? = authorityText {
            result.see("ca with \(counted(text.certificates.count, "certificate"))")
        }
        return result
    }

    func configurationResult() -> StepResult {
        guard let path = request.configurationPath else {
            return .skipped(.configuration, "no --config: only what can be seen from outside is judged")
        }
        var result = StepResult(.configuration)
        let own = configurationFindings.filter { Self.step(of: $0) == .configuration }
        result.findings = own.compactMap { DoctorFinding($0) }
        if let configuration {
            let records = configuration.records.keys.sorted().joined(separator: ", ")
            result.see("\(path): records \(records.isEmpty ? "none" : records)")
        }
        let notes = own.count - result.findings.count
        if notes > 0 { result.see("\(counted(notes, "more remark")) of config check") }
        return result
    }

    /// Which step tells a finding of `config check`.
    static func step(of finding: ConfigurationFinding) -> DoctorStep? {
        if finding.path.hasPrefix("spool") { return finding.isAboutMachine ? .spool : .configuration }
        if finding.code == .portUnusable { return .machine }
        switch finding.path {
        // Judged here with the host, and with the chain that is seen.
        case "tls.server_cert", "tls.server_key": return finding.isAboutMachine ? nil : .configuration
        case "tls", "tls.ca_file", "tls.tesla_ca_file":
            return finding.isAboutMachine || finding.code == .clientCAMissing ? nil : .configuration
        default: return .configuration
        }
    }

    func pairResult() -> StepResult {
        if let reason = missingConfiguration { return .skipped(.pair, reason) }
        guard let tls = configuration?.tls else { return .skipped(.pair, Self.unusableConfiguration) }
        var result = StepResult(.pair)
        if let complaint = fileComplaint {
            result.findings.append(
                DoctorFinding(
                    .problem,
                    complaint.symptom,
                    "\(tls.serverCert) \(complaint.reasonText)",
                    remedy: complaint.remedy
                )
            )
        }
        switch machine.privateKey(at: tls.serverKey, matchesCertificateAt: tls.serverCert) {
        case .matches, .belongsTo: if fileComplaint == nil { result.see("the key belongs to the certificate") }
        case .differs:
            result.find(
                .problem,
                .keyOfAnotherCertificate,
                "\(tls.serverKey) is not the key of any certificate in \(tls.serverCert)",
                remedy: "name the key that the certificate was made with"
            )
        case .failed(let complaint):
            result.find(
                .problem,
                complaint.symptom ?? .keyUnreadable,
                "\(tls.serverKey) \(complaint.problem)",
                remedy: complaint.remedy
            )
        }
        if machine.isReadableByAll(tls.serverKey) {
            result.find(
                .warning,
                .keyReadableByAll,
                "every user of this machine may read \(tls.serverKey)",
                remedy: "chmod 0600 \(tls.serverKey)"
            )
        }
        return result
    }

    // MARK: The chain

    private var keyPosition: Int? {
        guard let tls = configuration?.tls, !fileChain.isEmpty else { return nil }
        switch machine.privateKey(at: tls.serverKey, matchesCertificateAt: tls.serverCert) {
        case .matches: return 1
        case .belongsTo(let position): return position
        case .differs, .failed: return nil
        }
    }

    /// Everything that the one judge of chains says of this one, and what to call it.
    private var judged: (findings: [ChainFinding], place: String, leaf: CertificateSummary)? {
        guard let chain, !chain.certificates.isEmpty else { return nil }
        let path = configuration?.tls.serverCert ?? ""
        let whole = (path.lastIndex(of: "/").map { String(path[...$0]) } ?? "") + "fullchain.pem"
        let summaries = CertificateSummary.of(chain.certificates)
        let position = keyPosition
        let findings = ChainDiagnosis.findings(
            for: summaries,
            keyPosition: position,
            host: target.flatMap { $0.isLocalDefault ? nil : $0.host },
            wholeChainPath: !path.isEmpty && whole != path && Files.exists(whole) ? whole : nil,
            at: environment.now()
        )
        return (findings, chain.place, summaries[(position ?? 1) - 1])
    }

    private func chainStep(
        _ step: DoctorStep,
        _ isMeant: (ChainFinding) -> Bool,
        _ describe: (CertificateSummary, inout StepResult) -> Void
    ) -> StepResult {
        guard let judged else { return .skipped(step, noChain) }
        var result = StepResult(step)
        result.findings = judged.findings.filter(isMeant).map { DoctorFinding($0, in: judged.place) }
        describe(judged.leaf, &result)
        return result
    }

    private var noChain: String {
        if fileComplaint != nil { return "the certificate cannot be read" }
        if request.configurationPath != nil { return Self.unusableConfiguration }
        return "no certificate was seen"
    }

    func chainResult() -> StepResult {
        chainStep(.chain) { finding in
            switch finding {
            case .leafNotFirst, .outOfOrder, .intermediateMissing, .leafSelfSigned: true
            default: false
            }
        } _: { leaf, result in
            let count = chain?.certificates.count ?? 0
            result.see("\(counted(count, "certificate")), issued by \(leaf.issuer)")
        }
    }

    func namesResult() -> StepResult {
        guard let target, !target.isLocalDefault else {
            return chain == nil ? .skipped(.names, noChain) : namesOnly()
        }
        return chainStep(.names) { finding in
            switch finding {
            case .namesNoHost, .hostNotCovered: true
            default: false
            }
        } _: { leaf, result in
            if leaf.covers(target.host) { result.see("it covers \(target.host)") }
        }
    }

    /// Nobody said what vehicles connect to.
    private func namesOnly() -> StepResult {
        var result = chainStep(.names) {
            $0 == .namesNoHost
        } _: { leaf, result in
            result.see("it names \(leaf.hosts.prefix(5).joined(separator: ", ")); give --host to compare")
        }
        if !result.findings.isEmpty { result.evidence = [] }
        return result
    }

    func datesResult() -> StepResult {
        chainStep(.dates) { finding in
            switch finding {
            case .expired, .notYetValid, .expiresSoon: true
            default: false
            }
        } _: { leaf, result in
            let days = (leaf.validity.upperBound - environment.now()) / 86_400
            if days >= 0, environment.now() >= leaf.validity.lowerBound { result.see("valid for \(days) more days") }
        }
    }

    func strengthResult() -> StepResult {
        chainStep(.strength) { finding in
            switch finding {
            case .weakKey, .weakSignature, .notForServers: true
            default: false
            }
        } _: { leaf, result in
            result.see("\(leaf.key), signed with \(leaf.signatureAlgorithm)")
        }
    }
}
