internal import ConfigurationSchema
internal import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
internal import Receiving
internal import ServerAssembly
internal import Symptoms
internal import TelemetryModel
internal import TextCodec
internal import VehicleSimulation

/// Whom vehicles believe, and whom the server believes.
extension Examination {
    func authoritiesResult() -> StepResult {
        guard let authorityText else { return .skipped(.authorities, authoritiesAdvice) }
        var result = StepResult(.authorities)
        let text: AuthorityText
        switch authorityText {
        case .failure(let finding):
            result.findings = [DoctorFinding(finding, in: authorityPlace)]
            return result
        case .success(let read): text = read
        }
        guard let leaf = sentChain.first else {
            let count = counted(text.certificates.count, "certificate")
            return .skipped(.authorities, "\(count), and no server's certificate to hold them against")
        }
        // A proxy's certificate has nothing to do with ours; the step about the leaf tells it.
        let diagnosis = AuthorityDiagnosis(
            authorities: text.certificates,
            leaf: leaf,
            sent: Array(sentChain.dropFirst()),
            at: environment.now()
        )
        result.findings = diagnosis.findings.map { DoctorFinding($0, in: authorityPlace) }
        switch diagnosis.anchoring {
        case .full: result.see("it leads to the server's certificate by itself (full chain)")
        case .withSentChain: result.see("it leads there with what the server sends (root only)")
        case .partial: result.see("it leads there without a root (partial chain)")
        case .none: break
        }
        return result
    }

    /// What to give, where nobody said what was given.
    private var authoritiesAdvice: String {
        let advice = "give --ca FILE (or tls.vehicle_ca_file) with the text that vehicles were sent"
        guard let top = sentChain.last else { return advice }
        return "\(advice); it must hold the chain up to \(top.isSelfSigned ? top.subject : top.issuer)"
    }

    // MARK: Tesla's bundle

    func bundleResult() -> StepResult {
        if let reason = missingConfiguration { return .skipped(.bundle, reason) }
        guard let configuration else { return .skipped(.bundle, Self.unusableConfiguration) }
        var result = StepResult(.bundle)
        let files = clientAuthorityFiles
        guard !files.isEmpty else {
            result.find(
                .problem,
                .clientAuthoritiesMissing,
                "no client CA: neither tls.tesla_ca_file nor tls.ca_file is set, and no bundle was found",
                remedy: "fleet-telemetry certs fetch-ca --out /etc/fleet-telemetry/\(configuration.teslaCAFileName)"
            )
            return result
        }
        var hasTesla = false
        for file in files {
            do throws(CertificateError) {
                let certificates = try Certificate.readAll(path: file.path)
                if judge(certificates, of: file, &result) { hasTesla = true }
            } catch {
                result.find(.problem, error.symptom, "\(file.path) \(error.reasonText)", remedy: error.remedy)
            }
        }
        if !hasTesla, result.verdict != .problem {
            result.find(
                .warning,
                .bundleNotOfTesla,
                "no CA of Tesla's is trusted: real vehicles are refused",
                remedy: "fleet-telemetry certs fetch-ca --out FILE, and name it as tls.tesla_ca_file"
            )
        }
        return result
    }

    /// - Returns: whether one of Tesla's is among them.
    private func judge(_ certificates: [Certificate], of file: ClientCAFile, _ result: inout StepResult) -> Bool {
        let bundle: TeslaBundle = configuration?.useDefaultEngCA == true ? .engineering : .production
        let verdict =
            environment.pins.map { TeslaPins.verify(certificates, pins: $0, name: bundle.rawValue) }
            ?? TeslaPins.verify(certificates, as: bundle)
        result.see("\(file.path): \(counted(certificates.count, "certificate")), \(verdict.accepted.count) of Tesla's")
        if file.setting == "tls.tesla_ca_file" {
            if let foreign = verdict.refused.first {
                result.find(
                    .warning,
                    .bundleNotPinned,
                    "\(file.path): \(foreign.reason)",
                    remedy: "get the bundle with fleet-telemetry certs fetch-ca; a CA of your own goes into tls.ca_file"
                )
            } else if let missing = verdict.missing.first {
                result.find(
                    .warning,
                    .bundleIncomplete,
                    "\(file.path) lacks \(verdict.missing.count) of Tesla's CA certificates, e.g. \(missing.subject)",
                    remedy: "fleet-telemetry certs fetch-ca --out \(file.path)"
                )
            }
        }
        judgeDates(of: certificates, pinned: verdict.accepted.map(\.certificate), file, &result)
        return !verdict.accepted.isEmpty
    }

