internal import Diagnosis
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import Symptoms
internal import Synchronization

/// Watches the server's certificate for two things that end a fleet's connections on a day that nobody expects: that it
/// ends, and that its successor is none that the vehicles were told to believe.
final class CertificateWatch: Sendable {
    private let log: Log
    private let metrics: MetricRegistry
    /// What was last said.
    private struct Said: Equatable {
        var certificate = ""
        var remarks: [CertificateRemark] = []
        var warningDays = 0
    }

    private let said = Mutex(Said())

    init(log: Log, metrics: MetricRegistry) {
        self.log = log
        self.metrics = metrics
    }

    /// What vehicles would object to, one line each, as last found.
    var objections: [String] {
        said.withLock { $0.remarks.map { "tls.vehicle_ca_file: \($0.problem); \($0.remedy)" } }
    }

    /// A certificate that vehicles would refuse does not take the place of one that they accept, as long as that lasts.
    ///
    /// - Parameters:
    ///   - chain: the new one, the server's own certificate first.
    ///   - used: the one in use.
    func check(
        _ chain: [Certificate],
        inPlaceOf used: [Certificate],
        _ configuration: ServerConfiguration,
        at now: Int64
    ) throws {
        guard used[0].isValid(at: now),
            let problem = remarks(on: chain, configuration, at: now).problem,
            remarks(on: used, configuration, at: now).problem == nil
        else { return }
        throw UnacceptableCertificate(path: configuration.tls.serverCert, problem: problem)
    }

    /// Says what will end soon, and what vehicles would object to.
    ///
    /// - Parameter onlyNews: says nothing when all of it was said already.
    func remind(of chain: [Certificate], _ configuration: ServerConfiguration, onlyNews: Bool = false) {
        let now = WallClock.seconds
        let remarks = remarks(on: chain, configuration, at: now)
        let isNews = said.withLock { said in
            let new = Said(
                certificate: chain[0].sha256,
                remarks: remarks,
                warningDays: configuration.certificateWarningDays
            )
            defer { said = new }
            return new != said
        }
        expose(remarks, configuration)
        guard isNews || !onlyNews else { return }
        remindOfEnd(chain[0], configuration, at: now)
        for remark in remarks {
            log.observe(
                .vehicleCAWarning,
                [
                    "file": .text(configuration.tls.vehicleCAFile), "problem": .text(remark.problem),
                    "remedy": .text(remark.remedy), "code": .text(remark.symptom?.rawValue ?? ""),
                ]
            )
        }
    }

    private func expose(_ remarks: [CertificateRemark], _ configuration: ServerConfiguration) {
        guard configuration.tls.vehicleAuthorityPath != nil else { return }
        metrics.gauge(
            "vehicle_ca_accepts_certificate",
            help: "1 while what tls.vehicle_ca_file holds leads vehicles to the server's certificate."
        ).set(remarks.problem == nil ? 1 : 0)
    }

    private func remindOfEnd(_ certificate: Certificate, _ configuration: ServerConfiguration, at now: Int64) {
        let validity = CertificateValidity(of: certificate, at: now)
        guard validity.daysLeft < configuration.certificateWarningDays else { return }
        log.observe(
            .certificateExpiresSoon,
            [
                "file": .text(configuration.tls.serverCert), "subject": .text(certificate.subject),
                "validity": .text(validity.words), "days_left": .number(Int64(validity.daysLeft)),
                "remedy": "renew it; the server takes the new one without a restart",
                "code": .text(
                    (validity.daysLeft < 0 ? SymptomCode.certificateExpired : .certificateExpiresSoon).rawValue
                ),
            ]
        )
    }

    /// Empty without `tls.vehicle_ca_file`.
    private func remarks(
        on chain: [Certificate],
        _ configuration: ServerConfiguration,
        at now: Int64
    ) -> [CertificateRemark] {
        guard let path = configuration.tls.vehicleAuthorityPath else { return [] }
        let margin = configuration.certificateWarningSeconds
        do throws(AuthorityFinding) {
            let held = try VehicleAuthorityFile.read(path: path)
            return held.findings(for: chain, marginSeconds: margin, at: now).map { CertificateRemark($0, in: path) }
        } catch {
            return [CertificateRemark(error, in: path)]
        }
    }

    /// - Parameter certificate: the server's own, in use; nil when the server is gone.
    func exposeTimeLeft(of certificate: @escaping @Sendable () -> Certificate?) {
        metrics.gauge(
            "server_certificate_remaining_seconds",
            help: "Seconds until the server's certificate in use ends; negative when it has ended."
        ) {
            guard let end = certificate()?.notAfter else { return 0 }
            return Double(end) - Double(WallClock.seconds)
        }
    }
}

extension [CertificateRemark] {
    /// Why vehicles would not connect; nil when they would.
    fileprivate var problem: CertificateRemark? { first { $0.severity == .problem } }
}

/// A certificate that vehicles would refuse, in the place of one that they accept.
private struct UnacceptableCertificate: Error, CustomStringConvertible {
    let path: String
    let problem: CertificateRemark

    var description: String {
        "\(path): vehicles would refuse it: \(problem.problem); \(problem.remedy). If the vehicles have another ca by "
            + "now, write that into tls.vehicle_ca_file"
    }
}
