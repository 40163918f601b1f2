import ConfigurationSchema
import Foundation
import OpenSSLTransport
import ServerAssembly
import Testing
import VehicleFixtures

/// The checks against real files, keys and ports.
struct ConfigurationMachineTests {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "configuration-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String, mode: Int = 0o600) throws -> String {
        try Data(bytes).write(to: folder.appending(path: name))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
        return path(name)
    }

    /// A whole PKI, and a configuration beside it.
    func writeGoodSetup(port: Int = 1) throws -> String {
        let root = try CertificateIssuer.makeRoot(commonName: "Tesla Motors Products CA")
        let intermediate = try root.makeIntermediate(commonName: "Intermediate")
        var template = CertificateTemplate(role: .server, commonName: "localhost", days: 90)
        template.hosts = ["localhost"]
        let server = try intermediate.issue(template)
        try write(server.chainPEM, "server.pem")
        try write(server.certificate.pem, "leaf.pem")
        try write((server.intermediates + [server.certificate]).flatMap(\.pem), "reversed.pem")
        try write(server.key.pem, "server.key")
        try write(root.key.pem, "other.key")
        try write(root.certificate.pem, "ca.pem")
        return try write(Array(configuration(port: port).utf8), "config.json")
    }

    func configuration(port: Int, certificate: String = "server.pem", key: String = "server.key") -> String {
        """
        {"host": "127.0.0.1", "port": \(port), "records": {"V": ["file"]}, "file": {"path": "\(path("records.jsonl"))"},
         "tls": {"server_cert": "\(path(certificate))", "server_key": "\(path(key))", "ca_file": "\(path("ca.pem"))"}}
        """
    }

    func check(_ text: String) throws -> ConfigurationCommands.Checked {
        let file = try write(Array(text.utf8), "changed.json")
        return ConfigurationCommands.checked(path: file, environment: [:])
    }

    @Test func `a sound setup is usable`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try writeGoodSetup()
        let checked = try check(configuration(port: Int(TestPorts.free())))
        // A port may be taken by another test by chance; nothing else may be said.
        #expect(checked.report.findings.filter { $0.code != .portUnusable }.isEmpty, "\(checked.report.text)")
        #expect(checked.configuration != nil)
    }

    @Test func `real certificates and keys are told apart`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try writeGoodSetup()
        func codes(certificate: String = "server.pem", key: String = "server.key") throws -> [String] {
            let checked = try check(configuration(port: Int(TestPorts.free()), certificate: certificate, key: key))
            return checked.report.findings.map(\.code.text).filter { $0 != "port_unusable" }
        }
        #expect(try codes(key: "other.key") == ["key_mismatch"])
        #expect(try codes(certificate: "reversed.pem") == ["certificate_order"])
        #expect(try codes(certificate: "absent.pem") == ["certificate"])
        #expect(try codes(key: "server.pem") == ["private_key"])
        #expect(try codes(certificate: "server.key") == ["certificate"])
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path("server.key"))
        #expect(try codes() == ["private_key"])
    }

    @Test func `a certificate for clients, and one without names, are found out`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try writeGoodSetup()
        func findings(_ change: (inout CertificateTemplate) -> Void) throws -> [ConfigurationFinding] {
            var template = CertificateTemplate(role: .server, commonName: "localhost", days: 90)
            template.hosts = ["localhost"]
            change(&template)
            let made = try CertificateIssuer.makeRoot(commonName: "Mine").issue(template)
            try write(made.certificate.pem, "made.pem")
            try write(made.key.pem, "made.key")
            let checked = try check(
                configuration(port: Int(TestPorts.free()), certificate: "made.pem", key: "made.key")
            )
            return checked.report.findings.filter { $0.code != .portUnusable }
        }
        #expect(try findings { _ in }.isEmpty)
        let usage = try findings { $0.extendedKeyUsages = [CertificateTemplate.clientAuthentication] }
        #expect(usage.map(\.code) == [.certificateUsage] && usage.map(\.severity) == [.error])
        let names = try findings { $0.hosts = [] }
        #expect(names.map(\.code) == [.certificateUsage] && names.map(\.severity) == [.warning])
    }

    @Test func `an encrypted key is named in a whole sentence`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try writeGoodSetup()
        let key = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
        try write(Array(key.utf8), "e.key")
        let checked = try check(configuration(port: Int(TestPorts.free()), key: "e.key"))
        let finding = try #require(checked.report.findings.first { $0.code == .privateKey })
        #expect(finding.problem == "\(path("e.key")) holds an encrypted private key")
    }

    @Test func `an expired certificate is found out`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try writeGoodSetup()
        let old = try CertificateIssuer.makeSelfSigned(CertificateTemplate(role: .server, commonName: "old", days: -2))
        try write(old.certificate.pem, "old.pem")
        try write(old.key.pem, "old.key")
        let checked = try check(configuration(port: Int(TestPorts.free()), certificate: "old.pem", key: "old.key"))
        #expect(checked.configuration == nil)
        #expect(checked.report.findings.contains { $0.code == .certificateDate && $0.severity == .error })
    }

    @Test func `a port in use and an address of somebody else are noticed`() throws {
        let machine = MachineEnvironment()
        let listener = try Listener()
        #expect(machine.portCondition(host: "127.0.0.1", port: listener.port) == .taken)
        guard case .unusableHost = machine.portCondition(host: "192.0.2.1", port: 4443) else {
            Issue.record("192.0.2.1 is nobody's address")
            return
        }
    }

    @Test func `paths that cannot be appended to are explained`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let machine = MachineEnvironment()
        #expect(machine.complaintAboutAppending(to: path("new.jsonl")) == nil)
        #expect(machine.complaintAboutAppending(to: folder.path)?.problem == "is a directory")
        let deep = machine.complaintAboutAppending(to: path("a/b.jsonl"))
        #expect(deep?.remedy == "mkdir -p \(path("a"))")
    }

    @Test func `directories that files can't be kept in are explained`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let machine = MachineEnvironment()
        #expect(machine.complaintAboutKeepingFiles(in: folder.path) == nil)
        #expect(machine.complaintAboutKeepingFiles(in: path("spool/of/mine")) == nil)
        try write([1], "file")
        #expect(machine.complaintAboutKeepingFiles(in: path("file"))?.problem == "is a file")
        #expect(
            machine.complaintAboutKeepingFiles(in: path("file/spool"))?.problem
                == "cannot be made, because this user may not write to \(path("file"))"
        )
        #expect((machine.freeBytes(at: path("spool/of/mine")) ?? 0) > 0)
    }

    @Test func `a file that is not there gives exit code 2`() {
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = ConfigurationCommands.check(path: path("absent.json"), json: false, environment: [:])
        #expect(output.exitCode == 2)
        #expect(output.text.contains("cannot be read: No such file or directory"))
        #expect(ConfigurationCommands.check(path: folder.path, json: true, environment: [:]).exitCode == 2)
    }

    @Test func `exit codes follow the findings`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let bad = try write(Array("{}".utf8), "bad.json")
        #expect(ConfigurationCommands.check(path: bad, json: false, environment: [:]).exitCode == 1)
        let text = "{\"port\": 1, \"tls\": {\"server_cert\": \"c\", \"server_key\": \"k\"}}"
        let warned = try write(Array(text.utf8), "warned.json")
        let output = ConfigurationCommands.check(path: warned, json: true, environment: [:], machine: nil)
        #expect(output.exitCode == 0)
        #expect(output.text.hasPrefix("{\"file\":\"\(warned)\",\"errors\":0,\"warnings\":1,"))
    }
}

/// Holds a port of the loopback for as long as it lives.
private final class Listener {
    private let descriptor: Int32
    let port: Int

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = listen(descriptor, 1)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
