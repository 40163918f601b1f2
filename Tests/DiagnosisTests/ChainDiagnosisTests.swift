import Diagnosis
import Foundation
import OpenSSLTransport
import Symptoms
import Testing

let unixNow = Int64(Date().timeIntervalSince1970)
let secondsOfDay: Int64 = 86_400

extension CertificateTemplate {
    static func server(_ hosts: [String] = ["example.org"], days: Int = 365) -> CertificateTemplate {
        var template = CertificateTemplate(role: .server, commonName: "example.org", days: days)
        template.hosts = hosts
        return template
    }
}

struct ChainDiagnosisTests {
    let root: CertificateIssuer
    let middle: CertificateIssuer

    init() throws {
        root = try CertificateIssuer.makeRoot(commonName: "Root")
        middle = try root.makeIntermediate(commonName: "Middle")
    }

    private func findings(
        _ chain: [Certificate],
        key: Int? = nil,
        host: String? = nil,
        now: Int64 = unixNow
    ) -> [ChainFinding] {
        ChainDiagnosis.findings(for: CertificateSummary.of(chain), keyPosition: key, host: host, at: now)
    }

    @Test func `a leaf with its chain has no findings, with and without the root`() throws {
        let server = try middle.issue(.server())
        let chain = [server.certificate, middle.certificate]
        #expect(findings(chain) == [])
        #expect(findings(chain + [root.certificate]) == [])
        #expect(findings(chain, key: 1, host: "example.org") == [])
        #expect(findings([]) == [])
    }

    @Test func `a leaf without a CA is told`() throws {
        let own = try CertificateIssuer.makeSelfSigned(.server())
        #expect(findings([own.certificate]) == [.leafSelfSigned(subject: "CN=example.org")])
    }

