package import ConfigurationSchema
internal import Dispatchers
internal import Dispatching
package import JSONText

/// The checks that need the machine: certificates, keys, paths, ports.
///
/// Runs after ``ServerConfiguration/read(_:environment:)`` on a configuration without errors. What may be different
/// where the server will run (a port, a host name) is a warning; what makes a start pointless here is an error.
package struct ConfigurationCheck {
    let configuration: ServerConfiguration
    private let positions: [String: JSONPosition]
    private let directory: String
    let machine: any ConfigurationEnvironment
    private var findings: [ConfigurationFinding] = []

    /// - Parameter directory: where the configuration file lies, for Tesla's CA bundle beside it.
    package static func findings(
        for configuration: ServerConfiguration,
        positions: [String: JSONPosition] = [:],
        directory: String,
        machine: any ConfigurationEnvironment
    ) -> [ConfigurationFinding] {
        var check = ConfigurationCheck(configuration, positions, directory, machine)
        check.checkServerCertificate()
        check.checkPrivateKey()
        check.checkClientAuthorities()
        check.checkVehicleLists()
        check.checkFiles()
        check.checkDirectories()
        check.checkPorts()
        return check.findings
    }

    private init(
        _ configuration: ServerConfiguration,
        _ positions: [String: JSONPosition],
        _ directory: String,
        _ machine: any ConfigurationEnvironment
    ) {
        self.configuration = configuration
        self.positions = positions
        self.directory = directory
        self.machine = machine
    }

    mutating func report(
        _ code: FindingCode,
        at path: String,
        severity: ConfigurationFinding.Severity = .error,
        _ problem: String,
        reason: String,
        remedy: String
    ) {
        findings.append(
            ConfigurationFinding(
                path: path,
                severity: severity,
                code: code,
                problem: problem,
                reason: reason,
                remedy: remedy,
                position: positions[path]
            )
        )
    }

    // MARK: The server's certificate and key

    private static let certificateReason = "Vehicles check this certificate before they connect."

    private mutating func checkServerCertificate() {
        let path = configuration.tls.serverCert
        switch machine.certificates(at: path) {
        case .failed(let complaint):
            report(
                .certificate,
                at: "tls.server_cert",
                "\(path) \(complaint.problem)",
                reason: Self.certificateReason,
                remedy: complaint.remedy
            )
        case .chain(let chain):
            checkOrder(of: chain, path)
            for (index, certificate) in chain.enumerated() {
                checkValidity(of: certificate, ordinal: index + 1, path)
            }
            checkCompleteness(of: chain, path)
        }
    }

    private mutating func checkOrder(of chain: [CertificateSummary], _ path: String) {
        guard let first = chain.first else { return }
        if first.isAuthority, let leaf = chain.firstIndex(where: { !$0.isAuthority }) {
            report(
                .certificateOrder,
                at: "tls.server_cert",
                "\(path) begins with a CA; the server's own certificate is number \(leaf + 1)",
                reason: "The server's certificate is sent first, each one signed by the next.",
                remedy: "put the server's certificate first, then its intermediates"
            )
            return
        }
        guard let gap = chain.dropLast().firstIndex(where: { $0.isSignedByNext == false }) else { return }
        report(
            .certificateOrder,
            at: "tls.server_cert",
            severity: .warning,
            "in \(path), certificate \(gap + 2) did not sign certificate \(gap + 1)",
            reason: "A vehicle that follows the chain in order would not reach a CA that it knows.",
            remedy: "put the certificate of \(chain[gap].issuer) after number \(gap + 1)"
        )
    }

    private mutating func checkValidity(of certificate: CertificateSummary, ordinal: Int, _ path: String) {
        let name = ordinal == 1 ? path : "certificate \(ordinal) of \(path)"
        if machine.now > certificate.validity.upperBound {
            report(
                .certificateDate,
                at: "tls.server_cert",
                "\(name) expired on \(UTCDay(certificate.validity.upperBound))",
                reason: Self.certificateReason,
                remedy: "renew it; the clock here says \(UTCDay(machine.now))"
            )
        } else if machine.now < certificate.validity.lowerBound {
            report(
                .certificateDate,
                at: "tls.server_cert",
                "\(name) is valid from \(UTCDay(certificate.validity.lowerBound)) only",
                reason: Self.certificateReason,
                remedy: "wait, or set the clock; it says \(UTCDay(machine.now))"
            )
        } else if certificate.validity.upperBound - machine.now < Self.renewalMarginSeconds {
            report(
                .certificateDate,
                at: "tls.server_cert",
                severity: .warning,
                "\(name) expires on \(UTCDay(certificate.validity.upperBound))",
                reason: "Vehicles stop connecting on that day.",
                remedy: "renew it; the server takes the new one without a restart"
            )
        }
    }

    /// Two weeks: time to notice and to act.
    private static let renewalMarginSeconds: Int64 = 14 * 86_400

    /// certbot writes the leaf alone beside the whole chain, and people name the wrong one of the two.
    private mutating func checkCompleteness(of chain: [CertificateSummary], _ path: String) {
        guard chain.count == 1, chain.first?.isSelfSigned == false else { return }
        let whole = Self.directory(of: path) + "fullchain.pem"
        guard whole != path, machine.exists(whole) else { return }
        report(
            .certificateOrder,
            at: "tls.server_cert",
            severity: .warning,
            "\(path) holds no intermediates, and \(whole) stands beside it",
            reason: "A vehicle that knows only the root could not follow the chain.",
            remedy: "write \"server_cert\": \"\(whole)\""
        )
    }

    private mutating func checkPrivateKey() {
        let (path, certificatePath) = (configuration.tls.serverKey, configuration.tls.serverCert)
        let reason = "The server proves with it that the certificate is its own."
        switch machine.privateKey(at: path, matchesCertificateAt: certificatePath) {
        case .matches:
            break
        case .differs:
            report(
                .keyMismatch,
                at: "tls.server_key",
                "\(path) is not the key of the first certificate in \(certificatePath)",
                reason: reason,
                remedy: "name the key that the certificate was made with"
            )
        case .failed(let complaint):
            report(
                .privateKey,
                at: "tls.server_key",
                "\(path) \(complaint.problem)",
                reason: reason,
                remedy: complaint.remedy
            )
        }
        if machine.isReadableByAll(path) {
            report(
                .privateKey,
                at: "tls.server_key",
                severity: .warning,
                "every user of this machine may read \(path)",
                reason: "Whoever has the key can pose as this server.",
                remedy: "chmod 0600 \(path)"
            )
        }
    }

    // MARK: Whom the server believes

    private mutating func checkClientAuthorities() {
        let files = configuration.clientCAFiles(besides: directory, exists: machine.exists)
        guard !files.isEmpty else {
            report(
                .clientCAMissing,
                at: "tls",
                "no client CA: neither ca_file nor tesla_ca_file is set, and no bundle of Tesla's CAs was found",
                reason: "Each vehicle is verified against a client CA, so none could connect.",
                remedy: configuration.fetchCommand
            )
            return
        }
        var subjects: [String] = []
        for file in files {
            switch machine.certificates(at: file.path) {
            case .failed(let complaint):
                report(
                    .certificate,
                    at: file.setting,
                    "\(file.path) \(complaint.problem)",
                    reason: "Vehicles are verified against the certificates in it.",
                    remedy: complaint.remedy
                )
                return
            case .chain(let authorities):
                subjects += authorities.map(\.subject)
                checkValidity(ofAuthorities: authorities, file)
            }
        }
        guard !subjects.contains(where: { $0.contains("Tesla") }) else { return }
        report(
            .clientCAMissing,
            at: "tls.tesla_ca_file",
            severity: .warning,
            "none of the client CAs is Tesla's",
            reason: "Real vehicles show certificates of Tesla's CAs, and would be refused.",
            remedy: configuration.fetchCommand
        )
    }

    private mutating func checkValidity(ofAuthorities authorities: [CertificateSummary], _ file: ClientCAFile) {
        let expired = authorities.filter { machine.now > $0.validity.upperBound }
        guard let first = expired.first else { return }
        let isAll = expired.count == authorities.count
        report(
            .certificateDate,
            at: file.setting,
            severity: isAll ? .error : .warning,
            "\(isAll ? "all" : "\(expired.count) of") \(authorities.count) certificates in \(file.path) have expired, "
                + "the first is \(first.subject)",
            reason: "Vehicles that they signed are refused.",
            remedy: "replace the file"
        )
    }

    // MARK: Paths and ports

    private mutating func checkFiles() {
        let used = Set(configuration.records.values.joined())
        for (name, settings) in configuration.dispatchers.byName.sorted(by: { $0.key.text < $1.key.text })
        where used.contains(name.text) {
            for appended in settings.appendedPaths {
                guard let complaint = machine.complaintAboutAppending(to: appended.path) else { continue }
                report(
                    .unusablePath,
                    at: settingPath(KnownDispatcher.sectionPath(of: name.text), appended.key),
                    // With a spool a destination that is away is no reason not to receive.
                    severity: configuration.spool == nil ? .error : .warning,
                    "\(appended.path) \(complaint.problem)",
                    reason: "Records of the dispatcher \(name.text) are appended to it.",
                    remedy: complaint.remedy
                )
            }
        }
    }

    private mutating func checkDirectories() {
        if let spool = configuration.spool {
            checkDirectory(spool.directory, at: "spool.directory", "Records are kept there before they are acked.")
            checkRoom(spool)
        }
        let letters = configuration.deadLetters.directory
        if !letters.isEmpty {
            checkDirectory(letters, at: "dead_letters.directory", "Records that a dispatcher refuses are kept there.")
        }
    }

    private mutating func checkDirectory(_ directory: String, at path: String, _ reason: String) {
        guard let complaint = machine.complaintAboutKeepingFiles(in: directory) else { return }
        report(
            .unusablePath,
            at: path,
            "\(directory) \(complaint.problem)",
            reason: reason,
            remedy: complaint.remedy
        )
    }

    private mutating func checkRoom(_ spool: ServerConfiguration.Spool) {
        guard let free = machine.freeBytes(at: spool.directory), free < spool.maxBytes else { return }
        report(
            .unusual,
            at: "spool.max_bytes",
            severity: .warning,
            "\(spool.maxBytes) bytes are allowed, and the disk has \(free) left",
            reason: "When the disk is full, vehicles are not read until there is room, and other programs fail too.",
            remedy: "write less than the disk has, or use a larger disk"
        )
    }

    private mutating func checkPorts() {
        for listener in configuration.listeners {
            let place = "\(listener.host.isEmpty ? "all addresses" : listener.host), port \(listener.port)"
            let (problem, remedy): (String, String)
            switch machine.portCondition(host: listener.host, port: listener.port) {
            case .free:
                continue
            case .taken:
                problem = "somebody listens on \(place) already"
                remedy = "nothing, if it is this server; else stop the other program (ss -ltnp) or choose another port"
            case .forbidden:
                problem = "this user may not listen on \(place)"
                remedy = "give the program CAP_NET_BIND_SERVICE, or choose a port above 1023"
            case .unusableHost(let words):
                problem = "cannot listen on \(place): \(words)"
                remedy = "write an address of this machine, or \"0.0.0.0\" for all"
            }
            report(
                .portUnusable,
                at: listener.path,
                severity: .warning,
                problem,
                reason: "The server could not start here and now.",
                remedy: remedy
            )
        }
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}

extension ConfigurationFinding {
    /// Whether the file may be right, and something outside of it is missing or refuses.
    package var isAboutMachine: Bool {
        switch code {
        case .certificate, .certificateDate, .certificateOrder, .privateKey, .keyMismatch, .unusablePath, .portUnusable,
            .vehicleList:
            true
        default: false
        }
    }
}

extension FindingCode {
    /// A certificate file that cannot be used.
    package static let certificate = FindingCode("certificate")
    package static let certificateDate = FindingCode("certificate_date")
    /// Certificates of a chain that do not follow each other.
    package static let certificateOrder = FindingCode("certificate_order")
    /// A key file that cannot be used, or not safely.
    package static let privateKey = FindingCode("private_key")
    package static let keyMismatch = FindingCode("key_mismatch")
    /// Nothing to verify vehicles against.
    package static let clientCAMissing = FindingCode("client_ca_missing")
    /// A file of VINs that cannot be used.
    package static let vehicleList = FindingCode("vehicle_list")
    /// Records are sent to the dispatcher `queue`, and no program is there to take them.
    package static let queueUnread = FindingCode("queue_unread")
    /// A path that records cannot be written to.
    package static let unusablePath = FindingCode("unusable_path")
    /// A port or address that cannot be listened on here and now.
    package static let portUnusable = FindingCode("port_unusable")
}
