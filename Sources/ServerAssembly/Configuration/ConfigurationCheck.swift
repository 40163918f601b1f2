package import ConfigurationSchema
internal import Diagnosis
package import JSONText
internal import Symptoms

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
        check.checkVehicleAuthorities()
        check.checkClientAuthorities()
        check.checkVehicleLists()
        check.checkVehicleConfigurations()
        check.checkDispatcherFiles()
        check.checkDirectories()
        check.checkControlSocket()
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
        remedy: String,
        symptom: SymptomCode? = nil
    ) {
        findings.append(
            ConfigurationFinding(
                path: path,
                severity: severity,
                code: code,
                problem: problem,
                reason: reason,
                remedy: remedy,
                position: positions[path],
                symptom: symptom
            )
        )
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
            remedy: configuration.fetchCommand,
            symptom: .bundleNotOfTesla
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
            remedy: "replace the file",
            symptom: .bundleEntryExpired
        )
    }

    // MARK: Directories and ports

    private mutating func checkDirectories() {
        if let spool = configuration.spool {
            checkDirectory(
                spool.directory,
                at: "spool.directory",
                "Records are kept there before they are acked.",
                symptom: .spoolUnwritable
            )
            checkRoom(spool)
        }
        if let costs = configuration.costs {
            checkDirectory(costs.directory, at: "costs.directory", "Counts of signals are kept there.")
        }
        let letters = configuration.deadLetters.directory
        if !letters.isEmpty {
            checkDirectory(letters, at: "dead_letters.directory", "Records that a dispatcher refuses are kept there.")
        }
    }

    private mutating func checkControlSocket() {
        let path = configuration.control.socket
        guard configuration.control.isEnabled, let slash = path.lastIndex(of: "/") else { return }
        checkDirectory(
            slash == path.startIndex ? "/" : String(path[..<slash]),
            at: "control.socket",
            "The server does not start without the socket that it is told to make.",
            symptom: .controlSocketUnavailable
        )
    }

    private mutating func checkDirectory(
        _ directory: String,
        at path: String,
        _ reason: String,
        symptom: SymptomCode = .pathUnusable
    ) {
        guard let complaint = machine.complaintAboutKeepingFiles(in: directory) else { return }
        report(
            .unusablePath,
            at: path,
            "\(directory) \(complaint.problem)",
            reason: reason,
            remedy: complaint.remedy,
            symptom: symptom
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
            remedy: "write less than the disk has, or use a larger disk",
            symptom: .spoolRoomLow
        )
    }

    private mutating func checkPorts() {
        for listener in configuration.listeners {
            let place = "\(listener.host.isEmpty ? "all addresses" : listener.host), port \(listener.port)"
            var path = listener.path
            let (problem, remedy, symptom): (String, String, SymptomCode)
            switch machine.portCondition(host: listener.host, port: listener.port) {
            case .free:
                continue
            case .taken:
                problem = "somebody listens on \(place) already"
                remedy = "nothing, if it is this server; else stop the other program (ss -ltnp) or choose another port"
                symptom = .portTaken
            case .forbidden:
                problem = "this user may not listen on \(place)"
                remedy = "give the program CAP_NET_BIND_SERVICE, or choose a port above 1023"
                symptom = .portPrivileged
            case .unusableHost(let words):
                path = listener.hostPath
                problem = "cannot listen on \(place): \(words)"
                remedy = "write an address of this machine, or \"\" for all"
                symptom = .addressUnusable
            }
            report(
                .portUnusable,
                at: path,
                severity: .warning,
                problem,
                reason: "The server could not start here and now.",
                remedy: remedy,
                symptom: symptom
            )
        }
    }
}

extension ConfigurationFinding {
    /// Whether the file may be right, and something outside of it is missing or refuses.
    package var isAboutMachine: Bool {
        switch code {
        case .certificate, .certificateDate, .certificateOrder, .certificateUsage, .certificateStrength, .privateKey,
            .keyMismatch, .vehicleAuthority, .unusablePath, .portUnusable, .vehicleList, .vehicleConfiguration,
            .secretFile, .connection:
            true
        default: false
        }
    }
}

extension FindingCode {
    /// A certificate file that cannot be used.
    package static let certificate = FindingCode("certificate", .certificateFileUnusable)
    package static let certificateDate = FindingCode("certificate_date")
    /// Certificates of a chain that do not follow each other.
    package static let certificateOrder = FindingCode("certificate_order")
    /// A key or signature that nobody should trust any more.
    package static let certificateStrength = FindingCode("certificate_strength", .keyTooWeak)
    /// A certificate that was made for something else than this server.
    package static let certificateUsage = FindingCode("certificate_usage")
    /// A key file that cannot be used, or not safely.
    package static let privateKey = FindingCode("private_key", .keyUnreadable)
    package static let keyMismatch = FindingCode("key_mismatch", .keyOfAnotherCertificate)
    /// What vehicles hold does not lead them to the server's certificate, or won't for long.
    package static let vehicleAuthority = FindingCode("vehicle_ca", .authorityOfAnother)
    /// Nothing to verify vehicles against.
    package static let clientCAMissing = FindingCode("client_ca_missing", .clientAuthoritiesMissing)
    /// A file of VINs that cannot be used.
    package static let vehicleList = FindingCode("vehicle_list", .vehicleListUnusable)
    /// Records are sent to the dispatcher `queue`, and no program is there to take them.
    package static let queueUnread = FindingCode("queue_unread", .dispatcherUnknown)
    /// A path that records cannot be written to.
    package static let unusablePath = FindingCode("unusable_path", .pathUnusable)
    /// A file with a secret that is missing, or that others may read.
    package static let secretFile = FindingCode("secret_file", .secretReadableByAll)
    /// A dispatcher's destination that would not take records now.
    package static let connection = FindingCode("connection", .dispatcherFailing)
    /// A port or address that cannot be listened on here and now.
    package static let portUnusable = FindingCode("port_unusable")
}
