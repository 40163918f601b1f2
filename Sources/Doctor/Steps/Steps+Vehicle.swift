internal import Diagnosis
internal import OpenSSLTransport
internal import ServerAssembly
internal import Symptoms
internal import VehicleSimulation

/// What a vehicle does: WebSocket, record, ack.
extension Examination {
    /// Both steps are one conversation; the second tells of the record.
    func converse() -> Result<VehicleDialogue.Outcome, StepSkip> {
        guard let target, let address = reachedAddress, case .tls(let facts)? = look else {
            return .failure(StepSkip(reason: "no TLS connection"))
        }
        if !facts.asksForCertificate { return .failure(StepSkip(reason: "no client certificate is asked for")) }
        if isOurLeafSeen == false { return .failure(StepSkip(reason: "it is not our server that answers")) }
        guard let vehicle else {
            return .failure(
                StepSkip(
                    reason: isVehicleNamed
                        ? "no vehicle's certificate in \(request.certificatesPath ?? "")"
                        : "no demo vehicle that the server trusts (--certs DIR names one); "
                            + "a real one must go on from here"
                )
            )
        }
        let takesVehicleData = configuration.map { $0.records["V"] != nil } ?? true
        environment.progress("connecting as vehicle \(vehicle.vin)")
        return .success(
            VehicleDialogue(
                probe: probe,
                address: address,
                port: target.port,
                serverName: target.serverName,
                vehicle: vehicle
            ).run(sendsRecord: takesVehicleData)
        )
    }

    struct StepSkip: Error {
        let reason: String
    }

    /// - Returns: the results of both steps.
    private func vehicleResults() -> (webSocket: StepResult, record: StepResult) {
        let outcome: VehicleDialogue.Outcome
        switch dialogue {
        case .failure(let skip): return (.skipped(.webSocket, skip.reason), .skipped(.record, skip.reason))
        case .success(let found): outcome = found
        }
        var result = StepResult(.webSocket)
        result.see("as vehicle \(vehicle?.vin ?? "")")
        let skipped = StepResult.skipped(.record, "no WebSocket")
        switch outcome {
        case .noConnection:
            result.find(.problem, .unreachable, "no second connection could be made", remedy: "try again")
        case .refusedTLS(let failure): judge(failure, &result)
        case .refusedRequest(let answer): judge(answer, &result)
        case .noAnswer:
            result.find(
                .problem,
                .upgradeRefused,
                "the server ended the connection instead of answering the upgrade",
                remedy: "see its log; a proxy in front that speaks HTTP must be taken away"
            )
        case .badUpgrade(let reason):
            result.find(
                .problem,
                .upgradeRefused,
                "the answer to the upgrade is wrong: \(reason)",
                remedy: "pass TCP through; a proxy in front changes the answer"
            )
        case .open(let record):
            result.see("upgraded")
            return (result, recordResult(record))
        }
        return (result, skipped)
    }

    private func recordResult(_ outcome: VehicleDialogue.RecordOutcome?) -> StepResult {
        guard let outcome else { return .skipped(.record, "records of type V go nowhere in this configuration") }
        var result = StepResult(.record)
        switch outcome {
        case .acknowledged(let milliseconds): result.see("acknowledged after \(milliseconds) ms")
        case .refused:
            result.find(
                .problem,
                .recordUnreadable,
                "the server answered the record with an error",
                remedy: "see its log: unexpected_record says why"
            )
        case .ended:
            result.find(
                .problem,
                .recordNotAcknowledged,
                "the server ended the connection instead of acknowledging the record",
                remedy: "see its log; Tesla's server does this with certificates that prove no vehicle"
            )
        case .noAck:
            result.find(
                .problem,
                .recordNotAcknowledged,
                "the record got no ack within \(environment.timeoutMilliseconds / 1000) s",
                remedy: "look at the dispatchers of record type V; /readyz on the status port says what holds acks back"
            )
        }
        return result
    }

    func webSocketResult() -> StepResult { vehicleResults().webSocket }

    func recordResult() -> StepResult { vehicleResults().record }

    private func judge(_ failure: TLSFailure, _ result: inout StepResult) {
        let usages = vehicle?.identity.chain.first?.extendedKeyUsages ?? []
        let lacksUsage = !usages.isEmpty && !usages.contains(CertificateTemplate.clientAuthentication)
        result.find(
            .problem,
            lacksUsage ? .clientCertificateWithoutClientUsage : .clientCertificateRefused,
            "the server refuses the certificate of \(vehicle?.vin ?? "the vehicle") (\(failure.words))",
            remedy: lacksUsage
                ? "have it issued with the extended key usage clientAuth"
                : "let the server trust its CA (tls.ca_file, tls.tesla_ca_file)"
        )
    }

    /// Refusals say why in words that the table of symptoms knows.
    private func judge(_ answer: Probe.WebAnswer, _ result: inout StepResult) {
        let told = SymptomSearch().matches(for: answer.body).first?.symptom.code
        let symptom: SymptomCode =
            switch answer.status {
            case 403: told ?? .clientCertificateRefused
            case 404: .pathNotFound
            case 502, 503, 504: .gatewayAnswer
            default: .upgradeRefused
            }
        let words = answer.body.prefix(300)
        result.find(
            .problem,
            symptom,
            "the upgrade is refused: \(answer.words)" + (words.isEmpty ? "" : ", \"\(words)\""),
            remedy: SymptomTable[symptom].remedy
        )
    }
}
