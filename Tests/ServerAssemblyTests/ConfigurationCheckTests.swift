import ConfigurationSchema
import Diagnosis
import Dispatchers
import RecordRules
import ServerAssembly
import Testing

/// A machine that says what the test wants.
struct ScriptedMachine: ConfigurationEnvironment {
    static let day: Int64 = 86_400

    var now: Int64 = 1_795_219_200  // 2026-11-21
    var files: [String: CertificateReading] = [:]
    var key = KeyReading.matches
    var held: [String: [AuthorityFinding]] = [:]
    var isKeyOpen = false
    var others: Set<String> = []
    var appending: MachineComplaint?
    var keeping: MachineComplaint?
    var free: Int?
    var ports: [Int: PortCondition] = [:]
    var lists: [String: VehicleListReading] = [:]

    func certificates(at path: String) -> CertificateReading {
        files[path] ?? .failed(MachineComplaint(problem: "cannot be read (No such file)", remedy: "check the path"))
    }
    func privateKey(at path: String, matchesCertificateAt certificatePath: String) -> KeyReading { key }
    func vehicleAuthorityFindings(
        at path: String,
        forChainAt certificatePath: String,
        marginSeconds: Int64
    ) -> [AuthorityFinding] {
        held[path] ?? [.isPath("nothing")]
    }
    func isReadableByAll(_ path: String) -> Bool { isKeyOpen }
    func exists(_ path: String) -> Bool { files[path] != nil || others.contains(path) }
    func complaintAboutAppending(to path: String) -> MachineComplaint? { appending }
    func complaintAboutKeepingFiles(in directory: String) -> MachineComplaint? { keeping }
    func freeBytes(at directory: String) -> Int? { free }
    var vehicleConfigurations = VehicleConfigurationReading()

    func vehicleConfigurations(of settings: ValidationSettings) -> VehicleConfigurationReading { vehicleConfigurations }

    func vehicles(inListAt path: String) -> VehicleListReading {
        lists[path] ?? .failed(MachineComplaint(problem: "cannot be read: No such file", remedy: "check the path"))
    }
    func portCondition(host: String, port: Int) -> PortCondition { ports[port] ?? .free }

    /// A certificate of a chain, valid from a month ago for `days` from now.
    func certificate(
        _ subject: String,
        by issuer: String,
        days: Int64 = 90,
        isAuthority: Bool = false,
        isSignedByNext: Bool? = nil
    ) -> CertificateSummary {
        let from = now - 30 * Self.day
        var summary = CertificateSummary(
            subject: subject,
            issuer: issuer,
            validity: from...max(from, now + days * Self.day),
            isAuthority: isAuthority,
            isSelfSigned: subject == issuer,
            isSignedByNext: isSignedByNext
        )
        summary.hosts = ["host"]
        return summary
    }

    /// Everything in order.
    static var sound: ScriptedMachine {
        var machine = ScriptedMachine()
        machine.files = [
            "/c/server.pem": .chain([
                machine.certificate("CN=host", by: "CN=Inter", isSignedByNext: true),
                machine.certificate("CN=Inter", by: "CN=Root", days: 900, isAuthority: true),
            ]),
            "/c/ca.pem": .chain([
                machine.certificate("CN=Tesla Motors Products CA", by: "CN=Root", days: 900, isAuthority: true)
            ]),
        ]
        return machine
    }
}

