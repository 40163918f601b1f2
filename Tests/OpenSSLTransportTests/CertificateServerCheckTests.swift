import Foundation
import OpenSSLTransport
import Testing

struct CertificateServerCheckTests {
    let scratch: ScratchDirectory
    let root: CertificateIssuer
    let middle: CertificateIssuer

    init() throws {
        scratch = try ScratchDirectory()
        root = try CertificateIssuer.makeRoot(commonName: "Root")
        middle = try root.makeIntermediate(commonName: "Middle")
    }

    private func findings(
        _ certificates: [Certificate],
        _ key: PrivateKey,
        now: Int64 = unixNow
    ) -> [ServerCertificateCheck.Finding] {
        ServerCertificateCheck.check(certificates, key: key, certificatePath: "s.pem", keyPath: "s.key", now: now)
    }

    @Test func `a leaf with its chain has no findings, with and without the root`() throws {
        let server = try middle.issue(.server())
        let chain = [server.certificate, middle.certificate]
        #expect(findings(chain, server.key) == [])
        #expect(findings(chain + [root.certificate], server.key) == [])
        let own = try CertificateIssuer.makeSelfSigned(.server())
        #expect(findings([own.certificate], own.key) == [])
    }

    @Test func `a missing, damaged or foreign file is a finding, and both files are looked at`() throws {
        let garbage = try scratch.write("garbage", "garbage.pem")
        let check = ServerCertificateCheck.run(certificatePath: garbage, keyPath: scratch.file("no.key"), now: unixNow)
        #expect(check.certificates.isEmpty)
        #expect(check.findings.map(\.code) == ["certificate_file_unusable", "certificate_file_unusable"])
        #expect(check.findings.map(\.path) == [garbage, scratch.file("no.key")])
        let secret = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
        let key = try scratch.write(secret, "e")
        let server = try root.issue(.server())
        let path = try scratch.write(server.certificate.pem, "server.pem")
        let encrypted = ServerCertificateCheck.run(certificatePath: path, keyPath: key, now: unixNow)
        #expect(encrypted.findings == [.encryptedKey(path: key)])
        #expect(encrypted.errors.count == 1)
        #expect(encrypted.certificates.count == 1)
    }

    @Test func `a key of another certificate is an error`() throws {
        let server = try root.issue(.server())
        #expect(findings([server.certificate], root.key) == [.keyDoesNotMatch(path: "s.pem", keyPath: "s.key")])
    }

