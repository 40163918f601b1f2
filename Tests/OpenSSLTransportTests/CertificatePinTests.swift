import Foundation
import TelemetryFixtures
import Testing

@testable import OpenSSLTransport

struct CertificatePinTests {
    /// Rows of the table by column name; subjects are quoted and contain commas.
    private func rows() throws -> [[String: String]] {
        let url = Fixtures.repository.appending(path: "certs/tesla_ca_pins.csv")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(fields)
        let header = try #require(lines.first)
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    private func fields(_ line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }

    @Test func `the compiled table equals the one in certs`() throws {
        let rows = try rows()
        for bundle in TeslaBundle.allCases {
            let expected = rows.filter { $0["bundle"] == bundle.rawValue }.map {
                TeslaPin(sha256: $0["sha256_certificate"]!, subject: $0["subject"]!, notAfter: $0["not_after"]!)
            }
            #expect(TeslaPins.pins(of: bundle) == expected)
            #expect(expected.allSatisfy { $0.sha256.count == 64 })
        }
        #expect(TeslaPins.pins(of: .production).count == 14)
        #expect(TeslaPins.pins(of: .engineering).count == 8)
    }

    @Test func `only pinned certificates are accepted, and what is missing is told`() throws {
        let genuine = try CertificateIssuer.makeRoot(commonName: "Genuine").certificate
        let absent = TeslaPin(sha256: String(repeating: "0", count: 64), subject: "CN=Absent", notAfter: "2031-01-01")
        let pin = TeslaPin(sha256: genuine.sha256, subject: "CN=Genuine", notAfter: "2031-01-01")
        let forged = try CertificateIssuer.makeRoot(commonName: "Genuine").certificate
        let other = try CertificateIssuer.makeRoot(commonName: "Other").certificate
        let verdict = TeslaPins.verify([genuine, forged, other, genuine], pins: [pin, absent], name: "test")
        #expect(verdict.accepted.map(\.pin) == [pin])
        #expect(verdict.pem == genuine.pem)
        #expect(verdict.refused.map(\.certificate.sha256) == [forged.sha256, other.sha256])
        #expect(verdict.refused[0].reason.contains("has the same name"))
        #expect(verdict.refused[1].reason.contains("CN=Other"))
        #expect(!verdict.refused[1].reason.contains("same name"))
        #expect(verdict.missing == [absent])
        #expect(!verdict.isComplete)
        #expect(TeslaPins.verify([genuine], pins: [pin], name: "test").isComplete)
    }

    @Test func `a bundle of strangers is refused whole, and garbage is an error`() throws {
        let stranger = try CertificateIssuer.makeRoot(commonName: "Tesla Motors Products CA").certificate
        let verdict = try TeslaPins.verify(bundle: stranger.pem, from: "x.pem", as: .production)
        #expect(verdict.accepted.isEmpty)
        #expect(verdict.missing.count == 14)
        #expect(verdict.refused[0].reason.contains("forged"))
        #expect(throws: CertificateError.self) {
            try TeslaPins.verify(bundle: Array("no".utf8), from: "x.pem", as: .engineering)
        }
    }
}
