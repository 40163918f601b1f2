import Diagnosis
import JSONText
import LinuxSystem
import OpenSSLTransport
import ServerAssembly
import Symptoms
import Testing
import TextCodec
import VehicleFixtures

/// `certs show`: what something is, what it can be good for, what is wrong with it.
struct CredentialExplanationTests {
    private let root: CertificateIssuer
    private let middle: CertificateIssuer
    private let server: IssuedCertificate
    private let now = WallClock.seconds

    init() throws {
        root = try CertificateIssuer.makeRoot(commonName: "Root")
        middle = try root.makeIntermediate(commonName: "Middle")
        server = try middle.issue(.server(hosts: ["cars.example.com", "192.0.2.1"], days: 90))
    }

    private func explain(_ bytes: [UInt8], at moment: Int64? = nil) throws -> CredentialExplanation {
        try CredentialExplanation.of(bytes, source: "file", at: moment ?? now)
    }

    private func symptoms(_ explanation: CredentialExplanation) -> [SymptomCode] {
        (explanation.pieces.flatMap(\.remarks) + explanation.remarks).compactMap(\.symptom)
    }

    @Test func `a server's chain is explained certificate by certificate, and as a whole`() throws {
        let explanation = try explain(server.chainPEM)
        #expect(explanation.pieces.map(\.roles) == [[.serverCertificate], [.authorityForVehicles]])
        #expect(explanation.order == "each certificate is signed by the next, and the root is not among them")
        #expect(symptoms(explanation).isEmpty && !explanation.hasProblem)
        let text = explanation.text(.plain)
        for words in [
            "subject      CN=cars.example.com\n", "issued by    CN=Middle\n",
            "names        cars.example.com, 192.0.2.1\n",
            "key          EC P-256\n", "usage        serverAuth (1.3.6.1.5.5.7.3.1)\n", "(90 days)\n",
            "can be       this server's certificate", "key usage    digitalSignature\n", "may issue    yes\n",
        ] {
            #expect(text.contains(words), "\(words)")
        }
        // The chain of a server is nothing that vehicles are given.
        #expect(!text.contains("for the vehicles"))
        #expect(try explain(server.chainPEM + root.certificate.pem).order.hasSuffix("the last is the root"))
    }

