import Foundation
import OpenSSLTransport
import Receiving
import TelemetryFixtures
import TelemetryModel
import Testing

/// A client certificate of the corpus and what the reference made of it.
private struct IdentityCase: Decodable, CustomTestStringConvertible {
    var name: String
    var issuer_cn: String
    var subject_cn: String
    var ou: [String]?
    var eku_oids: [String]?
    var eku_client_auth: Bool
    var tls: String
    var accepted: Bool
    var client_type: String?
    var device_id: String?
    var sender_id: String?

    var testDescription: String { name }

    static func all() throws -> [IdentityCase] {
        let data = try Data(contentsOf: Fixtures.url("corpus/identity.json"))
        return try JSONDecoder().decode([IdentityCase].self, from: data)
    }

    /// As a certificate: its only dates in the past are those of the case that is named so.
    func issue() throws -> (authority: CertificateIssuer, leaf: Certificate) {
        let authority = try CertificateIssuer.makeRoot(commonName: issuer_cn)
        let days = name == "expired" ? -1 : 30
        var template = CertificateTemplate(role: .vehicle, commonName: subject_cn, days: days)
        template.organizationalUnits = ou ?? []
        let clientUse = eku_client_auth ? [CertificateTemplate.clientAuthentication] : []
        template.extendedKeyUsages = clientUse + (eku_oids ?? [])
        let algorithm: KeyAlgorithm = name == "rsa_2048" ? .rsa(bits: 2048) : .ecdsaP256
        return (authority, try authority.issue(template, algorithm: algorithm).certificate)
    }
}

struct IdentityRulesTests {
    private let rules = DeviceIdentityRules()

    private func identify(
        issuer: String,
        subject: String = "VIN",
        units: [String] = [],
        usages: [String] = []
    ) -> Result<DeviceIdentity, IdentityRefusal> {
        rules.identify(
            CertificateFacts(
                issuerCommonName: issuer,
                subjectCommonName: subject,
                organizationalUnits: units,
                extendedKeyUsages: usages,
                subject: "CN=\(subject)",
                issuer: "CN=\(issuer)"
            )
        )
    }

    private func type(_ result: Result<DeviceIdentity, IdentityRefusal>) -> String? {
        try? result.get().deviceType
    }

    private func reason(_ result: Result<DeviceIdentity, IdentityRefusal>) -> IdentityRefusal.Reason? {
        if case .failure(let refusal) = result { refusal.reason } else { nil }
    }

    @Test func `every certificate of the corpus gets the identity that the reference gave it`() throws {
        let cases = try IdentityCase.all()
        #expect(cases.count == 45)
        let now = Int64(Date().timeIntervalSince1970)
        for one in cases where one.name != "no_certificate" {
            let (authority, leaf) = try one.issue()
            let refusal = ClientTrust(anchors: [authority.certificate]).refusal(of: leaf, at: now)
            #expect((refusal == nil) == (one.tls == "accepted"), "\(one.name): \(refusal ?? "accepted")")
            guard refusal == nil else {
                #expect(!one.accepted, "\(one.name)")
                continue
            }
            let facts = leaf.facts
            #expect(facts.issuerCommonName == one.issuer_cn && facts.subjectCommonName == one.subject_cn)
            switch rules.identify(facts) {
            case .success(let identity):
                #expect(one.accepted, "\(one.name)")
                #expect(identity.deviceType == one.client_type, "\(one.name)")
                #expect(identity.vin.text == one.device_id, "\(one.name)")
                #expect(identity.senderID == one.sender_id, "\(one.name)")
            case .failure(let refused):
                #expect(!one.accepted, "\(one.name): \(refused)")
                #expect(refused.description.contains(one.issuer_cn), "\(one.name)")
                #expect(refused.description.contains(one.subject_cn), "\(one.name)")
            }
        }
        // Without a certificate there are no facts, and the handshake ends before any rule is asked.
        let absent = try #require(cases.first { $0.name == "no_certificate" })
        #expect(!absent.accepted && absent.tls == "refused")
    }

    @Test func `three issuers are enough by name, fifteen need a usage`() {
        #expect(KnownIssuers.sufficient.count == 3)
        #expect(Set(KnownIssuers.needingUsage).count == 15)
        for issuer in KnownIssuers.sufficient {
            #expect(type(identify(issuer: issuer)) == "vehicle_device")
        }
        for issuer in KnownIssuers.needingUsage {
            #expect(reason(identify(issuer: issuer)) == .noDeviceUsage)
            #expect(type(identify(issuer: issuer, usages: ["1.3.6.1.4.1.49279.2.4.28"])) == "robotics_device")
        }
    }

