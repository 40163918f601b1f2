import Diagnosis
import OpenSSLTransport
import Symptoms
import Testing

struct AuthorityDiagnosisTests {
    let root: CertificateIssuer
    let middle: CertificateIssuer
    let server: IssuedCertificate

    init() throws {
        root = try CertificateIssuer.makeRoot(commonName: "Root")
        middle = try root.makeIntermediate(commonName: "Middle")
        server = try middle.issue(.server())
    }

    private func diagnosis(
        _ authorities: [Certificate],
        leaf: Certificate? = nil,
        sent: [Certificate]? = nil,
        now: Int64 = unixNow
    ) -> AuthorityDiagnosis {
        AuthorityDiagnosis(
            authorities: authorities,
            leaf: leaf ?? server.certificate,
            sent: sent ?? [middle.certificate],
            at: now
        )
    }

    @Test func `a whole chain anchors by itself, whatever the server sends`() {
        for sent in [[], [middle.certificate]] {
            let found = diagnosis([middle.certificate, root.certificate], sent: sent)
            #expect(found.anchoring == .full)
            #expect(found.findings == [])
        }
    }

    @Test func `root alone and intermediate alone are told apart`() {
        let rootOnly = diagnosis([root.certificate])
        #expect(rootOnly.anchoring == .withSentChain)
        #expect(rootOnly.findings == [.lacksIntermediate(subjects: ["CN=Middle"])])
        let middleOnly = diagnosis([middle.certificate])
        #expect(middleOnly.anchoring == .partial)
        #expect(middleOnly.findings == [.lacksRoot(issuer: "CN=Root")])
        #expect(rootOnly.findings.allSatisfy { $0.severity == .warning })
    }

    @Test func `another CA, and one of the same name, are found out`() throws {
        let other = try CertificateIssuer.makeRoot(commonName: "Other")
        let found = diagnosis([other.certificate])
        #expect(found.anchoring == .none)
        #expect(found.findings == [.ofAnother(expected: "CN=Root", held: ["CN=Other"])])
        let namesake = try CertificateIssuer.makeRoot(commonName: "Root")
        #expect(diagnosis([namesake.certificate]).findings == [.otherKey(name: "CN=Root")])
        #expect(diagnosis([server.certificate]).findings == [.isLeaf(subject: "CN=example.org")])
    }

    @Test func `a public leaf alone with only the root in the text is a broken chain`() throws {
        var template = CertificateTemplate.server()
        template.issuerURL = "http://ca.example/middle.der"
        let leaf = try middle.issue(template).certificate
        #expect(
            diagnosis([root.certificate], leaf: leaf, sent: []).findings
                == [.brokenChain(issuer: "CN=Middle", url: "http://ca.example/middle.der")]
        )
    }

    @Test func `a self-signed leaf is anchored by itself or not at all`() throws {
        let own = try CertificateIssuer.makeSelfSigned(.server())
        #expect(diagnosis([own.certificate], leaf: own.certificate, sent: []).anchoring == .full)
        #expect(
            diagnosis([root.certificate], leaf: own.certificate, sent: []).findings
                == [.selfSignedLeaf(subject: "CN=example.org")]
        )
    }

    @Test func `the end of a CA that vehicles hold is told, of one that they do not need it is not`() throws {
        let short = try CertificateIssuer.makeRoot(commonName: "Short", days: 20)
        let leaf = try short.issue(.server(days: 365)).certificate
        func symptoms(in days: Int64) -> [AuthorityFinding] {
            diagnosis([short.certificate, root.certificate], leaf: leaf, sent: [], now: unixNow + days * secondsOfDay)
                .findings
        }
        #expect(symptoms(in: 0) == [])
        #expect(symptoms(in: 10) == [.expiresSoon(subject: "CN=Short", end: short.certificate.notAfter)])
        #expect(symptoms(in: 30) == [.expired(subject: "CN=Short", end: short.certificate.notAfter)])
        #expect(
            diagnosis([middle.certificate, root.certificate, short.certificate], now: unixNow + 30 * secondsOfDay)
                .findings == []
        )
    }

    @Test func `what stands in the place of PEM text is named`() throws {
        func finding(_ text: String, _ origin: AuthorityText.Origin = .value("ca")) -> AuthorityFinding? {
            do throws(AuthorityFinding) {
                _ = try AuthorityText(Array(text.utf8), from: origin)
                return nil
            } catch { return error }
        }
        let pem = String(decoding: root.certificate.pem, as: UTF8.self)
        #expect(finding(pem) == nil)
        for path in ["/etc/ssl/ca.pem", "ca.pem", "./ca", "../x", "~/ca", "@ca.pem", "chain.CRT"] {
            #expect(finding(path) == .isPath(path))
        }
        for text in ["", "  \n ", "MIIB", "null", "see attachment /etc/ca.pem"] {
            #expect(finding(text)?.symptom == .authorityTextUnusable, "\(text)")
        }
        let escaped = pem.replacing("\n", with: "\\n")
        #expect(finding(escaped)?.problem(in: "ca").contains("escaped twice") == true)
        #expect(finding(escaped, .file("ca.txt")) == nil)
        #expect(finding("\"\(escaped)\"\n", .file("ca.txt")) == nil)
        #expect(finding(pem.replacing("\n", with: " "))?.problem(in: "ca").contains("line breaks") == true)
        #expect(finding(pem + String(decoding: root.key.pem, as: UTF8.self)) == .holdsPrivateKey)
        let damaged = pem.replacing("MII", with: "AII")
        #expect(finding(damaged)?.symptom == .authorityTextUnusable)
    }
}
