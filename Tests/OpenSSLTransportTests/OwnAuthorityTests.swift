import Foundation
import LinuxSystem
import OpenSSLTransport
import TelemetryFixtures
import Testing

/// An authority of the operator's own, and what it issues.
struct OwnAuthorityTests {
    private let scratch: ScratchDirectory
    private let authority: OwnAuthority
    private let server: ServerFiles

    init() throws {
        scratch = try ScratchDirectory()
        authority = try OwnAuthority.make(AuthorityFiles(directory: scratch.file("ca")))
        server = ServerFiles(directory: scratch.file("etc"))
    }

    private func certificates() throws -> [Certificate] { try Certificate.readAll(path: server.path) }

    private func pairFits() throws -> Bool {
        try PrivateKey.read(path: server.keyPath).matches(try certificates()[0])
    }

    private func openssl(_ arguments: String) throws -> Tool.Outcome { try Tool.run("openssl \(arguments)") }

    @Test func `it lasts for decades, issues servers only, and keeps its key to itself`() throws {
        let certificate = authority.certificate
        #expect(certificate.isSelfSigned && certificate.isCertificateAuthority)
        #expect(certificate.key == .ellipticCurve(name: "P-256", bits: 256))
        #expect(certificate.notAfter > unixNow + 19 * 365 * secondsOfDay)
        #expect(try scratch.mode("ca/ca.key") == 0o600)
        #expect(try scratch.mode("ca/ca.pem") == 0o644)
        let text = try openssl("x509 -in \(authority.files.path) -noout -text").output
        #expect(text.contains("CA:TRUE, pathlen:0"))
        #expect(text.contains("Certificate Sign, CRL Sign"))
    }

    @Test func `nothing is made where an authority stands already, or a part of one`() throws {
        let files = authority.files
        let before = try scratch.read("ca/ca.key")
        #expect(throws: OwnAuthorityError.exists(path: files.path)) { try OwnAuthority.make(files) }
        try FileManager.default.removeItem(atPath: files.path)
        #expect(throws: OwnAuthorityError.exists(path: files.keyPath)) { try OwnAuthority.make(files) }
        #expect(try scratch.read("ca/ca.key") == before)
    }

    @Test(arguments: ["", "a\u{7}b", String(repeating: "x", count: 65)])
    func `a name that no certificate can have is refused`(_ name: String) throws {
        let files = AuthorityFiles(directory: scratch.file("other"))
        #expect(throws: OwnAuthorityError.unusableName(name)) { try OwnAuthority.make(files, name: name) }
        #expect(!FileManager.default.fileExists(atPath: scratch.file("other")))
    }

    @Test func `OpenSSL accepts what it issues for each of the names, and for no other`() throws {
        let certificate = try authority.issue(
            server,
            hosts: ["cars.example.com", "*.example.org", "192.0.2.1", "2001:db8::1"],
            now: unixNow
        )
        #expect(certificate.dnsNames == ["cars.example.com", "*.example.org"])
        #expect(certificate.ipAddresses == ["192.0.2.1", "2001:db8::1"])
        #expect(try pairFits())
        #expect(try scratch.mode("etc/server.key") == 0o600)
        #expect(try scratch.mode("etc/server.pem") == 0o644)
        let verify = "verify -x509_strict -purpose sslserver -CAfile \(authority.files.path)"
        for check in [
            "-verify_hostname cars.example.com", "-verify_hostname a.example.org", "-verify_ip 192.0.2.1",
            "-verify_ip 2001:db8::1",
        ] {
            let outcome = try openssl("\(verify) \(check) \(server.path)")
            #expect(outcome.status == 0, "\(check): \(outcome.output)")
        }
        #expect(try openssl("\(verify) -verify_hostname other.example.com \(server.path)").status != 0)
        let text = try openssl("x509 -in \(server.path) -noout -text").output
        #expect(text.contains("TLS Web Server Authentication"))
        #expect(text.contains("CA:FALSE"))
    }