struct ConfigurationCheckTests {
    static func configuration(_ change: (inout ServerConfiguration) -> Void = { _ in }) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.port = 4443
        configuration.records = ["V": ["file"]]
        configuration.tls.serverCert = "/c/server.pem"
        configuration.tls.serverKey = "/c/server.key"
        configuration.tls.caFile = "/c/ca.pem"
        configuration.file = FileSettings()
        configuration.file?.path = "/var/records.jsonl"
        change(&configuration)
        return configuration
    }

    static func findings(
        on machine: ScriptedMachine,
        _ configuration: ServerConfiguration = configuration()
    ) -> [ConfigurationFinding] {
        ConfigurationCheck.findings(for: configuration, directory: "/c", machine: machine)
    }

    static func only(_ findings: [ConfigurationFinding]) throws -> ConfigurationFinding {
        #expect(findings.count == 1, "\(findings.map(\.problem))")
        return try #require(findings.first)
    }

    @Test func `a sound machine gives no finding`() {
        #expect(Self.findings(on: .sound).isEmpty)
    }

    @Test func `what vehicles hold is looked at when it is named, and hinders nothing`() throws {
        var machine = ScriptedMachine.sound
        machine.held["/c/held.pem"] = [.ofAnother(expected: "CN=Inter", held: ["CN=Other"])]
        let finding = try Self.only(
            Self.findings(on: machine, Self.configuration { $0.tls.vehicleCAFile = "/c/held.pem" })
        )
        #expect(finding.path == "tls.vehicle_ca_file")
        #expect(finding.severity == .warning)
        #expect(finding.code == .vehicleAuthority)
        #expect(finding.problem.contains("comes from CN=Inter, and the text holds CN=Other"))
        #expect(finding.symptom == .authorityOfAnother)
        machine.held["/c/held.pem"] = []
        #expect(Self.findings(on: machine, Self.configuration { $0.tls.vehicleCAFile = "/c/held.pem" }).isEmpty)
    }

    @Test func `certificate_warning_days says how long before an end it is mentioned`() throws {
        var machine = ScriptedMachine.sound
        machine.files["/c/server.pem"] = .chain([machine.certificate("CN=host", by: "CN=Root", days: 40)])
        #expect(Self.findings(on: machine).isEmpty)
        let finding = try Self.only(Self.findings(on: machine, Self.configuration { $0.certificateWarningDays = 41 }))
        #expect(finding.code == .certificateDate)
    }

    @Test func `a certificate that cannot be read`() throws {
        var machine = ScriptedMachine.sound
        machine.files["/c/server.pem"] = nil
        let finding = try Self.only(Self.findings(on: machine))
        #expect(finding.path == "tls.server_cert")
        #expect(finding.code == .certificate)
        #expect(finding.problem == "/c/server.pem cannot be read (No such file)")
    }

    @Test func `a key of another certificate`() throws {
        var machine = ScriptedMachine.sound
        machine.key = .differs
        let finding = try Self.only(Self.findings(on: machine))
        #expect(finding.code == .keyMismatch)
        #expect(finding.problem == "/c/server.key is not the key of any certificate in /c/server.pem")
    }

    @Test func `a key that cannot be read, and one that everybody can`() throws {
        var machine = ScriptedMachine.sound
        machine.key = .failed(MachineComplaint(problem: "is empty", remedy: "fill it"))
        #expect(try Self.only(Self.findings(on: machine)).code == .privateKey)
        machine = .sound
        machine.isKeyOpen = true
        let finding = try Self.only(Self.findings(on: machine))
        #expect(finding.severity == .warning)
        #expect(finding.remedy == "chmod 0600 /c/server.key")
    }

    @Test(arguments: [
        (Int64(-1), "error", "expired on 2026-11-20"), (13, "warning", "expires on 2026-12-04"),
    ])
    func `a certificate past its date or near it`(days: Int64, severity: String, words: String) throws {
        var machine = ScriptedMachine.sound
        machine.files["/c/server.pem"] = .chain([machine.certificate("CN=host", by: "CN=Root", days: days)])
        let finding = try Self.only(Self.findings(on: machine))
        #expect(finding.severity.rawValue == severity)
        #expect(finding.code == .certificateDate)
        #expect(finding.problem == "/c/server.pem \(words)")
    }

    @Test func `a certificate of the future`() throws {
        var machine = ScriptedMachine.sound
        machine.now -= 31 * ScriptedMachine.day
        let findings = Self.findings(on: machine)
        #expect(findings.map(\.severity) == [.error, .error])
        #expect(findings.first?.problem == "/c/server.pem is valid from 2026-10-22 only")
        #expect(findings.last?.problem == "certificate 2 of /c/server.pem is valid from 2026-10-22 only")
    }

    @Test func `a chain in the wrong order`() throws {
        var machine = ScriptedMachine.sound
        machine.files["/c/server.pem"] = .chain([
            machine.certificate("CN=Inter", by: "CN=Root", isAuthority: true, isSignedByNext: false),
            machine.certificate("CN=host", by: "CN=Inter"),
        ])
        machine.key = .belongsTo(position: 2)
        let first = try Self.only(Self.findings(on: machine))
        #expect(first.code == .certificateOrder)
        #expect(first.severity == .error)
        #expect(first.problem == "/c/server.pem begins with a CA; the server's own certificate is number 2")

        machine.key = .matches
        machine.files["/c/server.pem"] = .chain([
            machine.certificate("CN=host", by: "CN=Inter", isSignedByNext: false),
            machine.certificate("CN=Other", by: "CN=Root", isAuthority: true),
        ])
        let gap = try Self.only(Self.findings(on: machine))
        #expect(gap.severity == .warning)
        #expect(gap.problem == "in /c/server.pem, certificate 2 did not sign certificate 1")
    }

    @Test func `a certificate that clients would refuse`() throws {
        var machine = ScriptedMachine.sound
        var leaf = machine.certificate("CN=host", by: "CN=Root")
        leaf.isForServers = false
        machine.files["/c/server.pem"] = .chain([leaf])
        let usage = try Self.only(Self.findings(on: machine))
        #expect(usage.code == .certificateUsage)
        #expect(usage.severity == .error)
        #expect(usage.path == "tls.server_cert")
        leaf.isForServers = true
        leaf.hosts = []
        machine.files["/c/server.pem"] = .chain([leaf])
        let names = try Self.only(Self.findings(on: machine))
        #expect(names.code == .certificateUsage)
        #expect(names.severity == .warning)
        #expect(names.problem == "/c/server.pem names no host: it has no subject alternative name")
    }

    @Test func `a leaf alone beside the whole chain`() throws {
        var machine = ScriptedMachine.sound
        machine.files["/c/server.pem"] = .chain([machine.certificate("CN=host", by: "CN=R3")])
        machine.others = ["/c/fullchain.pem"]
        let finding = try Self.only(Self.findings(on: machine))
        #expect(finding.severity == .warning)
        #expect(finding.remedy == "write \"server_cert\": \"/c/fullchain.pem\"")
    }

    @Test func `no client CA is said in so many words`() throws {
        let configuration = Self.configuration { $0.tls.caFile = "" }
        let finding = try Self.only(Self.findings(on: .sound, configuration))
        #expect(finding.severity == .error)
        #expect(finding.code == .clientCAMissing)
        #expect(
            finding.problem
                == "no client CA: neither ca_file nor tesla_ca_file is set, and no bundle of Tesla's CAs was found"
        )
        #expect(finding.remedy.hasPrefix("run fleet-telemetry certs fetch-ca --out /etc/fleet-telemetry/tesla_ca.pem"))
        let engineering = Self.configuration {
            $0.tls.caFile = ""
            $0.useDefaultEngCA = true
        }
        #expect(try Self.only(Self.findings(on: .sound, engineering)).remedy.contains("fetch-ca --engineering --out"))
    }

    @Test func `Tesla's bundle is found beside the configuration, and in its usual place`() {
        var configuration = Self.configuration { $0.tls.caFile = "" }
        func files(_ existing: String...) -> [String] {
            configuration.clientCAFiles(besides: "/c", exists: { existing.contains($0) }).map(\.path)
        }
        #expect(files("/c/tesla_ca.pem", "/etc/fleet-telemetry/tesla_ca.pem") == ["/c/tesla_ca.pem"])
        #expect(files("/etc/fleet-telemetry/tesla_ca.pem") == ["/etc/fleet-telemetry/tesla_ca.pem"])
        #expect(files("/c/tesla_eng_ca.pem") == [])
        configuration.useDefaultEngCA = true
        #expect(files("/c/tesla_eng_ca.pem", "/c/tesla_ca.pem") == ["/c/tesla_eng_ca.pem"])
        configuration.tls.teslaCAFile = "/given.pem"
        configuration.tls.caFile = "/more.pem"
        #expect(files("/c/tesla_eng_ca.pem") == ["/given.pem", "/more.pem"])
    }

    @Test func `client CAs that are not Tesla's, or have expired`() throws {
        var machine = ScriptedMachine.sound
        machine.files["/c/ca.pem"] = .chain([machine.certificate("CN=Mine", by: "CN=Mine", isAuthority: true)])
        let foreign = try Self.only(Self.findings(on: machine))
        #expect(foreign.severity == .warning)
        #expect(foreign.problem == "none of the client CAs is Tesla's")

        let old = machine.certificate("CN=Tesla old", by: "CN=Root", days: -3, isAuthority: true)
        let new = machine.certificate("CN=Tesla new", by: "CN=Root", isAuthority: true)
        machine.files["/c/ca.pem"] = .chain([old, new])
        #expect(try Self.only(Self.findings(on: machine)).severity == .warning)
        machine.files["/c/ca.pem"] = .chain([old])
        let all = try Self.only(Self.findings(on: machine))
        #expect(all.severity == .error)
        #expect(all.problem == "all 1 certificates in /c/ca.pem have expired, the first is CN=Tesla old")
    }

    @Test func `a file that cannot be written matters only when it is used`() throws {
        var machine = ScriptedMachine.sound
        machine.appending = MachineComplaint(problem: "is a directory", remedy: "name a file in it")
        #expect(try Self.only(Self.findings(on: machine)).problem == "/var/records.jsonl is a directory")
        let unused = Self.configuration { $0.records = ["V": ["logger"]] }
        #expect(Self.findings(on: machine, unused).isEmpty)
    }

    @Test func `a spool's directory must be usable, and its disk large enough`() throws {
        var machine = ScriptedMachine.sound
        let spooled = Self.configuration { configuration in
            configuration.spool = .init()
            configuration.spool?.directory = "/var/spool/fleet"
            configuration.spool?.maxBytes = 2_000_000
        }
        machine.free = 2_000_000
        #expect(Self.findings(on: machine, spooled).isEmpty)
        machine.free = 1_999_999
        let small = try Self.only(Self.findings(on: machine, spooled))
        #expect(small.severity == .warning)
        #expect(small.problem == "2000000 bytes are allowed, and the disk has 1999999 left")
        machine.free = nil
        machine.keeping = MachineComplaint(problem: "is a file", remedy: "name a directory")
        let unusable = try Self.only(Self.findings(on: machine, spooled))
        #expect(unusable.severity == .error)
        #expect(unusable.path == "spool.directory")
        #expect(unusable.problem == "/var/spool/fleet is a file")
        let letters = Self.configuration { $0.deadLetters.directory = "/var/letters" }
        #expect(try Self.only(Self.findings(on: machine, letters)).path == "dead_letters.directory")
    }

    @Test(arguments: [
        (PortCondition.taken, "port", "somebody listens on all addresses, port 4443 already"),
        (.forbidden, "port", "this user may not listen on all addresses, port 4443"),
        (
            .unusableHost("Name or service not known"), "host",
            "cannot listen on all addresses, port 4443: Name or service not known"
        ),
    ])
    func `a port that cannot be had here is a warning`(condition: PortCondition, path: String, problem: String) throws {
        var machine = ScriptedMachine.sound
        machine.ports = [4443: condition]
        let finding = try Self.only(Self.findings(on: machine))
        #expect(finding.severity == .warning)
        #expect(finding.path == path)
        #expect(finding.problem == problem)
    }
}