    @Test func `every issuing authority among Tesla's pinned certificates is known`() {
        for pin in TeslaPins.pins(of: .production) + TeslaPins.pins(of: .engineering) {
            let name = String(pin.subject.split(separator: "CN=").last ?? "")
            let isIssuing = name.contains("Issuing CA") || name.contains("Products CA")
            let isKnown = KnownIssuers.sufficient.contains(name) || KnownIssuers.needingUsage.contains(name)
            #expect(isIssuing == isKnown, "\(name)")
        }
    }

    @Test(arguments: ["2.4", "2.5"])
    func `every usage of the table names its kind of device`(branch: String) {
        let kinds = [
            1: "vehicle_device", 2: "energy_device", 11: "vehicle_board_device", 12: "das_device",
            14: "vehicle_service", 15: "das_service", 16: "energy_service", 28: "robotics_device",
        ]
        for number in 0..<40 {
            let usage = "1.3.6.1.4.1.49279.\(branch).\(number)"
            let result = identify(issuer: "Tesla Motors Product Issuing CA", usages: ["1.3.6.1.5.5.7.3.2", usage])
            #expect(type(result) == kinds[number], "\(usage)")
        }
    }

    @Test func `the first known usage decides, and the excluded one only when it is met first`() {
        let (vehicle, excluded) = ("1.3.6.1.4.1.49279.2.5.1", "1.3.6.1.4.1.49279.2.5.1.1")
        let issuer = "Tesla Motors Product Issuing CA"
        #expect(type(identify(issuer: issuer, usages: [vehicle, excluded])) == "vehicle_device")
        #expect(reason(identify(issuer: issuer, usages: [excluded, vehicle])) == .excludedUsage(excluded))
        #expect(reason(identify(issuer: issuer, usages: ["1.2.3", excluded])) == .excludedUsage(excluded))
        let boardFirst = ["1.3.6.1.4.1.49279.2.4.11", vehicle]
        #expect(type(identify(issuer: issuer, usages: boardFirst)) == "vehicle_board_device")
        let engineeringTwin = "1.3.6.1.4.1.49279.2.4.1.1"
        #expect(reason(identify(issuer: issuer, usages: [engineeringTwin])) == .noDeviceUsage)
    }

    @Test func `units change the kind only where the rules say so`() {
        let usage = ["1.3.6.1.4.1.49279.2.5.1"]
        let issuer = "Tesla Energy GF0 Product Issuing CA"
        let both = ["x", "Gen3 Wall Connector", "Solar Inverter"]
        #expect(type(identify(issuer: issuer, units: both, usages: usage)) == "wall_connector_device")
        #expect(type(identify(issuer: issuer, units: ["Tesla Motors SN"], usages: usage)) == "vehicle_device")
        #expect(type(identify(issuer: "Tesla Issuing CA", units: ["Tesla Motors SN"])) == "vehicle_device")
        #expect(type(identify(issuer: "Tesla Motors Products CA", units: ["Solar Inverter"])) == "vehicle_device")
    }

    @Test(arguments: ["", "teslamotors", "Tesla Motors Products CA ", "TeslaMotors\0", "Tesla Motors Products  CA"])
    func `issuer names are compared exactly`(issuer: String) {
        #expect(reason(identify(issuer: issuer)) == .unknownIssuer)
    }

    @Test func `every dot becomes a dash, even one that a mark follows, and nothing else changes`() {
        func vin(_ name: String) -> String? {
            try? identify(issuer: "TeslaMotors", subject: name).get().vin.text
        }
        #expect(vin("a.b..c.") == "a-b--c-")
        #expect(vin("a.\u{301}b").map { Array($0.utf8) } == Array("a-\u{301}b".utf8))
        #expect(vin("") == "")
        #expect(vin("a b/c+#") == "a b/c+#")
    }

    @Test func `a refusal names issuer and subject and cannot break a line`() {
        guard case .failure(let refusal) = identify(issuer: "Evil\nCA", subject: "V\u{1B}[2J") else {
            Issue.record("it was accepted")
            return
        }
        #expect(refusal.code == "unknown_issuer")
        #expect(refusal.description.contains("Evil\\nCA"))
        #expect(!refusal.description.contains("\n") && !refusal.description.contains("\u{1B}"))
        #expect(!refusal.reasonText.contains("\n"))
    }
}