    @Test(arguments: ["", "https://cars.example.com", "a b", "cars.example.com:443", "a..b"])
    func `a host that no certificate can name is refused before anything is written`(_ host: String) throws {
        #expect(throws: OwnAuthorityError.unusableHost(host)) {
            try authority.issue(server, hosts: ["good.example.com", host], now: unixNow)
        }
        #expect(!FileManager.default.fileExists(atPath: server.path))
    }

    @Test func `issuing again replaces a certificate of its own, and touches no other`() throws {
        let first = try authority.issue(server, hosts: ["a.example.com"], now: unixNow)
        let second = try authority.issue(server, hosts: ["b.example.com"], now: unixNow)
        #expect(first.publicKeySHA256 != second.publicKeySHA256)
        #expect(try certificates()[0].dnsNames == ["b.example.com"])
        #expect(try pairFits())

        let other = try OwnAuthority.make(AuthorityFiles(directory: scratch.file("other")))
        let before = try scratch.read("etc/server.pem")
        for attempt in [
            { try other.issue(server, hosts: ["a.example.com"], now: unixNow) as Any },
            { try other.renew(server, now: unixNow) as Any },
        ] {
            let error = #expect(throws: OwnAuthorityError.self) { try attempt() }
            #expect(error?.description.contains("not by the CA in") == true)
        }
        #expect(try scratch.read("etc/server.pem") == before)
    }

    @Test(arguments: [(0o640, 0o640), (0o660, 0o640), (0o644, 0o600), (0o400, 0o600)])
    func `a group that may read the key still may after a renewal, and never everybody`(_ was: Int, _ is: Int) throws {
        _ = try authority.issue(server, hosts: ["a.example.com"], now: unixNow)
        try FileManager.default.setAttributes([.posixPermissions: was], ofItemAtPath: server.keyPath)
        guard case .renewed = try authority.renew(server, within: 825, now: unixNow) else {
            Issue.record("it was kept")
            return
        }
        #expect(try scratch.mode("etc/server.key") == `is`)
    }

    @Test func `a host that is given twice stands in it once`() throws {
        let certificate = try authority.issue(server, hosts: ["a.example.com", "b", "a.example.com"], now: unixNow)
        #expect(certificate.dnsNames == ["a.example.com", "b"])
    }

    @Test func `a key that stands there alone is nobody's to replace`() throws {
        try FileManager.default.createDirectory(atPath: scratch.file("etc"), withIntermediateDirectories: true)
        try scratch.write("secret", "etc/server.key")
        #expect(throws: OwnAuthorityError.self) { try authority.issue(server, hosts: ["a.example.com"], now: unixNow) }
        #expect(try scratch.read("etc/server.key") == Array("secret".utf8))
    }

    @Test func `a certificate is renewed in its last third, with its names, from the same authority`() throws {
        let first = try authority.issue(server, hosts: ["a.example.com", "192.0.2.1"], days: 90, now: unixNow)
        let later = unixNow + 59 * secondsOfDay
        guard case .kept(let kept, daysLeft: 31) = try authority.renew(server, now: later) else {
            Issue.record("it was renewed too early")
            return
        }
        #expect(kept.sha256 == first.sha256)
        guard case .renewed(let second, .daysLeft(29)) = try authority.renew(server, now: later + 2 * secondsOfDay)
        else {
            Issue.record("it was not renewed in time")
            return
        }
        #expect(second.dnsNames == first.dnsNames && second.ipAddresses == first.ipAddresses)
        #expect(second.isIssued(by: authority.certificate))
        #expect(second.publicKeySHA256 != first.publicKeySHA256)
        // As long as the one before it.
        #expect(second.notAfter - second.notBefore == first.notAfter - first.notBefore)
        #expect(try certificates()[0].sha256 == second.sha256)
        #expect(try pairFits())
    }

    @Test func `a number of days can be asked for, and another lifetime`() throws {
        _ = try authority.issue(server, hosts: ["a.example.com"], days: 90, now: unixNow)
        guard case .kept = try authority.renew(server, within: 90, now: unixNow) else {
            Issue.record("90 days are not fewer than 90")
            return
        }
        guard
            case .renewed(let certificate, .daysLeft(90)) = try authority.renew(
                server,
                within: 91,
                days: 7,
                now: unixNow
            )
        else {
            Issue.record("90 days are fewer than 91")
            return
        }
        #expect(certificate.notAfter == unixNow + 7 * secondsOfDay)
    }

    @Test func `one that has ended, or has lost its key, is renewed whatever else holds`() throws {
        _ = try authority.issue(server, hosts: ["a.example.com"], days: 30, now: unixNow)
        guard case .renewed(_, .expired) = try authority.renew(server, within: 0, now: unixNow + 31 * secondsOfDay)
        else {
            Issue.record("an expired one was kept")
            return
        }
        for damage in [Array("no key".utf8), try PrivateKey.make(.ecdsaP256).pem, nil] {
            if let damage {
                try scratch.write(damage, "etc/server.key")
            } else {
                try FileManager.default.removeItem(atPath: server.keyPath)
            }
            guard case .renewed(_, .keyDoesNotFit) = try authority.renew(server, now: unixNow + 31 * secondsOfDay)
            else {
                Issue.record("a pair that does not fit was kept")
                return
            }
            #expect(try pairFits())
        }
    }

    @Test func `what would outlive its authority is not made`() throws {
        let files = AuthorityFiles(directory: scratch.file("short"))
        let short = try OwnAuthority.make(files, days: 30)
        let error = #expect(throws: OwnAuthorityError.self) {
            try short.issue(server, hosts: ["a.example.com"], days: 90, now: unixNow)
        }
        #expect(error?.description.contains("60 days less") == true)
        #expect(!FileManager.default.fileExists(atPath: server.path))
        // One that fits is kept when its successor would not.
        let certificate = try short.issue(server, hosts: ["a.example.com"], days: 20, now: unixNow)
        #expect(throws: OwnAuthorityError.self) { try short.renew(server, now: unixNow + 15 * secondsOfDay) }
        #expect(try certificates()[0].sha256 == certificate.sha256)
        guard case .renewed = try short.renew(server, days: 14, now: unixNow + 15 * secondsOfDay) else {
            Issue.record("a shorter one would have fitted")
            return
        }
    }

    @Test func `there is nothing to renew before something was issued`() {
        #expect(throws: OwnAuthorityError.nothingToRenew(path: server.path)) {
            try authority.renew(server, now: unixNow)
        }
    }

    @Test func `an authority below another sends what stands between it and the root`() throws {
        let root = try CertificateIssuer.makeRoot(commonName: "Root")
        let middle = try root.makeIntermediate(commonName: "Middle")
        try scratch.write(middle.certificate.pem + root.certificate.pem, "middle.pem")
        try scratch.write(middle.key.pem, "middle.key")
        try scratch.write(root.certificate.pem, "root.pem")
        let files = AuthorityFiles(path: scratch.file("middle.pem"), keyPath: scratch.file("middle.key"))
        let authority = try OwnAuthority.open(files, now: unixNow)
        let certificate = try authority.issue(server, hosts: ["a.example.com"], now: unixNow)
        #expect(try certificates().map(\.sha256) == [certificate.sha256, middle.certificate.sha256])
        let chain = "-untrusted \(server.path) -CAfile \(scratch.file("root.pem"))"
        #expect(try openssl("verify -purpose sslserver \(chain) \(server.path)").status == 0)
    }

    @Test func `files that are no authority are told apart`() throws {
        func reason(_ path: String, _ key: String) -> String {
            do {
                _ = try OwnAuthority.open(AuthorityFiles(path: path, keyPath: key), now: unixNow)
                return ""
            } catch {
                return error.description
            }
        }
        let files = authority.files
        _ = try authority.issue(server, hosts: ["a.example.com"], now: unixNow)
        #expect(reason(server.path, server.keyPath).contains("is not the certificate of an authority"))
        #expect(reason(files.path, server.keyPath).contains("does not belong to the key"))
        #expect(reason(scratch.file("none"), files.keyPath).contains("check the path"))
        #expect(reason(files.path, scratch.file("none")).contains("check the path"))
        #expect(reason(files.keyPath, files.keyPath).contains("holds no certificate"))
        do {
            _ = try OwnAuthority.open(files, now: authority.certificate.notAfter + 1)
            Issue.record("an authority that has ended was opened")
        } catch {
            #expect(error.description.contains("is not valid now"))
        }
    }
}
