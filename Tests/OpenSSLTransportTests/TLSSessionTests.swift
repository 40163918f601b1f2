import LinuxSystem
import OpenSSLTransport
import TelemetryModel
import Testing
import VehicleFixtures

/// Two sessions joined in memory: what one sends, the other receives.
struct TLSSessionTests {
    @Test func `a vehicle and the server shake hands and exchange bytes`() throws {
        let pki = try TestPKI()
        var pair = TLSPair(server: try pki.serverContext(), client: try pki.clientContext(vin: "5YJ3E1EA7KF000316"))
        #expect(pair.shakeHands() == nil)
        #expect(pair.server.protocolVersion == "TLSv1.3")
        #expect(pair.server.serverName == "localhost")
        #expect(pair.server.peerCertificate?.subjectCommonName == "5YJ3E1EA7KF000316")
        #expect(pair.server.peerCertificate?.issuerCommonName == "Tesla Motors Products CA")
        #expect(pair.sendToServer(Array("hello".utf8)) == Array("hello".utf8))
        #expect(pair.sendToClient(Array("world".utf8)) == Array("world".utf8))
    }

    @Test(arguments: [12...12, 13...13])
    func `both protocol versions are served`(versions: ClosedRange<Int>) throws {
        let pki = try TestPKI()
        let client = try pki.clientContext(vin: "VIN")
        client.limitVersions(versions)
        var pair = TLSPair(server: try pki.serverContext(), client: client)
        #expect(pair.shakeHands() == nil)
        #expect(pair.server.protocolVersion == "TLSv1.\(versions.lowerBound - 10)")
        #expect(pair.sendToServer([1, 2, 3]) == [1, 2, 3])
    }

    @Test(arguments: [KeyAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521, .rsa(bits: 2048)])
    func `every kind of key works on both sides`(algorithm: KeyAlgorithm) throws {
        let pki = try TestPKI(algorithm: algorithm)
        var pair = TLSPair(server: try pki.serverContext(), client: try pki.clientContext(vin: "VIN"))
        #expect(pair.shakeHands() == nil)
    }

    @Test func `an intermediate in the bundle anchors a chain without its root`() throws {
        let pki = try TestPKI()
        let middle = try pki.authority.makeIntermediate(commonName: "Tesla Motors Products CA")
        let vehicle = try middle.issue(CertificateTemplate(role: .vehicle, commonName: "VIN", days: 1))
        let server = try TLSServerContext(
            TLSServerSettings(identity: pki.serverIdentity, clientAuthorities: [middle.certificate])
        )
        let identity = try TLSIdentity(chain: [vehicle.certificate], key: vehicle.key, chainPath: "v", keyPath: "k")
        var pair = TLSPair(
            server: server,
            client: try TLSClientContext(authorities: [pki.authority.certificate], identity: identity)
        )
        #expect(pair.shakeHands() == nil)
    }

    @Test func `an intermediate that the vehicle sends completes the chain to the root`() throws {
        let pki = try TestPKI()
        let middle = try pki.authority.makeIntermediate(commonName: "Tesla Motors Product Issuing CA")
        let vehicle = try middle.issue(CertificateTemplate(role: .vehicle, commonName: "VIN", days: 1))
        let identity = try TLSIdentity(
            chain: [vehicle.certificate, middle.certificate],
            key: vehicle.key,
            chainPath: "v",
            keyPath: "k"
        )
        var pair = TLSPair(
            server: try pki.serverContext(),
            client: try TLSClientContext(authorities: [pki.authority.certificate], identity: identity)
        )
        #expect(pair.shakeHands() == nil)
    }

    @Test func `a client without a certificate is refused and told apart`() throws {
        let pki = try TestPKI()
        var pair = TLSPair(
            server: try pki.serverContext(),
            client: try TLSClientContext(authorities: [pki.authority.certificate], identity: nil)
        )
        #expect(pair.shakeHands() == .noPeerCertificate)
    }