    @Test func `authorities come with the text that vehicles are given`() throws {
        let explanation = try explain(middle.certificate.pem + root.certificate.pem)
        let line = try #require(explanation.text(.plain).split(separator: "\n").last)
        let text = try JSONReader.read(String(try #require(line.split(separator: ": ", maxSplits: 2).last))).root.text
        #expect(text == String(decoding: middle.certificate.pem + root.certificate.pem, as: UTF8.self))
        #expect(explanation.pieces[1].facts.contains { $0.name == "issued_by" && $0.value == .text("itself") })
    }

    @Test func `a wrong order, a lone leaf of a public CA, dates and names are what is wrong`() throws {
        #expect(symptoms(try explain(middle.certificate.pem + server.certificate.pem)) == [.leafNotFirst])
        #expect(symptoms(try explain(server.certificate.pem + root.certificate.pem)) == [.chainOutOfOrder])
        #expect(symptoms(try explain(server.chainPEM, at: now + 80 * 86_400)) == [.certificateExpiresSoon])
        #expect(try explain(server.chainPEM, at: now + 91 * 86_400).hasProblem)
        #expect(symptoms(try explain(server.chainPEM, at: now - 86_400)).allSatisfy { $0 == .certificateNotYetValid })
        var template = CertificateTemplate.server(hosts: ["a.example.com"], days: 90)
        template.issuerURL = "http://ca.example.com/middle.der"
        #expect(symptoms(try explain(try middle.issue(template).certificate.pem)) == [.intermediateMissing])
    }

    @Test(arguments: [
        ("Tesla Motors Products CA", nil, [] as [String], "vehicle_device"),
        ("Tesla Motors Products CA", "Tesla Motors SN", [], "vehicle_board_device"),
        (
            "Tesla Motors GF3 Product Issuing CA", nil, ["1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.49279.2.5.1"],
            "vehicle_device"
        ),
        ("Tesla Motors GF3 Product Issuing CA", nil, ["1.3.6.1.4.1.49279.2.5.2"], "energy_device"),
    ])
    func `a vehicle's certificate tells its VIN and device type`(
        _ issuer: String,
        _ unit: String?,
        _ usages: [String],
        _ type: String
    ) throws {
        let authority = try CertificateIssuer.makeRoot(commonName: issuer)
        var template = CertificateTemplate(role: .vehicle, commonName: "5YJ3E1EA7KF000316", days: 90)
        if let unit { template.organizationalUnits = [unit] }
        if !usages.isEmpty { template.extendedKeyUsages = usages }
        let explanation = try explain(try authority.issue(template).chainPEM)
        guard case .vehicleCertificate(let identity)? = explanation.pieces[0].roles.first else {
            Issue.record("\(explanation.pieces[0].roles)")
            return
        }
        #expect(identity.vin.text == "5YJ3E1EA7KF000316")
        #expect(identity.deviceType == type)
        #expect(explanation.text(.plain).contains("the certificate of VIN 5YJ3E1EA7KF000316, as \(type)"))
        // Nothing is wrong with it for not being a server's.
        #expect(symptoms(explanation).isEmpty)
    }

    @Test func `a vehicle of nobody's is no vehicle`() throws {
        let template = CertificateTemplate(role: .vehicle, commonName: "5YJ3E1EA7KF000316", days: 90)
        #expect(try explain(try root.issue(template).chainPEM).pieces[0].roles.isEmpty)
    }

    @Test func `an authority of Tesla's name without Tesla's fingerprint is mentioned`() throws {
        let demo = try CertificateIssuer.makeRoot(commonName: "Tesla Motors Products CA")
        #expect(symptoms(try explain(demo.certificate.pem)) == [.bundleNotPinned])
    }

    @Test func `keys, requests and what is wrong with them`() throws {
        let key = try explain(server.key.pem)
        #expect(key.pieces[0].roles == [.serverKey, .applicationKey])
        let both = try explain(server.key.pem + server.chainPEM)
        #expect(both.pieces[0].facts.contains { $0.value == .text("certificate 1 of this file") })
        #expect(symptoms(try explain(try PrivateKey.make(.rsa(bits: 1024)).pem)) == [.keyTooWeak])
        #expect(try explain(try PrivateKey.make(.ecdsaP384).pem).pieces[0].roles == [.serverKey])
        let open = try CredentialExplanation.of(server.key.pem, source: "file", isReadableByAll: true, at: now)
        #expect(symptoms(open) == [.keyReadableByAll])
        let certificate = try CredentialExplanation.of(server.chainPEM, source: "file", isReadableByAll: true, at: now)
        #expect(symptoms(certificate).isEmpty)
    }

    @Test func `the configuration of vehicles is explained by its ca`() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("hostname", "cars.example.com")
        writer.member("ca", String(decoding: root.certificate.pem, as: UTF8.self))
        writer.endObject()
        let explanation = try explain(writer.bytes)
        #expect(explanation.pieces.map(\.roles) == [[.authorityForVehicles]])
        #expect(explanation.text(.plain).contains("hostname     cars.example.com"))
        // The string alone, copied with its quotes and escapes.
        var copied = JSONWriter()
        copied.string(String(decoding: root.certificate.pem, as: UTF8.self))
        #expect(try explain(copied.bytes).pieces.map(\.roles) == [[.authorityForVehicles]])
        let error = #expect(throws: UnreadableCredentials.self) { try explain(Array(#"{"ca": "/etc/ca.pem"}"#.utf8)) }
        #expect(error?.description.contains("holds the path /etc/ca.pem") == true)
        #expect(error?.isMissing == false)
    }

    @Test func `scripts get everything, in one object`() throws {
        var writer = JSONWriter()
        try explain(server.chainPEM).write(to: &writer)
        let root = try JSONReader.read(writer.bytes).root
        let leaf = try #require(root["pieces"]?.elements?.first)
        #expect(leaf["kind"]?.text == "certificate")
        #expect(leaf["days_left"]?.wholeNumber == 90)
        #expect(leaf["hosts"]?.elements?.compactMap(\.text) == ["cars.example.com", "192.0.2.1"])
        #expect(leaf["roles"]?.elements?.compactMap(\.text) == ["server_certificate"])
        #expect(leaf["sha256"]?.text == server.certificate.sha256)
        #expect(leaf["ca"]?.flag == false)
        #expect(root["remarks"]?.elements?.isEmpty == true)
    }

    @Test func `names cannot paint on the terminal`() throws {
        var template = CertificateTemplate.server(hosts: ["a.example.com"], days: 90)
        template.commonName = "a\u{1B}[31mred"
        #expect(try !explain(try root.issue(template).certificate.pem).text(.plain).contains("\u{1B}"))
    }

    @Test func `a server is explained by what it sends and asks for`() throws {
        let receiver = try TestReceiver()
        defer { receiver.stop() }
        let port = receiver.receiver.address.port
        let sighting = try ServerHandshake.sight(host: "127.0.0.1", port: port, serverName: "localhost")
        let explanation = CredentialExplanation.ofServer(sighting, host: "localhost", port: port, at: now)
        #expect(explanation.source == "localhost:\(port)")
        #expect(explanation.text(.plain).contains("asks for a vehicle's certificate  yes"))
        #expect(explanation.text(.plain).contains("protocol     TLSv1.3"))
        #expect(symptoms(explanation).isEmpty)
        let other = CredentialExplanation.ofServer(sighting, host: "other.example.com", port: port, at: now)
        #expect(symptoms(other) == [.hostNotInCertificate])
        #expect(other.hasProblem)
    }
}
