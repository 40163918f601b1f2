import Diagnosis
import LinuxSystem
import OpenSSLTransport
import Testing
import VehicleFixtures

/// A server as somebody sees it who connects as a vehicle does.
struct ServerHandshakeTests {
    private func sight(
        _ port: UInt16,
        as identity: TLSIdentity? = nil,
        milliseconds: Int = 20_000
    ) throws(ServerHandshakeFailure) -> ServerSighting {
        try ServerHandshake.sight(
            host: "127.0.0.1",
            port: port,
            serverName: "localhost",
            identity: identity,
            timeoutMilliseconds: milliseconds
        )
    }

    @Test func `a receiver shows its chain and asks for a certificate, whoever issued it`() throws {
        let receiver = try TestReceiver()
        defer { receiver.stop() }
        let sighting = try sight(receiver.receiver.address.port)
        #expect(sighting.chain.map(\.sha256) == receiver.pki.serverIdentity.chain.map(\.sha256))
        #expect(sighting.protocolVersion == "TLSv1.3")
        #expect(sighting.cipher.hasPrefix("TLS_"))
        #expect(sighting.asksForCertificate)
        // On purpose: a vehicle whose issuer is not on a list would withhold its certificate.
        #expect(sighting.acceptableAuthorities.isEmpty)
        let template = CertificateTemplate(role: .vehicle, commonName: "5YJ3E1EA7KF000316", days: 1)
        let identity = try receiver.pki.vehicleIdentity(template)
        #expect(try sight(receiver.receiver.address.port, as: identity).asksForCertificate)
    }

    @Test(arguments: [false, true])
    func `a server that asks for no certificate, or for some authorities' only, is told apart`(_ asks: Bool) throws {
        let pki = try TestPKI()
        let directory = try TemporaryDirectory(prefix: "handshake")
        try Files.write(pki.serverIdentity.chain.flatMap(\.pem), to: "\(directory.path)/c.pem", mode: 0o600)
        try Files.write(pki.serverIdentity.key.pem, to: "\(directory.path)/k.pem", mode: 0o600)
        let port = TestPorts.free()
        let server = try ChildProcess(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", "\(directory.path)/c.pem", "-key",
                "\(directory.path)/k.pem", "-naccept", "1", "-www",
            ] + (asks ? ["-verify", "1", "-CAfile", "\(directory.path)/c.pem"] : []),
            errorPath: "\(directory.path)/errors"
        )
        // Killed when the value goes.
        defer { withExtendedLifetime(server) {} }
        // It says so when it listens.
        while let line = server.readLine(timeoutMilliseconds: 60_000), line != "ACCEPT" {}
        let sighting = try sight(port)
        #expect(sighting.asksForCertificate == asks)
        #expect(sighting.acceptableAuthorities == (asks ? [pki.serverIdentity.chain[0].subject] : []))
        #expect(sighting.chain.count == 1)
    }

    @Test func `what is no server, or none that answers, is told apart`() throws {
        let nobody = TestPorts.free()
        #expect(throws: ServerHandshakeFailure.unreachable(reason: "Connection refused")) { try sight(nobody) }
        let web = try TestWebServer { _ in .answer(200) }
        defer { web.stop() }
        let plain = #expect(throws: ServerHandshakeFailure.self) { try sight(web.port) }
        #expect(plain.map { "\($0)" }?.contains("does not speak TLS") == true || plain == .closed)

        let held = try TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false)
        let port = try #require(TCP.localAddress(of: held)?.port)
        #expect(throws: ServerHandshakeFailure.silent) { try sight(port, milliseconds: 200) }
    }
}
