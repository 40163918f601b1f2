import JSONText
import LinuxSystem
import OpenSSLTransport
import ServerAssembly
import Symptoms
import Testing
import TextCodec

/// `certs check`: certificate, key and vehicles, together and in time.
final class CertificateCheckTests {
    private let directory: TemporaryDirectory
    private let authority: OwnAuthority
    private let now = WallClock.seconds

    init() throws {
        directory = try TemporaryDirectory(prefix: "check")
        authority = try OwnAuthority.make(AuthorityFiles(directory: "\(directory.path)/ca"))
        _ = try authority.issue(ServerFiles(directory: directory.path), hosts: ["cars.example.com"], days: 90, now: now)
    }

    private func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    private func check(_ change: (inout CertificateCheck.Subjects) -> Void = { _ in }, at moment: Int64? = nil)
        -> CertificateCheck
    {
        var subjects = CertificateCheck.Subjects(certificatePath: path("server.pem"), warningDays: 14)
        subjects.keyPath = path("server.key")
        subjects.vehicleAuthorityPath = authority.files.path
        change(&subjects)
        return CertificateCheck.run(subjects, at: moment ?? now)
    }

    private func symptoms(_ check: CertificateCheck) -> [SymptomCode] {
        check.items.flatMap(\.remarks).compactMap(\.symptom)
    }

    @Test func `what fits together is fine, in words and for scripts`() throws {
        let check = check()
        #expect(check.isFine)
        #expect(check.items.map(\.name) == ["certificate", "key", "vehicle_ca"])
        let lines = check.text(.plain).split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("ok: ") })
        #expect(lines[0].contains("for cars.example.com, of CN=Fleet Telemetry CA, valid until "))
        var writer = JSONWriter()
        check.write(to: &writer)
        let root = try JSONReader.read(writer.bytes).root
        #expect(root["ok"]?.flag == true)
        #expect(root["days_left"]?.wholeNumber == 90)
        #expect(root["vehicle_ca"]?["file"]?.text == authority.files.path)
    }

    @Test func `an end that is near is mentioned, in the days that are asked for`() {
        #expect(check(at: now + 75 * 86_400).isFine)
        let soon = check(at: now + 77 * 86_400)
        #expect(symptoms(soon) == [.certificateExpiresSoon])
        #expect(soon.daysLeft == 13)
        #expect(soon.text(.plain).contains("warning: \(path("server.pem")) expires on"))
        #expect(symptoms(check({ $0.warningDays = 91 })) == [.certificateExpiresSoon])
        let late = check(at: now + 91 * 86_400)
        #expect(symptoms(late) == [.certificateExpired])
        #expect(late.daysLeft == -2 || late.daysLeft == -1)
    }

    @Test func `a renewed certificate of the same CA is welcome, one of another is not`() throws {
        let renewed = ServerFiles(directory: path("renewed"))
        _ = try authority.issue(renewed, hosts: ["cars.example.com"], now: now)
        #expect(check { ($0.certificatePath, $0.keyPath) = (renewed.path, renewed.keyPath) }.isFine)

        let other = try OwnAuthority.make(AuthorityFiles(directory: path("other")), name: "Another")
        let foreign = ServerFiles(directory: path("foreign"))
        _ = try other.issue(foreign, hosts: ["cars.example.com"], now: now)
        let refused = check { ($0.certificatePath, $0.keyPath) = (foreign.path, foreign.keyPath) }
        #expect(symptoms(refused) == [.authorityOfAnother])
        #expect(refused.text(.plain).contains("Vehicles that hold this text refuse the server."))
    }

    @Test func `a text that only the present certificate fits is mentioned before the next one comes`() throws {
        let root = try CertificateIssuer.makeRoot(commonName: "Root")
        let middle = try root.makeIntermediate(commonName: "Middle")
        let issued = try middle.issue(.server(hosts: ["cars.example.com"], days: 90))
        try Files.write(issued.chainPEM, to: path("public.pem"), mode: 0o644)
        try Files.write(issued.key.pem, to: path("public.key"), mode: 0o600)
        func outlook(_ held: [Certificate]) throws -> [SymptomCode] {
            try Files.write(held.flatMap(\.pem), to: path("held.pem"), mode: 0o644)
            return symptoms(
                check {
                    $0.certificatePath = path("public.pem")
                    $0.keyPath = path("public.key")
                    $0.vehicleAuthorityPath = path("held.pem")
                }
            )
        }
        #expect(try outlook([middle.certificate, root.certificate]).isEmpty)
        #expect(try outlook([middle.certificate]) == [.authorityLacksRoot])
        #expect(try outlook([root.certificate]) == [.authorityLacksIntermediate])
        #expect(try outlook([issued.certificate]) == [.authorityIsLeaf])
    }

    @Test func `the hostname of the vehicles' configuration must be in the certificate`() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("hostname", "elsewhere.example.com")
        writer.member("ca", String(decoding: authority.certificate.pem, as: UTF8.self))
        writer.endObject()
        try Files.write(writer.bytes, to: path("vehicles.json"), mode: 0o644)
        #expect(symptoms(check { $0.vehicleAuthorityPath = path("vehicles.json") }) == [.hostNotInCertificate])
        let named = check {
            $0.vehicleAuthorityPath = path("vehicles.json")
            $0.hosts = ["cars.example.com"]
        }
        #expect(named.isFine)
        #expect(
            symptoms(check { $0.hosts = ["cars.example.com", "a", "b"] }) == [
                .hostNotInCertificate, .hostNotInCertificate,
            ]
        )
    }

    @Test func `keys that are another's, locked, open to all or missing are told apart`() throws {
        #expect(symptoms(check { $0.keyPath = authority.files.keyPath }) == [.keyOfAnotherCertificate])
        #expect(symptoms(check { $0.keyPath = path("none") }) == [.keyUnreadable])
        let key = try Files.read(path("server.key"), limitBytes: 10_000)
        try Files.write(key, to: path("open.key"), mode: 0o644)
        #expect(symptoms(check { $0.keyPath = path("open.key") }) == [.keyReadableByAll])
        #expect(check { $0.keyPath = nil }.items.map(\.name) == ["certificate", "vehicle_ca"])
    }

    @Test func `without a certificate there is nothing else to say`() {
        let check = check { $0.certificatePath = path("none") }
        #expect(symptoms(check) == [.certificateFileUnusable])
        #expect(check.daysLeft == nil)
    }

    @Test func `what vehicles hold may be unreadable`() {
        #expect(symptoms(check { $0.vehicleAuthorityPath = path("none") }) == [.authorityTextUnusable])
        #expect(symptoms(check { $0.vehicleAuthorityPath = path("server.key") }) == [.authorityTextUnusable])
    }
}
