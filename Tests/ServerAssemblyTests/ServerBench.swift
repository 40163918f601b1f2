import Foundation
import Glibc
import LinuxSystem
import Observability
import OpenSSLTransport
import ServerAssembly
import TelemetryFixtures
import Testing
import VehicleFixtures

/// A whole server in this process, from a configuration text, with certificates of its own.
final class ServerBench {
    let folder: URL
    let pki: TestPKI
    let capture = LogCapture()
    let server: TelemetryServer
    /// What the dispatcher `logger` wrote, one line per record.
    let recordLog: URL

    /// - Parameters:
    ///   - members: of the configuration besides host, port and certificates; joined by commas.
    ///   - files: gets `FOLDER` in `members` replaced by a folder of its own.
    ///   - configurationPath: a file that is read when the server reloads; nil for none.
    ///   - vehicleAuthority: the name of a file in the folder with what vehicles hold; nil for none.
    ///   - held: what that file holds; nil for the authority that the server's certificate comes from.
    ///   - controlPath: the default place of the control socket; nil for none.
    init(
        _ members: String,
        environment: [String: String] = [:],
        level: LogLevel = .debug,
        folder: URL? = nil,
        configurationPath: String? = nil,
        vehicleAuthority: String? = nil,
        holding held: [Certificate]? = nil,
        controlPath: String? = nil
    ) throws {
        let folder = try folder ?? Self.makeFolder()
        self.folder = folder
        pki = try TestPKI()
        try Self.write(pki, to: folder)
        var configuration = try Self.configuration(members, folder: folder, environment: environment)
        if let vehicleAuthority {
            let file = folder.appending(path: vehicleAuthority)
            try Data((held ?? [pki.authority.certificate]).flatMap(\.pem)).write(to: file)
            configuration.tls.vehicleCAFile = file.path
        }
        recordLog = folder.appending(path: "records.log")
        let path = recordLog.path
        server = try TelemetryServer(
            configuration,
            directory: folder.path,
            source: configurationPath.map { ConfigurationSource(path: $0, environment: environment) },
            controlPath: controlPath,
            loggerOutput: { () throws(SystemCallError) in try AppendFile.open(path: path, mode: 0o600) },
            log: Log(level: level, format: .json, output: .capture(capture), maskVINs: configuration.log.maskVINs)
        )
    }

    static func makeFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "server-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    static func write(_ pki: TestPKI, to folder: URL) throws {
        try write(pki.serverIdentity, authority: pki.authority.certificate, to: folder)
    }

    static func write(_ identity: TLSIdentity, authority: Certificate, to folder: URL) throws {
        try Data(identity.chain.flatMap(\.pem)).write(to: folder.appending(path: "server.pem"))
        try Data(identity.key.pem).write(to: folder.appending(path: "server.key"))
        try Data(authority.pem).write(to: folder.appending(path: "ca.pem"))
    }

    static func configuration(
        _ members: String,
        folder: URL,
        hasClientCA: Bool = true,
        environment: [String: String] = [:]
    ) throws -> ServerConfiguration {
        let ca = hasClientCA ? ", \"ca_file\": \"FOLDER/ca.pem\"" : ""
        let text = """
            {"host": "127.0.0.1", "port": 4443,
             "tls": {"server_cert": "FOLDER/server.pem", "server_key": "FOLDER/server.key"\(ca)}, \(members)}
            """.replacingOccurrences(of: "FOLDER", with: folder.path)
        let loaded = ServerConfiguration.read(Array(text.utf8), environment: environment)
        var configuration = try #require(loaded.configuration, "\(loaded.findings)")
        // The kernel chooses, so that tests don't meet.
        configuration.port = 0
        configuration.threads = 1
        // Vehicles of tests stay where they are, and would be waited for at the end.
        configuration.connection.closeTimeout = .milliseconds(50)
        return configuration
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A vehicle that has come as far as the upgrade.
    func vehicle(_ vin: String = "5YJ3E1EA7KF000316", headers: [(name: String, value: String)] = []) throws
        -> TestVehicle
    {
        let vehicle = try TestVehicle(port: server.address.port, context: try pki.clientContext(vin: vin))
        let status = try vehicle.upgrade(headers: headers).status
        try #require(status == 101)
        return vehicle
    }

    /// The lines of an event, read as JSON; waits for the first.
    func lines(of event: String, atLeast count: Int = 1) throws -> [[String: Any]] {
        eventually { capture.lines(of: event).count >= count }
        return try capture.lines(of: event).map(Self.members)
    }

    /// The latest line of an event that says `text`; waits for it.
    func line(of event: String, saying text: String) throws -> [String: Any] {
        func latest() -> String? { capture.lines(of: event).last { $0.contains(text) } }
        eventually { latest() != nil }
        return try Self.members(try #require(latest(), "no \(event) says: \(text)"))
    }

    private static func members(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    /// One plain HTTP request; the answer's head and body as text.
    static func get(_ path: String, port: UInt16) throws -> (head: String, body: String) {
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        let answer = try exchange(Array(request.utf8), port: port)
        let parts = answer.components(separatedBy: "\r\n\r\n")
        return (parts[0], parts.dropFirst().joined(separator: "\r\n\r\n"))
    }

    /// Sends bytes as they are and returns what comes until the other end closes.
    static func exchange(_ bytes: [UInt8], port: UInt16) throws -> String {
        let socket = try TCP.connect(host: "127.0.0.1", port: port, isBlocking: true)
        TCP.setTimeout(socket, milliseconds: 10_000)
        if !bytes.isEmpty { _ = try TCP.send(bytes.span, to: socket) }
        if bytes.isEmpty { TCP.shutdownSending(socket) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket.number, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }
}