    @Test func `a certificate of strangers is refused with its names`() throws {
        let pki = try TestPKI()
        let stranger = try CertificateIssuer.makeRoot(commonName: "Somebody Else CA")
        let vehicle = try stranger.issue(CertificateTemplate(role: .vehicle, commonName: "VIN", days: 1))
        let identity = try TLSIdentity(chain: [vehicle.certificate], key: vehicle.key, chainPath: "v", keyPath: "k")
        var pair = TLSPair(
            server: try pki.serverContext(),
            client: try TLSClientContext(authorities: [pki.authority.certificate], identity: identity)
        )
        guard case .peerCertificateRefused(let refusal) = pair.shakeHands() else {
            Issue.record("the handshake should be refused for the certificate")
            return
        }
        #expect(refusal.subject.contains("VIN"))
        #expect(refusal.issuer.contains("Somebody Else CA"))
    }

    @Test(arguments: [-1, 2])
    func `a certificate out of its time is refused`(shift: Int) throws {
        let pki = try TestPKI()
        let template =
            shift < 0
            ? CertificateTemplate(role: .vehicle, commonName: "VIN", days: -1)
            : CertificateTemplate(role: .vehicle, commonName: "VIN", days: 30, startingInDays: shift)
        var pair = TLSPair(server: try pki.serverContext(), client: try pki.clientContext(template))
        guard case .peerCertificateRefused = pair.shakeHands() else {
            Issue.record("the handshake should be refused for the certificate")
            return
        }
    }

    @Test func `a certificate for servers only is no client certificate, one without usages is`() throws {
        let pki = try TestPKI()
        var template = CertificateTemplate(role: .vehicle, commonName: "VIN", days: 1)
        template.extendedKeyUsages = [CertificateTemplate.serverAuthentication]
        var pair = TLSPair(server: try pki.serverContext(), client: try pki.clientContext(template))
        guard case .peerCertificateRefused = pair.shakeHands() else {
            Issue.record("the handshake should be refused for the certificate")
            return
        }
        // Go's server takes `anyExtendedKeyUsage` for every usage; OpenSSL by itself does not.
        for usages in [[], ["2.5.29.37.0"], ["2.5.29.37.0", CertificateTemplate.serverAuthentication]] {
            template.extendedKeyUsages = usages
            var other = TLSPair(server: try pki.serverContext(), client: try pki.clientContext(template))
            #expect(other.shakeHands() == nil, "\(usages)")
        }
    }

    @Test func `any usage makes no certificate of a stranger a good one`() throws {
        let pki = try TestPKI()
        var template = CertificateTemplate(role: .vehicle, commonName: "VIN", days: -1)
        template.extendedKeyUsages = ["2.5.29.37.0"]
        var late = TLSPair(server: try pki.serverContext(), client: try pki.clientContext(template))
        guard case .peerCertificateRefused(let refusal) = late.shakeHands() else {
            Issue.record("an expired certificate should be refused")
            return
        }
        #expect(refusal.reason == "certificate has expired")
        template = CertificateTemplate(role: .vehicle, commonName: "VIN", days: 1)
        template.extendedKeyUsages = ["2.5.29.37.0"]
        let stranger = try CertificateIssuer.makeRoot(commonName: "Other CA").issue(template)
        let identity = try TLSIdentity(
            chain: [stranger.certificate],
            key: stranger.key,
            chainPath: "v.pem",
            keyPath: "v.key"
        )
        let client = try TLSClientContext(authorities: [pki.authority.certificate], identity: identity)
        var other = TLSPair(server: try pki.serverContext(), client: client)
        guard case .peerCertificateRefused = other.shakeHands() else {
            Issue.record("a stranger's certificate should be refused")
            return
        }
    }

