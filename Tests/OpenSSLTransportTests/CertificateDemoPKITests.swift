import Foundation
import OpenSSLTransport
import Testing

struct CertificateDemoPKITests {
    let scratch: ScratchDirectory
    let options: DemoPKIOptions

    init() throws {
        scratch = try ScratchDirectory()
        options = DemoPKIOptions(
            directory: scratch.file("new/pki"),
            vins: ["5YJ3E1EA7KF000316", "5YJ3E1EA7KF000317", "5YJ3E1EA7KF000316"],
            hosts: ["localhost", "127.0.0.1", "::1"]
        )
    }

    @Test func `a directory of working certificates is made`() throws {
        let report = try DemoPKI.write(options)
        #expect(!report.reusedAuthority)
        #expect(report.kept.isEmpty)
        let names = [
            "ca.pem", "ca.key", "server.pem", "server.key", "vehicles/5YJ3E1EA7KF000316.pem",
            "vehicles/5YJ3E1EA7KF000316.key", "vehicles/5YJ3E1EA7KF000317.pem", "vehicles/5YJ3E1EA7KF000317.key",
        ]
        #expect(report.written == names.map { "\(options.directory)/\($0)" })
        for name in names {
            #expect(try scratch.mode("new/pki/\(name)") == (name.hasSuffix(".key") ? 0o600 : 0o644), "\(name)")
        }
        let trust = try ClientTrust.load(paths: [options.authorityPath])
        #expect(trust.anchors.map(\.subjectCommonName) == ["Tesla Motors Products CA"])
        for vin in options.vins {
            let vehicle = try Certificate.readAll(path: options.vehiclePath(vin))
            #expect(vehicle.map(\.subjectCommonName) == [vin])
            #expect(try PrivateKey.read(path: options.vehicleKeyPath(vin)).matches(vehicle[0]))
            #expect(trust.refusal(of: vehicle[0], at: unixNow) == nil)
            #expect(vehicle[0].extendedKeyUsages == [CertificateTemplate.clientAuthentication])
        }
        let server = try Certificate.readAll(path: options.serverPath)
        #expect(try PrivateKey.read(path: options.serverKeyPath).matches(server[0]))
        #expect(server[0].dnsNames == ["localhost"])
        #expect(server[0].ipAddresses == ["127.0.0.1", "::1"])
    }

    @Test func `a second call adds vehicles and keeps what is good`() throws {
        _ = try DemoPKI.write(options)
        let authority = try scratch.read("new/pki/ca.pem")
        let server = try scratch.read("new/pki/server.pem")
        var more = options
        more.vins.append("NEW")
        let report = try DemoPKI.write(more)
        #expect(report.reusedAuthority)
        #expect(report.written == [more.vehiclePath("NEW"), more.vehicleKeyPath("NEW")])
        #expect(report.kept.count == 3)
        #expect(try scratch.read("new/pki/ca.pem") == authority)
        #expect(try scratch.read("new/pki/server.pem") == server)
        more.hosts = ["example.org"]
        #expect(try DemoPKI.write(more).written == [more.serverPath, more.serverKeyPath])
        #expect(try Certificate.readAll(path: more.serverPath)[0].dnsNames == ["example.org"])
        more.hosts = []
        #expect(try DemoPKI.write(more).written == [])
    }

    @Test func `a certificate whose key was lost, and one about to expire, are made anew`() throws {
        var short = options
        short.days = 1
        _ = try DemoPKI.write(short)
        #expect(try DemoPKI.write(short).written.count == 6)
        _ = try DemoPKI.write(options)
        try FileManager.default.removeItem(atPath: options.serverKeyPath)
        #expect(try DemoPKI.write(options).written == [options.serverPath, options.serverKeyPath])
    }

    @Test func `rsa keys can be asked for`() throws {
        var rsa = options
        rsa.algorithm = .rsa(bits: 2048)
        rsa.vins = ["A"]
        rsa.hosts = []
        _ = try DemoPKI.write(rsa)
        #expect(try Certificate.readAll(path: rsa.authorityPath)[0].key == .rsa(bits: 2048))
        #expect(try Certificate.readAll(path: rsa.vehiclePath("A"))[0].key == .rsa(bits: 2048))
        #expect(!FileManager.default.fileExists(atPath: rsa.serverPath))
    }

    @Test func `files of somebody else are never touched, and nothing is written`() throws {
        _ = try DemoPKI.write(options)
        let foreign = try CertificateIssuer.makeRoot(commonName: "Tesla Motors Products CA").issue(.vehicle("X"))
        try scratch.write(foreign.certificate.pem, "new/pki/vehicles/X.pem")
        try scratch.write(foreign.key.pem, "new/pki/vehicles/Y.key")
        for (vin, path) in [("X", options.vehiclePath("X")), ("Y", options.vehicleKeyPath("Y"))] {
            var more = options
            more.vins = ["FIRST", vin]
            let error = thrown(DemoPKIError.self) { _ = try DemoPKI.write(more) }
            guard case .foreignFile(path, _) = error else {
                Issue.record("another error: \(String(describing: error))")
                continue
            }
            #expect(!FileManager.default.fileExists(atPath: more.vehiclePath("FIRST")))
        }
        #expect(try scratch.read("new/pki/vehicles/X.pem") == foreign.certificate.pem)
    }

