import Foundation
import OpenSSLTransport
import TelemetryModel
import Testing

struct CertificateTests {
    let root: CertificateIssuer

    init() throws { root = try CertificateIssuer.makeRoot(commonName: "Tesla Motors Products CA") }

    @Test func `a vehicle certificate tells identity what it depends on`() throws {
        var template = CertificateTemplate.vehicle("5YJ.3E1")
        template.organizationalUnits = ["First", "Tesla Motors SN"]
        template.extendedKeyUsages = [
            CertificateTemplate.clientAuthentication, "1.3.6.1.4.1.49279.2.5.12", "1.3.6.1.4.1.49279.2.5.1",
        ]
        let facts = try root.issue(template).certificate.facts
        #expect(facts.issuerCommonName == "Tesla Motors Products CA")
        #expect(facts.subjectCommonName == "5YJ.3E1")
        #expect(facts.organizationalUnits == ["First", "Tesla Motors SN"])
        #expect(
            facts.extendedKeyUsages == [
                "1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.49279.2.5.12", "1.3.6.1.4.1.49279.2.5.1",
            ]
        )
        #expect(facts.subject == "OU=First,OU=Tesla Motors SN,CN=5YJ.3E1")
        #expect(facts.issuer == "CN=Tesla Motors Products CA")
    }

    @Test func `names keep every script and escape what could mislead a reader`() throws {
        let tricky = "a,CN=b\u{1}\"+<>;\\ "
        let facts = try root.issue(.vehicle(tricky)).certificate.facts
        #expect(facts.subjectCommonName == tricky)
        #expect(facts.subject == #"CN=a\,CN=b\01\"\+\<\>\;\\\ "#)
        let umlauts = try root.issue(.vehicle("Zürich⚡")).certificate.facts
        #expect(umlauts.subjectCommonName == "Zürich⚡")
        #expect(umlauts.subject == "CN=Zürich⚡")
        let edges = try root.issue(.vehicle(" #x")).certificate
        #expect(edges.subject == #"CN=\ #x"#)
        #expect(try root.issue(.vehicle("#x")).certificate.subject == ##"CN=\#x"##)
    }

    @Test func `an absent common name is empty`() throws {
        let facts = try root.issue(.vehicle("")).certificate.facts
        #expect(facts.subjectCommonName == "")
        #expect(facts.subject == "")
    }

    @Test func `everything else that a certificate says`() throws {
        let issued = try root.issue(.server(["example.org", "*.example.org", "127.0.0.1", "::1"], days: 10))
        let certificate = issued.certificate
        #expect(certificate.dnsNames == ["example.org", "*.example.org"])
        #expect(certificate.ipAddresses == ["127.0.0.1", "::1"])
        #expect(certificate.extendedKeyUsages == [CertificateTemplate.serverAuthentication])
        #expect(abs(certificate.notAfter - (unixNow + 10 * secondsOfDay)) < 60)
        #expect(certificate.notBefore < unixNow)
        #expect(certificate.key == .ellipticCurve(name: "P-256", bits: 256))
        #expect(certificate.signatureAlgorithm == "ecdsa-with-SHA256")
        #expect(!certificate.isCertificateAuthority)
        #expect(!certificate.isSelfSigned)
        #expect(certificate.serial.count == 32)
        #expect(certificate.sha256.count == 64)
        #expect(certificate.publicKeySHA256.count == 64)
        #expect(certificate.issuerURL == nil)
        #expect(certificate.isIssued(by: root.certificate))
        #expect(root.certificate.isCertificateAuthority)
        #expect(root.certificate.isSelfSigned)
        #expect(issued.key.matches(certificate))
        #expect(!root.key.matches(certificate))
        let other = try root.issue(.server(), for: issued.key)
        #expect(other.serial != certificate.serial)
        #expect(other.publicKeySHA256 == certificate.publicKeySHA256)
        #expect(other.sha256 != certificate.sha256)
    }

    @Test(arguments: [
        (KeyAlgorithm.ecdsaP256, KeyKind.ellipticCurve(name: "P-256", bits: 256), "ecdsa-with-SHA256"),
        (.ecdsaP384, .ellipticCurve(name: "P-384", bits: 384), "ecdsa-with-SHA384"),
        (.ecdsaP521, .ellipticCurve(name: "P-521", bits: 521), "ecdsa-with-SHA512"),
        (.rsa(bits: 2048), .rsa(bits: 2048), "sha256WithRSAEncryption"),
    ])
    func `every kind of key can be made, written and read again`(
        algorithm: KeyAlgorithm,
        kind: KeyKind,
        signature: String
    ) throws {
        let issuer = try CertificateIssuer.makeRoot(commonName: "Root", algorithm: algorithm)
        let issued = try issuer.issue(.vehicle(), algorithm: algorithm)
        #expect(issued.certificate.key == kind)
        #expect(issued.certificate.signatureAlgorithm == signature)
        let key = try PrivateKey.read(pem: issued.key.pem, from: "key")
        #expect(key.kind == kind)
        #expect(key.matches(issued.certificate))
        #expect(ClientTrust(anchors: [issuer.certificate]).refusal(of: issued.certificate, at: unixNow) == nil)
    }

    @Test func `a bundle is read whole and in order, whatever stands between`() throws {
        let second = try CertificateIssuer.makeRoot(commonName: "Second")
        let text =
            Array("# comment\r\n".utf8) + root.certificate.pem + root.key.pem + Array("junk\n".utf8)
            + second.certificate.pem
        let read = try Certificate.readAll(pem: text, from: "bundle.pem")
        #expect(read.map(\.sha256) == [root.certificate.sha256, second.certificate.sha256])
        let windows = String(decoding: text, as: UTF8.self).replacingOccurrences(of: "\n", with: "\r\n")
        #expect(try Certificate.readAll(pem: [0xEF, 0xBB, 0xBF] + Array(windows.utf8), from: "x").count == 2)
        let indented = String(decoding: root.certificate.pem, as: UTF8.self).replacingOccurrences(of: "\n", with: "\n ")
        #expect(try Certificate.readAll(pem: Array((" " + indented).utf8), from: "x").count == 1)
    }

    @Test func `der and pem give the same certificate`() throws {
        let again = try Certificate(der: root.certificate.der, from: "memory")
        #expect(again.sha256 == root.certificate.sha256)
        #expect(again.pem == root.certificate.pem)
    }

    /// Made by the openssl program, version 3.0, which also told the numbers expected of it below.
    private static let fixture = """
        -----BEGIN CERTIFICATE-----
        MIIDETCCApagAwIBAgIEAID/ATAKBggqhkjOPQQDAzBsMQswCQYDVQQGEwJVUzET
        MBEGA1UECAwKQ2FsaWZvcm5pYTEUMBIGA1UECgwLVGVzbGEsIEluYy4xDDAKBgNV
        BAsMA1BLSTEPMA0GA1UECwwGTW90b3JzMRMwEQYDVQQDDApGaXh0dXJlIENBMB4X
        DTI2MTEyMTAwMzQ0MVoXDTM2MTExODAwMzQ0MVowbDELMAkGA1UEBhMCVVMxEzAR
        BgNVBAgMCkNhbGlmb3JuaWExFDASBgNVBAoMC1Rlc2xhLCBJbmMuMQwwCgYDVQQL
        DANQS0kxDzANBgNVBAsMBk1vdG9yczETMBEGA1UEAwwKRml4dHVyZSBDQTB2MBAG
        ByqGSM49AgEGBSuBBAAiA2IABOlkki1TnnFZ0iBYZlSJabyoY+MmWnXFCm0b5dkg
        lnF5nRom42SgotZzoaUKj85w59aXQPlfarN29kka1UKCYFmxeGvM1OFnE9RHDaem
        jNw+1J8E5CoFVr/t51wSZ18RgqOCAQcwggEDMB0GA1UdDgQWBBQ093SJhdXRGls+
        bKd0jMF4AJaxATAfBgNVHSMEGDAWgBQ093SJhdXRGls+bKd0jMF4AJaxATAPBgNV
        HRMBAf8EBTADAQH/MDwGA1UdEQQ1MDOCC2V4YW1wbGUub3JnhxD+gAAAAAAAAAAA
        AAAAAAABgQVhQGIuY4ILdHdvLmV4YW1wbGUwIAYDVR0lBBkwFwYIKwYBBQUHAwEG
        CysGAQQBg4B/AgUBMFAGCCsGAQUFBwEBBEQwQjAcBggrBgEFBQcwAYYQaHR0cDov
        L28uZXhhbXBsZTAiBggrBgEFBQcwAoYWaHR0cDovL2kuZXhhbXBsZS94LmRlcjAK
        BggqhkjOPQQDAwNpADBmAjEAlm7N95tldNI0aGZHoOsWcBAa+tTttXgcCPt3LTUH
        Ys/kj2AHaw3HcgOgDgaRZriZAjEAqQ4o18wM7LYRlpzxb18FhN90UiOU6nG2kO78
        XYi59Qs9SNjTZSRn7gPrdBUeu39M
        -----END CERTIFICATE-----

        """

    @Test func `a certificate of another maker is read as the openssl program reads it`() throws {
        let certificate = try #require(try Certificate.readAll(pem: Array(Self.fixture.utf8), from: "fixture").first)
        #expect(certificate.sha256 == "dd15094d41c85f0db017c760eb4d87967dcf121e3f20e4f87835710f33d6e7af")
        #expect(certificate.publicKeySHA256 == "16912a7b20268b054e602b1874ec1805daadbbcd46e7c78da19257c9b362471e")
        #expect(certificate.serial == "80ff01")
        #expect(certificate.notBefore == 1_795_221_281)
        #expect(certificate.notAfter == 2_110_581_281)
        #expect(certificate.subject == #"C=US,ST=California,O=Tesla\, Inc.,OU=PKI,OU=Motors,CN=Fixture CA"#)
        #expect(certificate.subject == certificate.issuer)
        #expect(certificate.facts.organizationalUnits == ["PKI", "Motors"])
        #expect(certificate.dnsNames == ["example.org", "two.example"])
        #expect(certificate.ipAddresses == ["fe80::1"])
        #expect(certificate.extendedKeyUsages == ["1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.49279.2.5.1"])
        #expect(certificate.issuerURL == "http://i.example/x.der")
        #expect(certificate.key == .ellipticCurve(name: "P-384", bits: 384))
        #expect(certificate.signatureAlgorithm == "ecdsa-with-SHA384")
        #expect(certificate.isSelfSigned && certificate.isCertificateAuthority)
    }
}
