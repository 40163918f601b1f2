internal import AddressCodec
internal import ConfigurationSchema
internal import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
internal import ServerAssembly
internal import Symptoms
internal import VehicleSimulation

/// One examination: first everything is read and asked, then each step is judged in its order.
///
/// What cannot be read or reached is kept as that, so that the other steps go on.
package struct Examination {
    let request: DoctorRequest
    let environment: DoctorEnvironment
    let machine: MachineEnvironment

    // MARK: What was read

    var configuration: ServerConfiguration?
    var configurationFindings: [ConfigurationFinding] = []
    var vehicleFile: VehicleFile?
    /// The certificates of `tls.server_cert`, and why there are none.
    var fileChain: [Certificate] = []
    var fileComplaint: CertificateError?
    var authorityText: Result<AuthorityText, AuthorityFinding>?
    var authorityPlace = "ca"
    var vehicle: VehicleCredentials?
    /// Whether somebody named the vehicle's certificate, and it was not just found.
    var isVehicleNamed = false

    // MARK: What was asked

    var target: Target?
    var addresses: Result<[String], AddressError>?
    var attempts: [Attempt] = []
    var look: Probe.Look?
    /// The leaf that is served without a name in the handshake, when another than ours is served with it.
    var namelessLeaf: Certificate?
    /// What was answered to a plain question over TLS, where no certificate is asked for.
    var webAnswer: Probe.WebAnswer?
    var keyAnswer: Result<PublishedKey, DoctorFinding>?
    var portOwner = PortOwner.unknown
    /// What a vehicle's conversation came to, or why there was none.
    var dialogue: Result<VehicleDialogue.Outcome, StepSkip> = .failure(StepSkip(reason: "nobody was asked"))

    /// Where the server is looked for.
    struct Target: Hashable {
        let host: String
        let port: UInt16
        /// Sent as SNI; nil for addresses.
        let serverName: String?
        /// Nobody named it: it is where the configuration makes the server listen.
        let isLocalDefault: Bool

        var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// One address that a connection was tried to.
    struct Attempt: Hashable {
        enum Result: Hashable {
            case connected, refused, timedOut
            /// This machine has no IPv6 itself, which says nothing of the server.
            case noRoute
            case failed(String)
        }

        let address: String
        let result: Result

        var isV6: Bool { address.contains(":") }
    }

    var probe: Probe { Probe(environment: environment) }

    private init(_ request: DoctorRequest, _ environment: DoctorEnvironment) {
        self.request = request
        self.environment = environment
        machine = MachineEnvironment(clock: environment.now)
    }

    /// Examines everything that the request names. Blocks, at most some seconds for each destination that is silent.
    package static func run(_ request: DoctorRequest, _ environment: DoctorEnvironment = .init()) -> DoctorReport {
        var examination = Examination(request, environment)
        examination.readInputs()
        examination.reach()
        let isAboutVehicleFile = request.vehicleFilePath != nil
        let steps = DoctorStep.allCases.filter { step in
            step == .vehicleFile ? isAboutVehicleFile : !isAboutVehicleFile || !serverSteps.contains(step)
        }
        return DoctorReport(steps: steps.map { examination.result(of: $0) })
    }

    /// Steps that need the server's configuration, which `doctor cert` has none of.
    private static let serverSteps: Set<DoctorStep> = [
        .configuration, .pair, .bundle, .admission, .machine, .dispatchers, .spool, .publicKey, .leaf,
    ]

    private func result(of step: DoctorStep) -> StepResult {
        switch step {
        case .vehicleFile: vehicleFileResult()
        case .configuration: configurationResult()
        case .pair: pairResult()
        case .chain: chainResult()
        case .names: namesResult()
        case .dates: datesResult()
        case .strength: strengthResult()
        case .authorities: authoritiesResult()
        case .bundle: bundleResult()
        case .admission: admissionResult()
        case .machine: machineResult()
        case .dns: nameServiceResult()
        case .tcp: reachabilityResult()
        case .tls: handshakeResult()
        case .leaf: leafResult()
        case .clock: clockResult()
        case .webSocket: webSocketResult()
        case .record: recordResult()
        case .dispatchers: dispatchersResult()
        case .spool: spoolResult()
        case .publicKey: publicKeyResult()
        }
    }
}
