import Foundation
import LinuxSystem
import OpenSSLTransport
import TelemetryFixtures
import Testing

struct CertificateErrorTests {
    let scratch: ScratchDirectory
    let root: CertificateIssuer

    init() throws {
        scratch = try ScratchDirectory()
        root = try CertificateIssuer.makeRoot(commonName: "Root")
    }

    private func certificateReason(_ bytes: [UInt8]) -> CertificateError.Reason? {
        thrown(CertificateError.self) { _ = try Certificate.readAll(pem: bytes, from: "file.pem") }?.reason
    }

    private func keyReason(_ bytes: [UInt8]) -> CertificateError.Reason? {
        thrown(CertificateError.self) { _ = try PrivateKey.read(pem: bytes, from: "file.key") }?.reason
    }

    @Test func `a missing file, a directory and an unreadable file are told apart`() throws {
        let missing = try #require(
            thrown(CertificateError.self) { _ = try Certificate.readAll(path: scratch.file("none.pem")) }
        )
        #expect(missing.path == scratch.file("none.pem"))
        #expect(missing.description.contains("No such file"))
        #expect(missing.description.contains("check the path"))
        let directory = try #require(thrown(CertificateError.self) { _ = try Certificate.readAll(path: scratch.path) })
        #expect(directory.description.contains("Is a directory"))
        let long = try scratch.write([UInt8](repeating: 65, count: Certificate.fileLimitBytes + 1), "long.pem")
        let tooLong = try #require(thrown(CertificateError.self) { _ = try Certificate.readAll(path: long) })
        #expect(tooLong.description.contains("too large"))
    }

    @Test func `what is not a certificate says what it is instead`() throws {
        #expect(certificateReason([]) == .empty)
        #expect(certificateReason(Array("hello".utf8)) == .notPEM(looksLikeDER: false))
        #expect(certificateReason(root.certificate.der) == .notPEM(looksLikeDER: true))
        #expect(certificateReason(root.key.pem) == .noCertificate(found: ["PRIVATE KEY"]))
        #expect(keyReason([]) == .empty)
        #expect(keyReason(root.certificate.pem) == .noPrivateKey(found: ["CERTIFICATE"]))
    }

    @Test func `a damaged certificate is named by its number and line`() throws {
        let lines = root.certificate.pem.split(separator: 10)
        let short = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        let damaged = root.certificate.pem + Array(short.utf8)
        guard case .damaged("certificate", 2, let line, let detail) = certificateReason(damaged) else {
            Issue.record("another reason: \(String(describing: certificateReason(damaged)))")
            return
        }
        #expect(line == lines.count + 1)
        #expect(!detail.isEmpty)
        let cut = Array(root.certificate.pem.dropLast(60))
        guard case .damaged("certificate", 1, 1, _) = certificateReason(cut) else {
            Issue.record("another reason: \(String(describing: certificateReason(cut)))")
            return
        }
    }

    @Test func `an encrypted key is said to be encrypted, in both forms, and nobody is asked for a passphrase`() {
        let modern = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
        let older = """
            -----BEGIN EC PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF

            AAAA
            -----END EC PRIVATE KEY-----

            """
        #expect(keyReason(Array(modern.utf8)) == .encryptedKey)
        #expect(keyReason(Array(older.utf8)) == .encryptedKey)
        let certificate = older.replacingOccurrences(of: "EC PRIVATE KEY", with: "CERTIFICATE")
        guard case .damaged = certificateReason(Array(certificate.utf8)) else {
            Issue.record("an encrypted certificate was read")
            return
        }
    }

    @Test func `a damaged key and a key of an unusual kind are refused`() throws {
        let damaged = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
        guard case .damaged("private key", 1, 1, _) = keyReason(Array(damaged.utf8)) else {
            Issue.record("another reason: \(String(describing: keyReason(Array(damaged.utf8))))")
            return
        }
        // The Ed25519 example of RFC 8410, section 10.3.
        let edwards = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----

            """
        #expect(keyReason(Array(edwards.utf8)) == .unsupportedKey(type: "ED25519"))
    }

    @Test func `the parameters that openssl ecparam writes before a key do not disturb`() throws {
        let text = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        let key = try PrivateKey.read(pem: Array(text.utf8) + root.key.pem, from: "ec.key")
        #expect(key.matches(root.certificate))
    }

    @Test func `every reason has words and a remedy`() {
        let reasons: [CertificateError.Reason] = [
            .unreadable(SystemCallError(call: "open", code: 13, subject: "a.pem")), .empty,
            .notPEM(looksLikeDER: true), .notPEM(looksLikeDER: false), .noCertificate(found: ["X"]),
            .noPrivateKey(found: ["X"]), .damaged(label: "certificate", ordinal: 2, line: 9, detail: "d"),
            .encryptedKey, .unsupportedKey(type: "T"), .unusableText(text: "\n", field: "host"),
            .failed(step: "signing", detail: "d"),
        ]
        for reason in reasons {
            let error = CertificateError(path: "a.pem", reason: reason)
            #expect(error.description == "a.pem: \(error.reasonText); \(error.remedy)")
            #expect(!error.description.contains("\n"))
        }
    }

    @Test func `mutated certificates never crash, whatever is asked of them`() throws {
        var template = CertificateTemplate.server(["example.org", "127.0.0.1", "::1"])
        template.organizationalUnits = ["One", "Two"]
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let originals = [try root.issue(template).certificate.der, root.certificate.der]
        var readable = 0
        for round in 0..<50_000 {
            let mutated = random.mutate(originals[round % originals.count])
            guard let certificate = try? Certificate(der: mutated, from: "fuzz") else { continue }
            readable += 1
            _ = certificate.facts
            _ = certificate.dnsNames.count + certificate.serial.count + certificate.publicKeySHA256.count
            _ = certificate.notBefore &+ certificate.notAfter
            _ = (certificate.key, certificate.isCertificateAuthority, certificate.issuerURL)
            if round % 64 == 0 {
                _ = (certificate.isSelfSigned, certificate.isIssued(by: root.certificate))
                _ = root.key.matches(certificate)
                _ = ClientTrust(anchors: [root.certificate]).refusal(of: certificate, at: unixNow)
            }
        }
        #expect(readable > 100, "seed \(seed)")
    }

    @Test func `mutated pem texts never crash, and are cut anywhere`() throws {
        let text = root.certificate.pem + root.key.pem
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for length in 0...text.count {
            _ = try? Certificate.readAll(pem: Array(text.prefix(length)), from: "cut")
            _ = try? PrivateKey.read(pem: Array(text.prefix(length)), from: "cut")
        }
        for _ in 0..<2_000 {
            let mutated = random.mutate(text)
            _ = try? Certificate.readAll(pem: mutated, from: "seed \(seed)")
            _ = try? PrivateKey.read(pem: mutated, from: "seed \(seed)")
        }
    }
}

extension SeededRandom {
    /// One to four changes: a flipped bit, another byte, bytes removed, or bytes doubled.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var changed = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !changed.isEmpty {
            let place = changed.indices.randomElement(using: &self) ?? 0
            switch Int.random(in: 0..<8, using: &self) {
            case 0: changed.remove(at: place)
            case 1: changed.insert(changed[place], at: place)
            case 2: changed.removeSubrange(place..<min(changed.count, place + 5))
            case 3, 4: changed[place] = UInt8.random(in: 0 ... .max, using: &self)
            default: changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            }
        }
        return changed
    }
}
