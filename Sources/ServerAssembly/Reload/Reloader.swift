internal import ConfigurationSchema
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import Receiving
internal import RecordRules
internal import Synchronization

/// Reads certificates, CA bundles, VIN lists, rules and, for those, the configuration file again while the server runs.
///
/// A file that cannot be used changes nothing: the log, a metric and `/readyz` say so until a good one comes. Files are
/// looked at now and then, and read when they differ from what was read last and have stood still since the last look,
/// so that a certificate and its key need not be replaced in one stroke.
final class Reloader: Sendable {
    /// What is kept up to date, one by one: a bad VIN list does not keep a good certificate out.
    enum Subject: String, CaseIterable, Sendable {
        case configuration, certificates, vehicles, rules
    }

    /// Work in progress: held while files are read.
    private struct State {
        var configuration: ServerConfiguration
        /// What was read, good or bad.
        var readStamps: [String: FileStamp?]
        /// What the last look saw, when that was something else.
        var changedStamps: [String: FileStamp?]?
        /// Keys whose change needs a restart, as last said.
        var restartKeys: [String] = []
    }

    /// What others ask for at any time: held for moments only.
    private struct View {
        /// What new connections are shown, the server's own certificate first.
        var chain: [Certificate]
        /// What vehicles are verified against.
        var authorities: [Certificate]
        var failures: [Subject: String] = [:]
    }

    private let state: Mutex<State>
    private let view: Mutex<View>
    private let source: ConfigurationSource?
    private let directory: String
    private let receiver: VehicleReceiver
    private let log: Log
    private let metrics: MetricRegistry
    private let watchman: CertificateWatch
    private let end = ThreadSignal()

    /// - Parameters:
    ///   - source: where the configuration came from; nil when it was made by a program.
    ///   - tls: what the receiver began with.
    init(
        _ configuration: ServerConfiguration,
        source: ConfigurationSource?,
        directory: String,
        tls: TLSServerSettings,
        receiver: VehicleReceiver,
        log: Log,
        metrics: MetricRegistry
    ) {
        let stamps = Self.stamps(configuration, source, directory)
        state = Mutex(State(configuration: configuration, readStamps: stamps))
        view = Mutex(View(chain: tls.identity.chain, authorities: tls.clientAuthorities))
        self.source = source
        self.directory = directory
        self.receiver = receiver
        self.log = log
        self.metrics = metrics
        watchman = CertificateWatch(log: log, metrics: metrics)
        for subject in Subject.allCases { isFailing(subject).set(0) }
        watchman.exposeTimeLeft { [weak self] in self?.certificate }
    }

    /// The server's certificate that new connections get.
    var certificate: Certificate { view.withLock { $0.chain[0] } }

    /// What could not be read again, and what vehicles would object to, one line each; the server goes on all the same.
    var notices: [String] { failures + watchman.objections }

    /// All certificates in use: those that new connections are shown, and those that vehicles are verified against.
    var certificates: (chain: [Certificate], authorities: [Certificate]) {
        view.withLock { ($0.chain, $0.authorities) }
    }

    /// What could not be read again, one line each; the server goes on with what it had.
    var failures: [String] {
        view.withLock { view in
            Subject.allCases.compactMap { subject in
                view.failures[subject].map { "\(subject.rawValue): not reloaded, the old stay in use (\($0))" }
            }
        }
    }

    // MARK: Watching

    /// Looks at the files, and for floods of the log that are over, until ``stop()``. Runs on a thread of its own.
    func watch() {
        let interval = state.withLock { $0.configuration.reloadInterval.wholeMilliseconds }
        let round = interval > 0 ? interval : Self.roundMilliseconds
        var reminder = MonotonicTime.now.adding(milliseconds: Self.reminderMilliseconds)
        var isExpiryNoticed = hasExpired
        while !end.wait(until: MonotonicTime.now.adding(milliseconds: round)) {
            log.reportEndedFloods()
            if interval > 0, haveFilesSettled() { reload() }
            if hasExpired != isExpiryNoticed {
                isExpiryNoticed.toggle()
                // A newer certificate that was kept out is better than one that has ended.
                if isExpiryNoticed, interval > 0 { reload() }
            }
            guard MonotonicTime.now >= reminder else { continue }
            reminder = MonotonicTime.now.adding(milliseconds: Self.reminderMilliseconds)
            remindOfCertificates()
        }
    }

    /// How often the log is looked at when files are not.
    private static let roundMilliseconds = 5_000
    /// How often certificates that end, or that vehicles would refuse, are told of: every day.
    private static let reminderMilliseconds = 86_400_000

    private var hasExpired: Bool { certificate.notAfter < WallClock.seconds }

    /// Whether files differ from what was read, and not from what they were a round ago.
    private func haveFilesSettled() -> Bool {
        state.withLock { state in
            let stamps = Self.stamps(state.configuration, source, directory)
            guard stamps != state.readStamps else {
                state.changedStamps = nil
                return false
            }
            defer { state.changedStamps = stamps }
            return stamps == state.changedStamps
        }
    }

    func stop() {
        end.raise()
    }

    /// Says which certificates will end soon and what vehicles would object to: at the start, and every day.
    func remindOfCertificates() {
        let configuration = state.withLock { $0.configuration }
        watchman.remind(of: view.withLock { $0.chain }, configuration)
    }

