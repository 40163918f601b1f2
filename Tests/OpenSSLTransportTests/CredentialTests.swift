import Foundation
import OpenSSLTransport
import TelemetryFixtures
import Testing

/// Whatever people keep in files of certificates and keys, made by OpenSSL's own tool.
struct CredentialTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        let commands = """
            set -e; cd '\(scratch.path)'; exec 2>&1
            openssl ecparam -name prime256v1 -genkey -out ec.pem
            openssl req -x509 -new -key ec.pem -subj /CN=one -days 9 -out one.pem
            names=subjectAltName=DNS:b.example.com,IP:192.0.2.7
            openssl req -new -key ec.pem -subj /CN=asked -addext $names -out csr.pem
            openssl genrsa -traditional -out rsa.pem 2048
            openssl pkcs8 -topk8 -nocrypt -in ec.pem -out pkcs8.pem
            openssl pkey -in ec.pem -aes256 -passout pass:x -out locked.pem
            openssl ec -in ec.pem -aes256 -passout pass:x -out old-locked.pem
            openssl genpkey -algorithm ed25519 -out ed.pem
            openssl pkey -in ec.pem -pubout -out pub.pem
            openssl pkcs12 -export -inkey ec.pem -in one.pem -passout pass:x -out both.p12
            openssl crl2pkcs7 -nocrl -certfile one.pem -out one.p7b
            openssl crl2pkcs7 -nocrl -certfile one.pem -outform der -out p7.der
            openssl x509 -in one.pem -outform der -out one.der
            openssl req -in csr.pem -outform der -out csr.der
            openssl pkey -in ec.pem -outform der -out key.der
            openssl rsa -in rsa.pem -outform der -traditional -out rsa.der
            openssl pkey -pubin -in pub.pem -outform der -out pub.der
            openssl pkcs8 -topk8 -in ec.pem -passout pass:x -outform der -out locked.der
            cat one.der one.der > two.der
            """
        let outcome = try Tool.run(commands)
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    private func words(_ name: String) throws -> [String] {
        try Credential.readAll(path: scratch.file(name)).map(Self.word)
    }

    private static func word(_ credential: Credential) -> String {
        switch credential {
        case .certificate(let certificate): "certificate \(certificate.subject)"
        case .request(let request): "request \(request.subject) \(request.hosts) \(request.isSignedByItsKey)"
        case .privateKey(let key): "private \(key.kind)"
        case .encryptedKey: "locked"
        case .publicKey(let key): "public \(key.kind)"
        case .other(let label): "other \(label)"
        case .damaged(let label, let line, _): "damaged \(label) \(line)"
        }
    }

    @Test(arguments: [
        ("one.pem", ["certificate CN=one"]), ("one.der", ["certificate CN=one"]),
        ("two.der", ["certificate CN=one", "certificate CN=one"]),
        ("csr.pem", [#"request CN=asked ["b.example.com", "192.0.2.7"] true"#]),
        ("csr.der", [#"request CN=asked ["b.example.com", "192.0.2.7"] true"#]),
        ("ec.pem", ["other EC PARAMETERS", "private EC P-256"]), ("pkcs8.pem", ["private EC P-256"]),
        ("key.der", ["private EC P-256"]), ("rsa.pem", ["private RSA 2048"]), ("rsa.der", ["private RSA 2048"]),
        ("ed.pem", ["private ED25519 256"]), ("locked.pem", ["locked"]), ("old-locked.pem", ["locked"]),
        ("locked.der", ["locked"]), ("pub.pem", ["public EC P-256"]), ("pub.der", ["public EC P-256"]),
        ("both.p12", ["other PKCS 12"]), ("one.p7b", ["other PKCS7"]), ("p7.der", ["other PKCS 7"]),
    ])
    func `each form is read as what it is`(_ name: String, _ expected: [String]) throws {
        #expect(try words(name) == expected)
    }

    @Test func `the halves of a pair are recognised by their fingerprint`() throws {
        guard case .privateKey(let secret)? = try Credential.readAll(path: scratch.file("pkcs8.pem")).first,
            case .publicKey(let open)? = try Credential.readAll(path: scratch.file("pub.der")).first,
            case .request(let request)? = try Credential.readAll(path: scratch.file("csr.pem")).first,
            case .certificate(let certificate)? = try Credential.readAll(path: scratch.file("one.pem")).first
        else {
            Issue.record("unreadable")
            return
        }
        #expect(open.sha256.count == 64)
        #expect(
            Set([secret.publicKeySHA256, open.sha256, request.publicKeySHA256, certificate.publicKeySHA256]).count == 1
        )
    }

    @Test func `a damaged piece hides nothing beside it`() throws {
        let good = String(decoding: try scratch.read("one.pem"), as: UTF8.self)
        let bad = good.replacing(/[A-Za-z0-9+\/]{20}/, with: "AAAAAAAAAAAAAAAAAAAA", maxReplacements: 3)
        let key = String(decoding: try scratch.read("pkcs8.pem"), as: UTF8.self)
        try scratch.write(
            "text\n" + bad + key + good + "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----\n",
            "mixed.pem"
        )
        let found = try words("mixed.pem")
        #expect(found[0] == "damaged CERTIFICATE 2")
        #expect(found[1...2] == ["private EC P-256", "certificate CN=one"])
        #expect(found[3].hasPrefix("damaged PUBLIC KEY"))
    }

    @Test func `what is no credential at all says what it is not`() throws {
        func reason(_ bytes: [UInt8]) throws -> String {
            let error = #expect(throws: CertificateError.self) { try Credential.readAll(bytes, from: "file") }
            return error?.description ?? ""
        }
        #expect(try reason([]).contains("is empty"))
        #expect(try reason(Array("hello".utf8)).contains("is not PEM"))
        let der = try scratch.read("one.der")
        #expect(
            try reason([0x30, 0x82, 0x01, 0x02] + Array(repeating: 7, count: 300)).contains(
                "no certificate, request or key"
            )
        )
        #expect(try reason(Array(der.prefix(100))).contains("no certificate, request or key"))
    }

    @Test func `cut at every byte, nothing crashes and nothing is made up`() throws {
        for name in ["one.der", "csr.der", "key.der", "pub.der", "locked.der"] {
            let bytes = try scratch.read(name)
            for end in 0..<bytes.count {
                let found = (try? Credential.readAll(Array(bytes[..<end]), from: name)) ?? []
                #expect(found.isEmpty, "\(name) cut at \(end): \(found.map(Self.word))")
            }
        }
    }

    @Test func `a request that was altered is not signed by its key`() throws {
        var bytes = try scratch.read("csr.der")
        let name = try #require(bytes.indices.first { bytes[$0...].starts(with: "asked".utf8) })
        bytes[name] = UInt8(ascii: "b")
        guard case .request(let request)? = try Credential.readAll(bytes, from: "csr").first else {
            Issue.record("unreadable")
            return
        }
        #expect(request.subject == "CN=bsked")
        #expect(!request.isSignedByItsKey)
    }
}
