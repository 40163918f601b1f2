import EnvelopeCodec
import Foundation
import Glibc
import JSONText
import LinuxSystem
import OpenSSLTransport
import PayloadCodec
import Synchronization
import TelemetryModel
import VehicleFixtures

/// A folder of a test's own with certificates, configurations and records; gone with the test.
final class Workshop: Sendable {
    static let vins = ["5YJ3E1EA7KF000316", "7SAYGDEE0PA000002", "LRW3E7FA0MC000003"]

    private let directory: TemporaryDirectory
    let files: DemoPKIOptions
    let port: Int

    init() throws {
        directory = try TemporaryDirectory(prefix: "end-to-end")
        files = DemoPKIOptions(directory: directory.path, vins: Self.vins, hosts: ["localhost", "127.0.0.1"])
        _ = try DemoPKI.write(files)
        port = Int(TestPorts.free())
    }

    var folder: String { directory.path }
    func path(_ name: String) -> String { "\(directory.path)/\(name)" }
    var recordsPath: String { path("records.jsonl") }

    // MARK: Configuration

    /// A configuration that works, as values to be changed.
    var configuration: [String: Any] {
        [
            "host": "127.0.0.1", "port": port, "threads": 2,
            "tls": [
                "server_cert": files.serverPath, "server_key": files.serverKeyPath, "ca_file": files.authorityPath,
            ],
            "records": ["V": ["file"], "alerts": ["file"], "errors": ["file"]],
            "file": ["path": recordsPath],
            // Not where servers of this machine have theirs.
            "control": ["socket": path("control.sock")],
            // Vehicles of tests stay where they are, and would be waited for at the end.
            "connection": ["close_timeout_seconds": 0.1],
        ]
    }

    @discardableResult
    func write(_ configuration: [String: Any], to name: String = "server.json") throws -> String {
        try JSONSerialization.data(withJSONObject: configuration, options: [.sortedKeys, .prettyPrinted])
            .write(to: URL(filePath: path(name)))
        return path(name)
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        return path(name)
    }

    /// A receiver that serves by now.
    func serve(_ configuration: [String: Any]? = nil, _ more: [String] = []) throws -> Child {
        let child = try Child(["serve", "--config", try write(configuration ?? self.configuration)] + more)
        try child.line(.error, containing: "starting_server")
        return child
    }

    private let held = Mutex<[Int32]>([])

    /// Listens on a port for as long as the workshop lives.
    @discardableResult
    func hold(_ port: Int) throws -> Int {
        let number = try TCP.listen(host: "127.0.0.1", port: UInt16(port), sharesPort: false).surrender()
        held.withLock { $0.append(number) }
        return port
    }

    deinit {
        for number in held.withLock({ $0 }) { close(number) }
    }

    // MARK: Results

    /// The lines of a file of JSON lines; every one must be whole.
    static func objects(_ text: some StringProtocol) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                throw Child.Failure(description: "not an object: \(line)")
            }
            return object
        }
    }

    func recordedLines(_ name: String = "records.jsonl") throws -> [[String: Any]] {
        try Self.objects(String(contentsOfFile: path(name), encoding: .utf8))
    }

    // MARK: Vehicles

    func vehicle(_ vin: String = vins[0], port: UInt16? = nil) throws -> TestVehicle {
        let context = try TLSClientContext(
            authorities: try Certificate.readAll(path: files.authorityPath),
            identity: try TLSIdentity(chainPath: files.vehiclePath(vin), keyPath: files.vehicleKeyPath(vin))
        )
        let vehicle = try TestVehicle(
            port: port ?? UInt16(self.port),
            context: context,
            timeoutMilliseconds: 60_000
        )
        let answer = try vehicle.upgrade(headers: [("Version", "1.2.0")])
        guard answer.status == 101 else { throw Child.Failure(description: "upgrade answered \(answer.status)") }
        return vehicle
    }

    /// A record with one field, and one more of so many bytes.
    static func frame(_ txid: String, speed: Double, vin: String = vins[0], padding: Int = 0) -> [UInt8] {
        var writer = PayloadWriter()
        var data = [Datum(field: .vehicleSpeed, value: .double(speed))]
        if padding > 0 {
            data.append(Datum(field: Field(number: 64), value: .text(String(repeating: "x", count: padding))))
        }
        let content = VehicleData(
            data: data,
            createdAt: Timestamp(seconds: 1_700_000_000, nanos: 0)
        )
        var bytes: [UInt8] = []
        Envelope.appendStream(
            StreamMessage(
                txid: Array(txid.utf8),
                topic: Array("V".utf8),
                senderID: Array("vehicle_device.\(vin)".utf8),
                payload: writer.bytes(of: .vehicleData(content)),
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array(vin.utf8),
                createdAtSeconds: 1_700_000_000
            ),
            to: &bytes
        )
        return bytes
    }

    /// The txid that a frame of the server acknowledges; nil for any other frame.
    static func acknowledged(_ frame: TestVehicle.Frame) throws -> String? {
        guard frame.opcode == 2 else { return nil }
        let envelope = try Envelope.read(frame.payload.span)
        guard envelope.kind == .acknowledgement else { return nil }
        return String(decoding: frame.payload[envelope.txid], as: UTF8.self)
    }

    /// What keeps a server from being ready; waits until the words stand there, or until they are gone.
    static func readiness(port: Int, until isWanted: (String) -> Bool) throws -> String {
        let deadline = MonotonicTime.now.adding(milliseconds: 300_000)
        while true {
            let answer = try httpGet("/readyz", port: port)
            if isWanted(answer) { return answer }
            guard MonotonicTime.now < deadline else {
                throw Child.Failure(description: "waited in vain; /readyz says: \(answer)")
            }
            ThreadSignal().wait(until: MonotonicTime.now.adding(milliseconds: 10))
        }
    }

    /// What a plain HTTP port answers.
    static func httpGet(_ path: String, port: Int) throws -> String {
        let socket = try TCP.connect(host: "127.0.0.1", port: UInt16(port), isBlocking: true)
        TCP.setTimeout(socket, milliseconds: 20_000)
        let request = Array("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
        _ = try TCP.send(request.span, to: socket)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var count = 0
        while let received = try socket.read(into: &buffer, at: count), received > 0 { count += received }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