    private static func stamps(
        _ configuration: ServerConfiguration,
        _ source: ConfigurationSource?,
        _ directory: String
    ) -> [String: FileStamp?] {
        var paths = [configuration.tls.serverCert, configuration.tls.serverKey]
        paths += configuration.clientCAFiles(besides: directory, exists: Files.exists).map(\.path)
        paths += configuration.vehicles.files.map(\.path)
        paths += configuration.validation?.watchedFiles ?? []
        if let path = configuration.tls.vehicleAuthorityPath { paths.append(path) }
        if let source { paths.append(source.path) }
        var stamps: [String: FileStamp?] = [:]
        for path in paths { stamps.updateValue(FileStamp(path: path), forKey: path) }
        return stamps
    }

    // MARK: Reading again

    /// Reads everything again now; ``failures`` says what could not be used.
    func reload() {
        state.withLock { state in
            // Taken first: a change during the reading is seen by the next look.
            state.readStamps = Self.stamps(state.configuration, source, directory)
            state.changedStamps = nil
            attempt(.configuration, &state) { try readConfiguration(&$0) }
            attempt(.certificates, &state) { try readCertificates($0.configuration) }
            attempt(.vehicles, &state) { try readVehicles($0.configuration) }
            attempt(.rules, &state) { try readRules($0.configuration) }
        }
    }

    private func attempt(_ subject: Subject, _ state: inout State, _ read: (inout State) throws -> Void) {
        var failure: String?
        do {
            try read(&state)
        } catch {
            let text = "\(error)"
            failure = text
            let event: EventName = subject == .certificates ? .tlsReloadFailed : .reloadFailed
            log.observe(event, ["subject": .text(subject.rawValue), "error": .text(text), "kept": true])
        }
        let hasFailed = failure != nil
        view.withLock { $0.failures[subject] = failure }
        isFailing(subject).set(hasFailed ? 1 : 0)
        metrics.counter(
            "reload_total",
            help: "Times that files were read again, by what they hold and how it went.",
            labels: [("subject", subject.rawValue), ("outcome", hasFailed ? "kept_old" : "read")]
        ).add()
    }

    private func isFailing(_ subject: Subject) -> Gauge {
        metrics.gauge(
            "reload_failing",
            help: "1 while the files on disk cannot be used and older content stays in use.",
            labels: [("subject", subject.rawValue)]
        )
    }

    private func readConfiguration(_ state: inout State) throws {
        guard let source else { return }
        let fresh = try source.read()
        let keys = fresh.keysThatNeedRestart(since: state.configuration)
        if keys != state.restartKeys, !keys.isEmpty {
            log.observe(
                .reloadIgnored,
                ["keys": .text(keys.joined(separator: ",")), "remedy": "restart to apply them"]
            )
        }
        state.restartKeys = keys
        state.configuration.tls = fresh.tls
        state.configuration.useDefaultEngCA = fresh.useDefaultEngCA
        state.configuration.certificateWarningDays = fresh.certificateWarningDays
        state.configuration.vehicles = fresh.vehicles
        state.configuration.validation = fresh.validation
        state.readStamps = Self.stamps(state.configuration, source, directory)
    }

    private func readCertificates(_ configuration: ServerConfiguration) throws {
        let settings = try TLSLoading.load(configuration, directory: directory, log: log)
        let certificate = settings.identity.chain[0]
        let now = WallClock.seconds
        // An expired one at the start is what there is; in the place of a good one it is a mistake.
        if !certificate.isValid(at: now), self.certificate.isValid(at: now) {
            throw UnusableCertificate(path: settings.identity.chainPath, hasExpired: certificate.notAfter < now)
        }
        let used = view.withLock { $0.chain }
        try watchman.check(settings.identity.chain, inPlaceOf: used, configuration, at: now)
        try receiver.renew(settings)
        view.withLock { view in
            view.chain = settings.identity.chain
            view.authorities = settings.clientAuthorities
        }
        log.observe(
            .certificatesReloaded,
            [
                "subject": .text(certificate.subject), "sha256": .text(certificate.sha256),
                "client_authorities": .count(settings.clientAuthorities.count),
            ]
        )
        watchman.remind(of: settings.identity.chain, configuration, onlyNews: true)
    }

    private func readRules(_ configuration: ServerConfiguration) throws {
        let rules = try configuration.validation?.ruleSet()
        receiver.replace(rules)
        guard rules != nil else { return }
        log.observe(.rulesReloaded, ["mode": .text(configuration.validation?.mode.rawValue ?? "")])
    }

    private func readVehicles(_ configuration: ServerConfiguration) throws {
        let lists = try configuration.vehicles.lists()
        receiver.replace(lists)
        log.observe(
            .vehicleListsReloaded,
            [
                "allowed": lists.allowed.map { .count($0.count) } ?? "all",
                "denied": .count(lists.denied.count),
            ]
        )
    }
}

/// A certificate that would take the place of a better one.
private struct UnusableCertificate: Error, CustomStringConvertible {
    let path: String
    let hasExpired: Bool

    var description: String {
        "\(path): \(hasExpired ? "has expired already" : "is not valid yet"); put the renewed certificate there, "
            + "and check this machine's clock"
    }
}

extension Certificate {
    /// By its dates.
    func isValid(at now: Int64) -> Bool { notBefore <= now && now <= notAfter }
}
