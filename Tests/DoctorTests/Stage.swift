import Doctor
import Foundation
import Glibc
import LinuxSystem
import Observability
import OpenSSLTransport
import ServerAssembly
import Symptoms
import Synchronization
import Testing
import VehicleFixtures

/// A set-up in which everything is right, in a folder of its own, to be broken in one place.
final class Stage: Sendable {
    static let vin = "5YJ3E1EA7KF000316"
    static let host = "localhost"

    let folder: String
    /// Who signs the server's certificate: a root, and the intermediate below it.
    let root: CertificateIssuer
    let middle: CertificateIssuer
    let demo: DemoPKIOptions
    let port: UInt16

    private struct State {
        var environment = DoctorEnvironment()
        var servers: [TelemetryServer] = []
        var helpers: [any Sendable] = []
        var mounts: [String] = []
    }

    private let state = Mutex(State())
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory(prefix: "doctor")
        folder = directory.path
        root = try .makeRoot(commonName: "Server Root")
        middle = try root.makeIntermediate(commonName: "Server Middle")
        demo = DemoPKIOptions(directory: "\(directory.path)/demo", vins: [Self.vin], hosts: [])
        _ = try DemoPKI.write(demo)
        port = TestPorts.free()
        let vehicleCA = try Certificate.readAll(path: demo.authorityPath)
        try write(vehicleCA[0].pem, "tesla_ca.pem")
        let pin = TeslaPin(sha256: vehicleCA[0].sha256, subject: vehicleCA[0].subject, notAfter: "2099-01-01")
        try writeServerCertificate(try middle.issue(Self.serverTemplate()))
        try write(middle.certificate.pem + root.certificate.pem, "ca.pem")
        state.withLock { state in
            state.environment.pins = [pin]
            state.environment.variables = ["SSL_CERT_FILE": "\(directory.path)/root.pem"]
            // Long enough for a busy machine, and only waited for where nobody answers.
            state.environment.timeoutMilliseconds = 20_000
        }
        try write(root.certificate.pem, "root.pem")
        try writeConfiguration()
    }

    deinit {
        let (servers, mounts) = state.withLock { ($0.servers, $0.mounts) }
        for server in servers { server.stop() }
        for mount in mounts { umount2(mount, Int32(MNT_DETACH)) }
    }

    // MARK: Files

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String, mode: UInt32 = 0o600) throws -> String {
        try Files.write(bytes, to: path(name), mode: mode)
        return path(name)
    }

    @discardableResult
    func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

    static func serverTemplate(
        hosts: [String] = [host, "127.0.0.1"],
        days: Int = 90,
        startingInDays: Int = 0,
        _ change: (inout CertificateTemplate) -> Void = { _ in }
    ) -> CertificateTemplate {
        var template = CertificateTemplate(
            role: .server,
            commonName: "telemetry",
            days: days,
            startingInDays: startingInDays
        )
        template.hosts = hosts
        change(&template)
        return template
    }

    /// - Parameter chain: what the file holds; nil for certificate and intermediates.
    func writeServerCertificate(_ issued: IssuedCertificate, chain: [Certificate]? = nil) throws {
        try write(chain?.flatMap(\.pem) ?? issued.chainPEM, "server.pem")
        try write(issued.key.pem, "server.key")
    }

    var tls: [String: Any] {
        [
            "server_cert": path("server.pem"), "server_key": path("server.key"),
            "tesla_ca_file": path("tesla_ca.pem"), "ca_file": demo.authorityPath,
        ]
    }

    /// - Parameter change: adds and replaces members.
    func writeConfiguration(_ change: [String: Any] = [:]) throws {
        var configuration: [String: Any] = [
            "host": "127.0.0.1", "port": Int(port), "tls": tls, "records": ["V": ["file"]],
            "file": ["path": path("records.jsonl")], "control": ["enabled": false],
            "connection": ["close_timeout_seconds": 0.1],
        ]
        configuration.merge(change) { $1 }
        try write(Array(try JSONSerialization.data(withJSONObject: configuration)), "server.json")
    }

    // MARK: Servers

    /// Starts the real server with the configuration file as it is.
    func serve() throws {
        let checked = ConfigurationCommands.checked(path: path("server.json"), environment: [:], machine: nil)
        let configuration = try #require(checked.configuration, "\(checked.report.findings)")
        let server = try TelemetryServer(configuration, directory: folder, log: .silent)
        state.withLock { $0.servers.append(server) }
    }

    /// Starts `openssl s_server` on a port and waits until it takes connections.
    func serveWithOpenSSL(_ port: UInt16, _ options: [String]) throws {
        let words = ["s_server", "-accept", "127.0.0.1:\(port)"] + options
        let command = "cd '\(folder)' && exec openssl \(words.joined(separator: " "))"
        let child = try OpenSSLServer(command, errorPath: path("openssl-\(port).log"))
        while (try? TCP.connect(host: "127.0.0.1", port: port, isBlocking: true)) == nil {
            guard child.runs else { throw OpenSSLServer.Failure(log: path("openssl-\(port).log")) }
            usleep(5_000)
        }
        hold(child)
    }

    func hold(_ helper: any Sendable) { state.withLock { $0.helpers.append(helper) } }

    // MARK: Disks

    /// A file system of its own in memory.
    func mount(_ name: String, flags: UInt = 0, megabytes: Int = 1) throws -> String {
        let place = path(name)
        try Files.makeDirectories(place)
        guard Glibc.mount("tmpfs", place, "tmpfs", flags, "size=\(megabytes)m") == 0 else {
            throw SystemCallError(call: "mount", code: errno, subject: place)
        }
        state.withLock { $0.mounts.append(place) }
        return place
    }

    static let canMount: Bool = {
        guard geteuid() == 0, let stage = try? Stage() else { return false }
        return (try? stage.mount("probe")) != nil
    }()

    // MARK: Doctor

    func change(_ change: (inout DoctorEnvironment) -> Void) { state.withLock { change(&$0.environment) } }

    var request: DoctorRequest {
        var request = DoctorRequest()
        request.configurationPath = path("server.json")
        request.host = Self.host
        request.authorityPath = path("ca.pem")
        return request
    }

    /// Seen from outside: without the configuration.
    func outside(port: UInt16? = nil) -> DoctorRequest {
        var request = DoctorRequest()
        request.host = Self.host
        request.port = Int(port ?? self.port)
        request.authorityPath = path("ca.pem")
        return request
    }

    func examine(_ request: DoctorRequest) -> DoctorReport {
        Examination.run(request, state.withLock { $0.environment })
    }
}