    @Test func `a vehicle that does not trust us says so, and we hear it`() throws {
        let pki = try TestPKI()
        let stranger = try CertificateIssuer.makeRoot(commonName: "Other CA")
        var pair = TLSPair(
            server: try pki.serverContext(),
            client: try TLSClientContext(
                authorities: [stranger.certificate],
                identity: try pki.vehicleIdentity(CertificateTemplate(role: .vehicle, commonName: "VIN", days: 1))
            )
        )
        #expect(pair.shakeHands() == .ourCertificateRefused(alert: "unknown ca"))
    }

    @Test func `plain HTTP and garbage are told apart from TLS`() throws {
        let pki = try TestPKI()
        let context = try pki.serverContext()
        let http = TLSSession(context, buffers: TLSBuffers())
        http.receive(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)[...])
        #expect(http.handshake() == .failed(.plainHTTP))
        let garbage = TLSSession(context, buffers: TLSBuffers())
        garbage.receive((0..<64).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }[...])
        #expect(garbage.handshake() == .failed(.notTLS))
    }

    @Test func `a megabyte passes in pieces of every size`() throws {
        let pki = try TestPKI()
        var pair = TLSPair(server: try pki.serverContext(), client: try pki.clientContext(vin: "VIN"))
        #expect(pair.shakeHands() == nil)
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(pair.sendToServer(bytes, piece: 1_000) == bytes)
        #expect(pair.sendToServer(bytes, piece: 60_000) == bytes)
        #expect(pair.sendToClient(bytes) == bytes)
    }

    @Test func `a key that belongs to another certificate is refused with both paths`() throws {
        let pki = try TestPKI()
        let key = try PrivateKey.make(.ecdsaP256)
        #expect(throws: TLSContextError.keyDoesNotMatch(certificatePath: "server.pem", keyPath: "server.key")) {
            try TLSIdentity(chain: pki.serverIdentity.chain, key: key, chainPath: "server.pem", keyPath: "server.key")
        }
    }
}

/// A server's and a client's session, and the wire between them.
struct TLSPair: ~Copyable {
    let server: TLSSession
    let client: TLSSession
    private var toServer: [UInt8] = []
    private var toClient: [UInt8] = []

    init(server: TLSServerContext, client: TLSClientContext) {
        self.server = TLSSession(server, buffers: TLSBuffers())
        self.client = TLSSession(client, serverName: "localhost", buffers: TLSBuffers())
    }

    /// - Returns: why the server's side failed; nil when both are done.
    mutating func shakeHands() -> TLSFailure? {
        var scratch = [UInt8](repeating: 0, count: 20_000)
        var serverIsDone = false
        for _ in 0..<20 {
            _ = client.handshake()
            toServer += client.takeOutbound()
            server.receive(toServer[...])
            toServer = []
            if serverIsDone {
                // In TLS 1.3 the client's verdict on our certificate comes after our own "done".
                if case .failed(let failure) = server.read(into: &scratch, at: 0) { return failure }
            } else {
                switch server.handshake() {
                case .failed(let failure): return failure
                case .done: serverIsDone = true
                case .wantsMore: break
                }
            }
            client.receive(server.takeOutbound()[...])
        }
        return serverIsDone ? nil : .connectionLost
    }

    mutating func sendToServer(_ bytes: [UInt8], piece: Int = 10_000) -> [UInt8] {
        Self.pass(bytes, piece, from: client, to: server)
    }

    mutating func sendToClient(_ bytes: [UInt8]) -> [UInt8] {
        Self.pass(bytes, 10_000, from: server, to: client)
    }

    private static func pass(
        _ bytes: [UInt8],
        _ piece: Int,
        from sender: borrowing TLSSession,
        to receiver: borrowing TLSSession
    ) -> [UInt8] {
        _ = sender.write(bytes.span)
        var wire = sender.takeOutbound()[...]
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 80_000)
        while !wire.isEmpty {
            receiver.receive(wire.prefix(piece))
            wire = wire.dropFirst(piece)
            while case .bytes(let count) = receiver.read(into: &buffer, at: 0) { received += buffer[..<count] }
        }
        return received
    }
}