    @Test func `a chain in the wrong order is found`() throws {
        let server = try middle.issue(.server())
        #expect(
            findings([middle.certificate, server.certificate], server.key)
                == [.leafNotFirst(path: "s.pem", position: 2)]
        )
        #expect(
            findings([server.certificate, root.certificate, middle.certificate], server.key)
                == [.chainOrderWrong(path: "s.pem", position: 2, subject: "CN=Root")]
        )
        let unrelated = try CertificateIssuer.makeRoot(commonName: "Unrelated")
        #expect(
            findings([server.certificate, middle.certificate, unrelated.certificate], server.key)
                == [.chainOrderWrong(path: "s.pem", position: 3, subject: "CN=Unrelated")]
        )
    }

    @Test func `dates are judged for every certificate of the file`() throws {
        let server = try middle.issue(.server(days: 10))
        let chain = [server.certificate, middle.certificate]
        let (end, subject) = (server.certificate.notAfter, "CN=example.org")
        #expect(
            findings(chain, server.key, now: end - 9 * secondsOfDay - 1)
                == [.expiresSoon(path: "s.pem", subject: subject, notAfter: end, daysLeft: 9)]
        )
        #expect(findings(chain, server.key, now: end - 1).map(\.code) == ["certificate_expires_soon"])
        let later = findings(chain, server.key, now: unixNow + 11 * secondsOfDay)
        #expect(later.map(\.code) == ["certificate_expired"])
        let earlier = findings(chain, server.key, now: unixNow - secondsOfDay)
        #expect(earlier.map(\.code) == ["certificate_not_yet_valid", "certificate_not_yet_valid"])
        #expect(
            findings(chain, root.key, now: unixNow + 4000 * secondsOfDay).map(\.code).sorted() == [
                "certificate_expired", "certificate_expired", "key_mismatch",
            ]
        )
    }

    @Test func `a weak key, a certificate without hosts, and one that is not for servers are found`() throws {
        let weak = try root.issue(.server(), algorithm: .rsa(bits: 1024))
        #expect(
            findings([weak.certificate], weak.key)
                == [.weakKey(path: "s.pem", subject: "CN=example.org", key: .rsa(bits: 1024))]
        )
        let hostless = try root.issue(.server([]))
        #expect(findings([hostless.certificate], hostless.key) == [.noAlternativeName(path: "s.pem")])
        var template = CertificateTemplate.server()
        template.extendedKeyUsages = [CertificateTemplate.clientAuthentication]
        let client = try root.issue(template)
        #expect(findings([client.certificate], client.key).map(\.code) == ["no_server_usage"])
        template.extendedKeyUsages = []
        let any = try root.issue(template)
        #expect(findings([any.certificate], any.key) == [])
    }

    @Test func `a public leaf without its issuer is found by where it says its issuer is`() throws {
        var template = CertificateTemplate.server()
        template.issuerURL = "http://ca.example/middle.der"
        let server = try middle.issue(template)
        #expect(server.certificate.issuerURL == "http://ca.example/middle.der")
        #expect(
            findings([server.certificate], server.key) == [
                .intermediateMissing(path: "s.pem", issuer: "CN=Middle", url: "http://ca.example/middle.der")
            ]
        )
        #expect(findings([server.certificate, middle.certificate], server.key) == [])
    }

    @Test func `every finding has one line with path, reason and remedy`() {
        let all: [ServerCertificateCheck.Finding] = [
            .unusableFile(CertificateError(path: "s.pem", reason: .empty)), .encryptedKey(path: "s.pem"),
            .keyDoesNotMatch(path: "s.pem", keyPath: "k"), .leafNotFirst(path: "s.pem", position: 2),
            .chainOrderWrong(path: "s.pem", position: 2, subject: "S"),
            .intermediateMissing(path: "s.pem", issuer: "I", url: "u"),
            .expired(path: "s.pem", subject: "S", notAfter: 0),
            .notYetValid(path: "s.pem", subject: "S", notBefore: 4_102_444_800),
            .expiresSoon(path: "s.pem", subject: "S", notAfter: 951_782_400, daysLeft: 1),
            .noAlternativeName(path: "s.pem"), .weakKey(path: "s.pem", subject: "S", key: .rsa(bits: 512)),
            .weakSignature(path: "s.pem", subject: "S", algorithm: "A"), .noServerUsage(path: "s.pem", usages: ["1.2"]),
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        for finding in all {
            #expect(finding.path == "s.pem")
            #expect(finding.description == "s.pem: \(finding.reason); \(finding.remedy)")
        }
        #expect(all[6].reason == "S expired on 1970-01-01")
        #expect(all[7].reason == "S is not valid before 2100-01-01")
        #expect(all[8].reason == "S expires on 2000-02-29, in 1 day")
        let forever = ServerCertificateCheck.Finding.expired(path: "", subject: "S", notAfter: .min)
        #expect(forever.reason == "S expired on never")
    }

    @Test func `days of the calendar agree with Foundation`() {
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withFullDate]
        for second in stride(from: Int64(-3_000_000_000), to: 9_000_000_000, by: 7_654_321) {
            let finding = ServerCertificateCheck.Finding.expired(path: "", subject: "S", notAfter: second)
            let date = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(second)))
            #expect(finding.reason == "S expired on \(date)")
        }
    }
}