/// A server of OpenSSL's own, ended with the value.
final class OpenSSLServer: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let log: String
        var description: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? log }
    }

    private let id: Int32
    private let process: Mutex<Box>

    /// A process belongs to one thread at a time, which the lock sees to.
    private struct Box: @unchecked Sendable {
        // SAFETY: only used with the lock held.
        let child: ChildProcess
    }

    init(_ command: String, errorPath: String) throws {
        let child = try ChildProcess("/bin/sh", ["-c", command], errorPath: errorPath)
        id = child.id
        process = Mutex(Box(child: child))
    }

    var runs: Bool { process.withLock { $0.child.wait(timeoutMilliseconds: 0) == nil } }
}

/// Takes connections on a port and does one thing with each.
final class RawServer: Sendable {
    let port: UInt16
    private let thread: LoopThread
    private let wakeup: Mutex<Wakeup>

    /// - Parameter serve: what is done with a connection before it is closed.
    init(port: UInt16 = 0, _ serve: @escaping @Sendable (borrowing FileDescriptor) -> Void) throws {
        let listener = try TCP.listen(host: "127.0.0.1", port: port, sharesPort: false)
        self.port = TCP.localAddress(of: listener)?.port ?? port
        let number = listener.surrender()
        let wakeup = try Wakeup()
        self.wakeup = Mutex(wakeup)
        thread = try LoopThread(name: "raw") {
            let listener = FileDescriptor(owning: number)
            let far = MonotonicTime.now.adding(milliseconds: 3_600_000)
            while TCP.wait(for: listener, until: far, or: wakeup) == .ready {
                guard let accepted = try? TCP.accept(listener) else { continue }
                let descriptor = accepted.take()
                serve(descriptor)
            }
        }
    }

    deinit {
        wakeup.withLock { $0.ring() }
        thread.join()
    }
}
