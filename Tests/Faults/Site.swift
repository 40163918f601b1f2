import Glibc
import LinuxSystem
import OpenSSLTransport
import Synchronization
import VehicleFixtures
import VehicleSimulation

/// The real executable, serving, with certificates and a configuration of its own. Gone with the test.
final class Site {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let vins = (0..<20).map { "5YJ3E1EA0KF\(100_000 + $0)" }

    let port: UInt16
    let files: DemoPKIOptions
    private let folder: TemporaryDirectory
    private let process: ChildProcess
    private let errorPath: String

    /// - Parameter more: members of the configuration, each with a comma in front.
    init(_ more: String = "") throws {
        folder = try TemporaryDirectory(prefix: "faults")
        files = DemoPKIOptions(directory: folder.path, vins: Self.vins, hosts: ["localhost", "127.0.0.1"])
        _ = try DemoPKI.write(files)
        port = TestPorts.free()
        errorPath = "\(folder.path)/server.err"
        let configuration = """
            {"host": "127.0.0.1", "port": \(port), "threads": 2,
             "tls": {"server_cert": "\(files.serverPath)", "server_key": "\(files.serverKeyPath)",
                     "ca_file": "\(files.authorityPath)"},
             "records": {"V": ["file"], "alerts": ["file"], "errors": ["file"]},
             "control": {"socket": "\(folder.path)/control.sock"},
             "file": {"path": "\(folder.path)/records.jsonl"}\(more)}
            """
        let path = "\(folder.path)/server.json"
        try Files.write(Array(configuration.utf8), to: path, mode: 0o600)
        process = try ChildProcess(FaultForm.executable, ["serve", "--config", path], errorPath: errorPath)
        let deadline = MonotonicTime.now.adding(milliseconds: 30_000)
        while !errors.contains("starting_server") {
            guard isServing, MonotonicTime.now < deadline else { throw Failure(description: errors) }
            usleep(2_000)
        }
    }

    deinit {
        process.signal(.terminate)
        if process.wait(timeoutMilliseconds: 15_000) == nil { process.signal(.kill) }
    }

    var isServing: Bool { process.wait(timeoutMilliseconds: 0) == nil }
    var residentBytes: Int { ProcessUsage.read(of: process.id)?.residentBytes ?? 0 }
    var openDescriptors: Int { (try? Files.list("/proc/\(process.id)/fd").count) ?? 0 }
    var errors: String {
        String(decoding: (try? Files.read(errorPath, limitBytes: 64 << 20)) ?? [], as: UTF8.self)
    }
    var recordLines: [UInt8] { (try? Files.read("\(folder.path)/records.jsonl", limitBytes: 1 << 30)) ?? [] }

    /// A vehicle of the test's own, after the upgrade.
    func vehicle(_ number: Int) throws -> TestVehicle {
        let vin = Self.vins[number]
        let context = try TLSClientContext(
            authorities: try Certificate.readAll(path: files.authorityPath),
            identity: try TLSIdentity(chainPath: files.vehiclePath(vin), keyPath: files.vehicleKeyPath(vin))
        )
        let vehicle = try TestVehicle(port: port, context: context, timeoutMilliseconds: 60_000)
        let answer = try vehicle.upgrade(headers: [("Version", "1.2.0")])
        guard answer.status == 101 else { throw Failure(description: "upgrade answered \(answer.status)") }
        return vehicle
    }

    /// Vehicles that keep the rules, until they have sent for so many seconds and have their acks.
    func honestVehicles(seconds: Int) throws -> FleetReport {
        var settings = FleetSettings(
            host: "127.0.0.1",
            port: port,
            authorities: try Certificate.readAll(path: files.authorityPath),
            credentials: try VehicleCredentials.load(from: folder.path),
            vehicles: Self.vins.count,
            load: .paced(
                PreparedRecord.records(of: .drive, seed: 7, startedAt: 1_700_000_000, count: 200),
                recordsPerSecond: 25
            )
        )
        settings.serverName = "localhost"
        settings.sendsTogether = true
        settings.seconds = seconds
        settings.drainMilliseconds = 20_000
        settings.ackTimeoutMilliseconds = 30_000
        settings.connectTimeoutMilliseconds = 30_000
        return try SimulatedFleet(settings).wait()
    }
}
