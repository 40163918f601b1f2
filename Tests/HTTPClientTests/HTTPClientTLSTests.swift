import HTTPClient
import LinuxSystem
import OpenSSLTransport
import Testing
import VehicleFixtures

@Suite struct HTTPClientTLSTests {
    private func send(
        to server: TestWebServer,
        host: String = "localhost",
        trusting authorities: [Certificate],
        identity: TLSIdentity? = nil
    ) throws -> HTTPAnswer {
        let address = try HTTPAddress(server.url(host: host))
        let client = HTTPClient(address, trusting: authorities, identity: identity)
        _ = try client.send(HTTPCall(method: "POST", body: Array("one".utf8)))
        return try client.send(HTTPCall(method: "POST", body: Array("two".utf8)))
    }

    private func refusal(_ server: TestWebServer, host: String, trusting: [Certificate]) throws -> HTTPClientError {
        try #require(
            #expect(throws: HTTPClientError.self) { try send(to: server, host: host, trusting: trusting) }
        )
    }

    private func pki(_ change: (inout CertificateTemplate) -> Void) throws -> TestPKI {
        try TestPKI(server: change)
    }

    @Test func `records travel over TLS, with a certificate of ours where it is asked for`() throws {
        let pki = try TestPKI()
        let server = try TestWebServer(pki: pki) { .answer(200, body: $0.text) }
        let identity = try pki.vehicleIdentity(CertificateTemplate(role: .vehicle, commonName: "us", days: 1))
        for host in ["localhost", "127.0.0.1"] {
            let answer = try send(
                to: server,
                host: host,
                trusting: [pki.authority.certificate],
                identity: identity
            )
            #expect(answer.body == Array("two".utf8))
        }
        #expect(server.requests.map(\.connection) == [0, 0, 1, 1])
        let error = try refusal(server, host: "localhost", trusting: [pki.authority.certificate])
        #expect(error.words.contains("certificate required") || error.words.contains("broke off"), "\(error)")
    }

    @Test func `expired, not valid yet, wrong name and unknown authority are told apart`() throws {
        let expired = try pki { $0 = CertificateTemplate(role: .server, commonName: "localhost", days: -1).with($0) }
        let early = try pki {
            $0 = CertificateTemplate(role: .server, commonName: "localhost", days: 9, startingInDays: 2).with($0)
        }
        let elsewhere = try pki { $0.hosts = ["example.org"] }
        let stranger = try TestPKI()
        let cases: [(TestPKI, [Certificate]?, String)] = [
            (expired, nil, "has expired"), (early, nil, "not valid yet"), (elsewhere, nil, "for another name"),
            (stranger, [expired.authority.certificate], "unknown authority"),
        ]
        for (pki, trusted, words) in cases {
            let server = try TestWebServer(pki: pki) { _ in .answer(200) }
            for host in ["localhost", "127.0.0.1"] {
                let error = try refusal(server, host: host, trusting: trusted ?? [pki.authority.certificate])
                guard case .untrusted = error else { return #expect(Bool(false), "\(error)") }
                #expect(error.words.contains(words), "\(error.words)")
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `a server without TLS`() throws {
        let server = try TestWebServer { _ in .answer(200) }
        let address = try HTTPAddress("https://127.0.0.1:\(server.port)/")
        let error = try #require(
            #expect(throws: HTTPClientError.self) { try HTTPClient(address, trusting: []).connect() }
        )
        guard case .tlsFailed = error else { return #expect(Bool(false), "\(error)") }
        #expect(!error.words.isEmpty)
    }
}

extension CertificateTemplate {
    fileprivate func with(_ other: CertificateTemplate) -> CertificateTemplate {
        var template = self
        template.hosts = other.hosts
        return template
    }
}