    @Test func `a chain in the wrong order is found, by the key too`() throws {
        let server = try middle.issue(.server())
        #expect(findings([middle.certificate, server.certificate]) == [.leafNotFirst(position: 2)])
        #expect(
            findings([server.certificate, root.certificate, middle.certificate])
                == [.outOfOrder(position: 2, issuer: "CN=Middle")]
        )
        let unrelated = try CertificateIssuer.makeRoot(commonName: "Unrelated")
        #expect(
            findings([server.certificate, middle.certificate, unrelated.certificate])
                == [.outOfOrder(position: 3, issuer: "CN=Root")]
        )
        let other = try middle.issue(.server(["other.example"]))
        #expect(findings([other.certificate, server.certificate], key: 2) == [.leafNotFirst(position: 2)])
    }

    @Test func `dates are judged for every certificate of the chain`() throws {
        let server = try middle.issue(.server(days: 10))
        let chain = [server.certificate, middle.certificate]
        let (end, subject) = (server.certificate.notAfter, "CN=example.org")
        #expect(
            findings(chain, now: end - 9 * secondsOfDay - 1)
                == [.expiresSoon(position: 1, subject: subject, end: end, daysLeft: 9)]
        )
        let later = unixNow + 11 * secondsOfDay
        #expect(findings(chain, now: later) == [.expired(position: 1, subject: subject, end: end, now: later)])
        let earlier = findings(chain, now: unixNow - secondsOfDay)
        #expect(earlier.map(\.symptom) == [.certificateNotYetValid, .certificateNotYetValid])
        #expect(
            findings(chain, now: unixNow + 4000 * secondsOfDay).map(\.symptom)
                == [.certificateExpired, .certificateExpired]
        )
    }

    @Test func `weak keys, missing purposes and missing hosts are found`() throws {
        let weak = try root.issue(.server(), algorithm: .rsa(bits: 1024))
        #expect(
            findings([weak.certificate])
                == [.weakKey(position: 1, subject: "CN=example.org", key: .rsa(bits: 1024))]
        )
        #expect(findings([try root.issue(.server([])).certificate], host: "example.org") == [.namesNoHost])
        var template = CertificateTemplate.server()
        template.extendedKeyUsages = [CertificateTemplate.clientAuthentication]
        #expect(findings([try root.issue(template).certificate]).map(\.symptom) == [.certificateNotForServers])
        template.extendedKeyUsages = []
        #expect(findings([try root.issue(template).certificate]) == [])
    }

    @Test func `a weak signature is found, though not on a root`() {
        var leaf = CertificateSummary(
            subject: "CN=a",
            issuer: "CN=b",
            validity: 0...(.max),
            isAuthority: false,
            isSelfSigned: false,
            isSignedByNext: true
        )
        leaf.hosts = ["a"]
        leaf.signatureAlgorithm = "ecdsa-with-SHA1"
        var root = leaf
        (root.isSelfSigned, root.isAuthority, root.isSignedByNext) = (true, true, nil)
        #expect(
            ChainDiagnosis.findings(for: [leaf, root], at: unixNow)
                == [.weakSignature(position: 1, subject: "CN=a", algorithm: "ecdsa-with-SHA1")]
        )
    }

    @Test func `a public leaf without its issuer is found by where it says its issuer is`() throws {
        var template = CertificateTemplate.server()
        template.issuerURL = "http://ca.example/middle.der"
        let server = try middle.issue(template)
        #expect(
            findings([server.certificate])
                == [.intermediateMissing(issuer: "CN=Middle", url: "http://ca.example/middle.der", wholeChain: nil)]
        )
        #expect(findings([server.certificate, middle.certificate]) == [])
    }

    @Test(arguments: [
        ("example.org", true), ("EXAMPLE.org.", true), ("a.example.org", false), ("a.wild.example", true),
        ("a.b.wild.example", false), ("wild.example", false), ("127.0.0.1", true), ("127.0.0.2", false), ("::1", true),
        ("0:0::1", true), ("", false),
    ])
    func `hosts are covered as RFC 6125 has it`(host: String, isCovered: Bool) throws {
        let server = try root.issue(.server(["example.org", "*.wild.example", "127.0.0.1", "::1"]))
        let expected: [SymptomCode] = isCovered ? [] : [.hostNotInCertificate]
        #expect(findings([server.certificate], host: host).map(\.symptom) == expected)
    }

    @Test func `every finding says what is wrong, why it matters and what to do`() {
        let all: [ChainFinding] = [
            .leafNotFirst(position: 2), .outOfOrder(position: 2, issuer: "I"),
            .intermediateMissing(issuer: "I", url: "u", wholeChain: nil),
            .intermediateMissing(issuer: "I", url: nil, wholeChain: "/fullchain.pem"),
            .intermediateMissing(issuer: "I", url: nil, wholeChain: nil),
            .expired(position: 1, subject: "S", end: 0, now: 1),
            .notYetValid(position: 3, subject: "S", begin: 9, now: 1),
            .expiresSoon(position: 1, subject: "S", end: 9, daysLeft: 1),
            .weakKey(position: 1, subject: "S", key: .rsa(bits: 1)),
            .weakSignature(position: 1, subject: "S", algorithm: "A"), .notForServers(usages: ["1.2"]), .namesNoHost,
            .hostNotCovered(host: "h", names: ["a", "b", "c", "d", "e", "f", "g"]), .leafSelfSigned(subject: "S"),
        ]
        for finding in all {
            #expect(finding.problem(in: "server.pem").contains("server.pem"))
            #expect(finding.reason.hasSuffix("."))
            #expect(!finding.remedy.isEmpty && !finding.remedy.hasSuffix("."))
        }
        #expect(all[5].problem(in: "s.pem") == "s.pem expired on 1970-01-01")
        #expect(all[6].problem(in: "s.pem") == "certificate 3 of s.pem is valid from 1970-01-01 only")
        #expect(all[12].problem(in: "s.pem") == "s.pem is not for h: it names a, b, c, d, e and 2 more")
    }
}
