import Doctor
import Foundation
import Glibc
import LinuxSystem
import OpenSSLTransport
import Symptoms
import Testing
import VehicleFixtures

extension Stage {
    /// `validate_server.json` of this server.
    func vehicleFile(
        hostname: String = host,
        port: String? = nil,
        authority: String? = nil
    ) throws -> DoctorRequest {
        let pem = middle.certificate.pem + root.certificate.pem
        let text = authority ?? String(decoding: pem, as: UTF8.self)
        let quoted = try JSONSerialization.data(withJSONObject: [text], options: [.withoutEscapingSlashes])
        let array = String(decoding: quoted, as: UTF8.self)
        let quotedText = array.dropFirst().dropLast()
        try write(
            "{\"hostname\": \"\(hostname)\", \"port\": \(port ?? "\(self.port)"), \"ca\": \(quotedText)}",
            "validate_server.json"
        )
        var request = DoctorRequest()
        request.vehicleFilePath = path("validate_server.json")
        return request
    }
}

struct DoctorTests {
    /// What has to be named first, with the whole report when it was not.
    static func expect(_ cause: SymptomCode, first report: DoctorReport, _ name: String) {
        let causes = report.causes
        #expect(causes.first?.symptom == cause, "\(name): \(causes.map(\.symptom.rawValue))\n\(report.text())")
    }

    @Test func `there are more than forty broken set-ups, each of its own`() {
        #expect(BrokenSetup.all.count >= 40)
        #expect(Set(BrokenSetup.all.map(\.name)).count == BrokenSetup.all.count)
        #expect(Set(BrokenSetup.all.map(\.cause)).count >= 40)
    }

    @Test(arguments: BrokenSetup.all)
    func `the one cause is named first`(setup: BrokenSetup) throws {
        let stage = try Stage()
        let request = try setup.make(stage)
        Self.expect(setup.cause, first: stage.examine(request), setup.name)
    }

    // MARK: What is in order

    @Test func `a sound set-up has no cause, from inside and from outside`() throws {
        let stage = try Stage()
        try stage.writeConfiguration(["spool": ["directory": stage.path("spool"), "max_bytes": 16_777_216]])
        try stage.serve()
        let key = try stage.appKey("prime256v1")
        var request = stage.request
        request.domain = "localhost:\(try stage.serveKey(key))"
        request.appKeyPath = key
        let report = stage.examine(request)
        #expect(report.causes.isEmpty, "\(report.text())")
        let skipped = report.steps.filter { $0.verdict != .ok }
        #expect(skipped.isEmpty, "\(report.text())")
        #expect(report.text().contains("acknowledged after"))
        let outside = stage.examine(stage.outside())
        #expect(outside.causes.isEmpty, "\(outside.text())")
        #expect(outside.verdict == .ok)
        let vehicleFile = stage.examine(try stage.vehicleFile())
        #expect(vehicleFile.causes.isEmpty, "\(vehicleFile.text())")
        let local = DoctorRequest.local(stage.path("server.json"))
        #expect(stage.examine(local).causes.isEmpty)
    }

    @Test func `a whole request to fleet_telemetry_config is understood too`() throws {
        let stage = try Stage()
        try stage.serve()
        _ = try stage.vehicleFile()
        let bytes = try Files.read(stage.path("validate_server.json"), limitBytes: 1 << 20)
        let inner = String(decoding: bytes, as: UTF8.self)
        try stage.write("{\"vins\": [\"\(Stage.vin)\"], \"config\": \(inner)}", "validate_server.json")
        var request = DoctorRequest()
        request.vehicleFilePath = stage.path("validate_server.json")
        let report = stage.examine(request)
        #expect(report.causes.isEmpty, "\(report.text())")
        #expect(report.verdict == .ok)
    }

    @Test func `what is not given is skipped with a reason, and the report says it in JSON too`() throws {
        let stage = try Stage()
        try stage.serve()
        let report = stage.examine(stage.outside())
        let bundle = try #require(report.steps.first { $0.step == .bundle })
        #expect(bundle.verdict == .skipped && bundle.skipped == "no --config")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any]
        )
        #expect(object["verdict"] as? String == "ok")
        #expect(object["cause"] == nil)
        #expect((object["steps"] as? [[String: Any]])?.count == report.steps.count)
    }

    @Test func `full and partial chains are told apart in words`() throws {
        let stage = try Stage()
        try stage.serve()
        func words() throws -> String {
            try #require(stage.examine(stage.outside()).steps.first { $0.step == .authorities }).evidence.joined()
        }
        #expect(try words().contains("full chain"))
        try stage.write(stage.root.certificate.pem, "ca.pem")
        #expect(try words().contains("root only"))
        try stage.write(stage.middle.certificate.pem, "ca.pem")
        #expect(try words().contains("partial chain"))
    }

    @Test func `texts from files and peers cannot reach the terminal as they are`() throws {
        let stage = try Stage()
        let server = try RawServer { descriptor in
            _ = try? TCP.send(Array("\u{1b}[31mred\u{7}\r\n".utf8).span, to: descriptor)
        }
        stage.hold(server)
        let report = stage.examine(stage.outside(port: server.port))
        #expect(!report.text().contains("\u{1b}") && !report.text().contains("\u{7}"))
        Self.expect(.portSpeaksNoTLS, first: report, "control characters")
    }

    // MARK: Disks

    /// Needs the right to mount; as root that is there in CI.
    @Test(.enabled(if: Stage.canMount))
    func `a full spool disk is named first`() throws {
        let stage = try Stage()
        let disk = try stage.mount("disk")
        try Files.makeDirectories("\(disk)/spool")
        let filler = open("\(disk)/filler", O_WRONLY | O_CREAT, 0o600)
        defer { close(filler) }
        let block = [UInt8](repeating: 0, count: 4_096)
        while Glibc.write(filler, block, block.count) > 0 {}
        try stage.writeConfiguration(["spool": ["directory": "\(disk)/spool", "max_bytes": 16_777_216]])
        Self.expect(.spoolDiskFull, first: stage.examine(stage.request), "full disk")
    }

    @Test(.enabled(if: Stage.canMount))
    func `a read-only spool is named first`() throws {
        let stage = try Stage()
        let disk = try stage.mount("disk", flags: UInt(MS_RDONLY))
        try stage.writeConfiguration(["spool": ["directory": disk]])
        Self.expect(.spoolUnwritable, first: stage.examine(stage.request), "read-only disk")
    }
}

extension DoctorRequest {
    /// The server of this machine, where its configuration makes it listen.
    static func local(_ path: String) -> DoctorRequest {
        var request = DoctorRequest()
        request.configurationPath = path
        return request
    }
}
