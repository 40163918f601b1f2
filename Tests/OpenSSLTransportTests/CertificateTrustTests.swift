import OpenSSLTransport
import Testing

struct CertificateTrustTests {
    let scratch: ScratchDirectory
    let root: CertificateIssuer

    init() throws {
        scratch = try ScratchDirectory()
        root = try CertificateIssuer.makeRoot(commonName: "Root")
    }

    @Test func `any certificate of the bundle ends a chain, root or intermediate`() throws {
        let upper = try root.makeIntermediate(commonName: "Upper", algorithm: .ecdsaP521)
        let lower = try upper.makeIntermediate(commonName: "Lower", algorithm: .ecdsaP384)
        let vehicle = try lower.issue(.vehicle())
        #expect(vehicle.intermediates.map(\.subjectCommonName) == ["Lower", "Upper"])
        #expect(try Certificate.readAll(pem: vehicle.chainPEM, from: "chain").count == 3)
        for anchor in [root, upper, lower] {
            let trust = ClientTrust(anchors: [anchor.certificate])
            #expect(
                trust.refusal(of: vehicle.certificate, intermediates: vehicle.intermediates, at: unixNow) == nil
            )
        }
        let withoutChain = ClientTrust(anchors: [root.certificate]).refusal(of: vehicle.certificate, at: unixNow)
        #expect(withoutChain == "unable to get local issuer certificate")
        #expect(ClientTrust(anchors: [lower.certificate]).refusal(of: vehicle.certificate, at: unixNow) == nil)
        #expect(ClientTrust(anchors: []).refusal(of: vehicle.certificate, at: unixNow) != nil)
    }

    @Test func `expired, early, foreign and server certificates are refused with the reason`() throws {
        let trust = ClientTrust(anchors: [root.certificate])
        let expired = try root.issue(.vehicle(days: -1)).certificate
        #expect(trust.refusal(of: expired, at: unixNow) == "certificate has expired")
        var template = CertificateTemplate(role: .vehicle, commonName: "V", days: 9, startingInDays: 5)
        let early = try root.issue(template).certificate
        #expect(early.notBefore > unixNow)
        #expect(trust.refusal(of: early, at: unixNow) == "certificate is not yet valid")
        #expect(trust.refusal(of: early, at: unixNow + 6 * secondsOfDay) == nil)
        let foreign = try CertificateIssuer.makeRoot(commonName: "Root").issue(.vehicle()).certificate
        #expect(trust.refusal(of: foreign, at: unixNow) != nil)
        let server = try root.issue(.server()).certificate
        #expect(trust.refusal(of: server, at: unixNow) == "unsuitable certificate purpose")
        template = .vehicle()
        template.extendedKeyUsages = []
        #expect(trust.refusal(of: try root.issue(template).certificate, at: unixNow) == nil)
        template.extendedKeyUsages = ["2.5.29.37.0"]
        #expect(trust.refusal(of: try root.issue(template).certificate, at: unixNow) == nil)
    }

    @Test func `a leaf cannot issue, and a depth limit holds`() throws {
        let leaf = try root.issue(.vehicle())
        let below = try CertificateIssuer(certificate: leaf.certificate, key: leaf.key).issue(.vehicle("B"))
        let trust = ClientTrust(anchors: [root.certificate])
        #expect(trust.refusal(of: below.certificate, intermediates: [leaf.certificate], at: unixNow) != nil)
        let narrow = CertificateTemplate(role: .authority(depth: 0), commonName: "Narrow", days: 9)
        let issued = try root.issue(narrow)
        let authority = CertificateIssuer(certificate: issued.certificate, key: issued.key)
        let wide = try authority.makeIntermediate(commonName: "Wide")
        let vehicle = try wide.issue(.vehicle())
        #expect(trust.refusal(of: vehicle.certificate, intermediates: vehicle.intermediates, at: unixNow) != nil)
    }

    @Test func `bundles are joined without repetitions, and each anchor knows its file`() throws {
        let other = try CertificateIssuer.makeRoot(commonName: "Other")
        let first = try scratch.write(root.certificate.pem + other.certificate.pem, "first.pem")
        let second = try scratch.write(other.certificate.pem, "second.pem")
        let trust = try ClientTrust.load(paths: [first, second])
        #expect(trust.anchors.map(\.subjectCommonName) == ["Root", "Other"])
        #expect(trust.origins == [first, first])
        #expect(trust.expired(at: unixNow).isEmpty)
        #expect(trust.expired(at: unixNow + 4000 * secondsOfDay).count == 2)
        let error = thrown(CertificateError.self) { _ = try ClientTrust.load(paths: [first, scratch.file("no.pem")]) }
        #expect(error?.path == scratch.file("no.pem"))
    }
}