    private func judgeDates(
        of certificates: [Certificate],
        pinned: [Certificate],
        _ file: ClientCAFile,
        _ result: inout StepResult
    ) {
        let now = environment.now()
        let expired = certificates.filter { $0.notAfter < now }
        guard let first = expired.first else { return }
        let isAll = expired.count == certificates.count
        let fingerprints = Set(pinned.map(\.sha256))
        // Tesla's own bundle holds one that has expired, which harms nobody.
        guard isAll || expired.contains(where: { !fingerprints.contains($0.sha256) }) else {
            result.see("\(expired.count) of Tesla's has expired, as it comes from Tesla")
            return
        }
        result.find(
            isAll ? .problem : .warning,
            .bundleEntryExpired,
            "\(isAll ? "all" : "\(expired.count) of") \(certificates.count) certificates in \(file.path) have expired, "
                + "the first is \(first.subject) (\(UTCDay(first.notAfter)))",
            remedy: "get the present ones; vehicles that they signed are refused"
        )
    }

    // MARK: Who gets in

    func admissionResult() -> StepResult {
        if let reason = missingConfiguration { return .skipped(.admission, reason) }
        guard let configuration else { return .skipped(.admission, Self.unusableConfiguration) }
        var result = StepResult(.admission)
        let lists = try? configuration.vehicles.lists()
        if let lists {
            let allowed = lists.allowed.map { "\($0.count) allowed" } ?? "every VIN allowed"
            result.see("\(allowed), \(lists.denied.count) denied")
        }
        var vins = request.vin.map { [$0] } ?? []
        if isVehicleNamed, let vehicle {
            vins.append(vehicle.vin)
            judgeCertificate(of: vehicle.identity.chain, &result)
        } else if isVehicleNamed {
            result.see("no vehicle's certificate was found in \(request.certificatesPath ?? "")")
        }
        for vin in Set(vins).sorted() {
            guard let refusal = lists?.refusal(of: VIN(vin)) else { continue }
            result.find(.problem, refusal.symptom, "\(vin): \(refusal.reason)", remedy: Self.remedy(for: refusal))
        }
        return result
    }

    private static func remedy(for refusal: VehicleRefusal) -> String {
        switch refusal {
        case .denied: "remove it from the list, if it shall come"
        case .notAllowed: "add it to the list, which is taken over without a restart"
        }
    }

    /// The server's own rules, applied here, so that the reason is known whatever the server answers.
    private func judgeCertificate(of chain: [Certificate], _ result: inout StepResult) {
        guard let leaf = chain.first else { return }
        if let reason = clientTrust?.refusal(
            of: leaf,
            intermediates: Array(chain.dropFirst()),
            at: environment.now()
        ) {
            let isPurpose = reason.contains("purpose")
            result.find(
                .problem,
                isPurpose ? .clientCertificateWithoutClientUsage : .clientCertificateRefused,
                "the certificate of \(leaf.subject) is refused: \(reason) (issuer \(leaf.issuer))",
                remedy: isPurpose
                    ? "have it issued with the extended key usage clientAuth"
                    : "name its CA in tls.ca_file, if it is a vehicle of yours"
            )
            return
        }
        guard case .failure(let refusal) = DeviceIdentityRules().identify(leaf.facts) else { return }
        result.find(
            .problem,
            refusal.symptom,
            refusal.description,
            remedy: "use a certificate that one of Tesla's issuing CAs, or a demo CA of that name, made for a vehicle"
        )
    }
}