    @Test func `a server certificate without the authority is somebody else's`() throws {
        _ = try DemoPKI.write(options)
        try FileManager.default.removeItem(atPath: options.authorityPath)
        try FileManager.default.removeItem(atPath: options.authorityKeyPath)
        guard case .foreignFile(options.serverPath, _) = thrown(DemoPKIError.self, { _ = try DemoPKI.write(options) })
        else {
            Issue.record("it was overwritten")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: options.authorityPath))
    }

    @Test func `an authority that cannot be used is named`() throws {
        _ = try DemoPKI.write(options)
        var other = options
        other.authorityCommonName = "Other"
        #expect(thrown(DemoPKIError.self) { _ = try DemoPKI.write(other) }?.description.contains("ca.pem") == true)
        let key = try PrivateKey.make(.ecdsaP256).pem
        try scratch.write(key, "new/pki/ca.key")
        let mismatch = thrown(DemoPKIError.self) { _ = try DemoPKI.write(options) }?.description
        #expect(mismatch?.contains("does not belong to the key") == true)
        try FileManager.default.removeItem(atPath: options.authorityKeyPath)
        let missing = thrown(DemoPKIError.self) { _ = try DemoPKI.write(options) }?.description
        #expect(missing?.contains("is missing") == true)
        let leaf = try CertificateIssuer.makeSelfSigned(.server())
        try scratch.write(leaf.certificate.pem, "new/pki/ca.pem")
        try scratch.write(leaf.key.pem, "new/pki/ca.key")
        let noAuthority = thrown(DemoPKIError.self) { _ = try DemoPKI.write(options) }?.description
        #expect(noAuthority?.contains("not the certificate of an authority") == true)
        var expired = CertificateTemplate(role: .authority(depth: 1), commonName: "Tesla Motors Products CA", days: -1)
        expired.notBefore = expired.notAfter - secondsOfDay
        let old = try CertificateIssuer.makeSelfSigned(expired)
        try scratch.write(old.certificate.pem, "new/pki/ca.pem")
        try scratch.write(old.key.pem, "new/pki/ca.key")
        let over = thrown(DemoPKIError.self) { _ = try DemoPKI.write(options) }?.description
        #expect(over?.contains("not valid now") == true)
    }

    @Test(arguments: ["", ".", "..", "a/b", "/etc/passwd", "a\nb", "a\0b", "a\u{7F}", "\u{202E}x", "\u{2028}"])
    func `a vin that is no file name is refused`(vin: String) throws {
        var odd = options
        odd.vins = ["GOOD", vin]
        guard case .unusableVIN(vin, _) = thrown(DemoPKIError.self, { _ = try DemoPKI.write(odd) }) else {
            Issue.record("\(vin.debugDescription) was taken")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: odd.directory))
    }

    @Test func `a vin longer than a common name is refused, and the longest is taken`() throws {
        var odd = options
        odd.hosts = []
        odd.vins = [String(repeating: "ü", count: 64)]
        #expect(try DemoPKI.write(odd).written.count == 4)
        odd.vins = [String(repeating: "V", count: 65)]
        guard case .unusableVIN = thrown(DemoPKIError.self, { _ = try DemoPKI.write(odd) }) else {
            Issue.record("it was taken")
            return
        }
    }

    @Test(arguments: ["", "https://example.org", "a,DNS:b", "example.org:443", "a b", "*", "a..b", "[::1]", "x\0y"])
    func `a host that is neither a name nor an address is refused`(host: String) throws {
        var odd = options
        odd.hosts = [host]
        #expect(thrown(DemoPKIError.self) { _ = try DemoPKI.write(odd) } == .unusableHost(host))
        var template = CertificateTemplate.server()
        template.hosts = [host]
        #expect(thrown(CertificateError.self) { _ = try CertificateIssuer.makeSelfSigned(template) } != nil)
    }

    @Test(arguments: [0, -1, 36_501]) func `days out of range are refused`(days: Int) throws {
        var odd = options
        odd.days = days
        #expect(thrown(DemoPKIError.self) { _ = try DemoPKI.write(odd) } == .unusableDays(days))
    }

    @Test func `a path that cannot be a directory is told with its reason`() throws {
        var odd = options
        odd.directory = try scratch.write("a file", "file") + "/pki"
        let error = thrown(DemoPKIError.self) { _ = try DemoPKI.write(odd) }
        #expect(error?.description.contains("\(scratch.file("file")): mkdir failed (Not a directory)") == true)
    }

    @Test func `texts that a certificate cannot hold are refused`() throws {
        var template = CertificateTemplate.vehicle()
        template.organizationalUnits = [""]
        #expect(thrown(CertificateError.self) { _ = try CertificateIssuer.makeSelfSigned(template) } != nil)
        template.organizationalUnits = []
        template.extendedKeyUsages = ["clientAuth,1.2.3"]
        #expect(thrown(CertificateError.self) { _ = try CertificateIssuer.makeSelfSigned(template) } != nil)
        template.extendedKeyUsages = []
        #expect(try CertificateIssuer.makeSelfSigned(template).certificate.extendedKeyUsages == [])
    }
}
