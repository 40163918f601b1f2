import Foundation
import LinuxSystem
import OpenSSLTransport
import Receiving
import TelemetryFixtures
import TelemetryModel
import Testing
import VehicleFixtures

/// One client certificate of the corpus, and what the reference made of it.
private struct IdentityCase: Decodable {
    var name: String
    var issuer_cn: String
    var subject_cn: String
    var ou: [String]?
    var eku_oids: [String]?
    var eku_client_auth: Bool
    var tls: String
    var accepted: Bool
    var upgrade_status: Int?
    var client_type: String?
    var device_id: String?
    var sender_id: String?
    var record_vin: String?
    var connectivity_records: Int?

    static func all() throws -> [IdentityCase] {
        try JSONDecoder().decode([IdentityCase].self, from: Data(contentsOf: Fixtures.url("corpus/identity.json")))
    }

    var template: CertificateTemplate {
        var template = CertificateTemplate(role: .vehicle, commonName: subject_cn, days: name == "expired" ? -1 : 30)
        template.organizationalUnits = ou ?? []
        template.extendedKeyUsages =
            (eku_client_auth ? [CertificateTemplate.clientAuthentication] : []) + (eku_oids ?? [])
        return template
    }
}

/// Every client certificate of the corpus, issued anew under an authority of the recorded name, over real sockets.
@Suite(.serialized)
struct IdentityParityTests {
    @Test func `certificates are taken for what the reference takes them for`() throws {
        let cases = try IdentityCase.all()
        #expect(cases.count == 45)
        for (issuer, cases) in Dictionary(grouping: cases, by: \.issuer_cn) {
            var settings = ReceiverSettings()
            settings.threads = 1
            let pki = try TestPKI(commonName: issuer.isEmpty ? "Tesla Motors Products CA" : issuer)
            let server = try TestReceiver(types: ["V", "connectivity"], settings: settings, pki: pki)
            defer { server.stop() }
            for item in cases {
                server.collected.forget()
                try check(item, server)
            }
        }
    }

    private func check(_ item: IdentityCase, _ server: TestReceiver) throws {
        guard item.tls == "accepted" else {
            let error = #expect(throws: (any Error).self, "\(item.name)") {
                let vehicle = try connect(item, server)
                try vehicle.upgrade()
            }
            #expect(!"\(String(describing: error))".contains("in time"), "\(item.name): refused by silence")
            return
        }
        let vehicle = try connect(item, server)
        // Difference 4: the reference answers 101 and hangs up.
        let status = try vehicle.upgrade().status
        guard item.accepted else {
            #expect(item.upgrade_status == 101 && status == 403, "\(item.name): \(status)")
            #expect(server.collected.records.isEmpty, "\(item.name)")
            return
        }
        #expect(status == item.upgrade_status, "\(item.name)")
        try vehicle.send(
            CorpusFrames.record(
                txid: Array("identity".utf8),
                payload: [0x0a, 0x02, 0x08, 0x01],
                device: item.device_id ?? ""
            )
        )
        #expect(try vehicle.nextFrame()?.opcode == 2, "\(item.name): no ack")
        vehicle.stopSending()
        let records = server.collected.waitForRecords(3)
        #expect(records.map(\.type.topic) == ["connectivity", "V", "connectivity"], "\(item.name)")
        #expect(records.count { $0.type == .connectivity } == item.connectivity_records, "\(item.name)")
        for record in records {
            #expect(record.source.device.deviceType == item.client_type, "\(item.name)")
            #expect(record.source.device.vin.text == item.device_id, "\(item.name)")
            #expect(record.source.device.senderID == item.sender_id, "\(item.name)")
            #expect(record.content.ownVIN == item.record_vin, "\(item.name)")
        }
    }

    private func connect(_ item: IdentityCase, _ server: TestReceiver) throws -> TestVehicle {
        var identity: TLSIdentity?
        if item.name != "no_certificate" {
            let algorithm = item.name == "rsa_2048" ? KeyAlgorithm.rsa(bits: 2048) : .ecdsaP256
            let issued = try server.pki.authority.issue(item.template, algorithm: algorithm)
            identity = try TLSIdentity(
                chain: [issued.certificate],
                key: issued.key,
                chainPath: "v.pem",
                keyPath: "v.key"
            )
        }
        let context = try TLSClientContext(authorities: [server.pki.authority.certificate], identity: identity)
        return try TestVehicle(port: server.receiver.address.port, context: context)
    }
}

extension RecordContent {
    /// The VIN that the payload names.
    var ownVIN: String? {
        switch self {
        case .vehicleData(let data): data.vin
        case .alerts(let alerts): alerts.vin
        case .errors(let errors): errors.vin
        case .connectivity(let event): event.vin
        default: nil
        }
    }
}
