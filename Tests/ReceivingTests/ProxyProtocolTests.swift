import AddressCodec
import LinuxSystem
import Receiving
import Testing
import VehicleFixtures

/// Connections that come by a proxy which says who is behind it.
struct ProxyProtocolTests {
    private func server(rate: HandshakeRate? = nil, handshakeMilliseconds: Int = 5_000) throws -> TestReceiver {
        var settings = ReceiverSettings()
        settings.threads = 1
        settings.trustedProxies = [try #require(AddressRange("127.0.0.1"))]
        settings.deadlines.handshakeMilliseconds = handshakeMilliseconds
        settings.handshakeRate = rate
        return try TestReceiver(settings: settings)
    }

    private func header(_ host: String, _ port: UInt16 = 4000, extra: [UInt8] = []) throws -> [UInt8] {
        ProxyHeader.bytes(
            from: .init(address: try #require(IPAddress(host)), port: port),
            to: .init(address: try #require(IPAddress(host)), port: 443),
            extra: extra
        )
    }

    private func connect(
        _ server: TestReceiver,
        _ prefix: [UInt8],
        heldBack: Int = 0,
        localHost: String? = nil
    ) throws -> TestVehicle {
        try TestVehicle(
            port: server.receiver.address.port,
            context: try server.pki.clientContext(vin: "5YJ3E1EA7KF000316"),
            localHost: localHost,
            prefix: prefix,
            heldBack: heldBack
        )
    }

    /// Where the server says that a record of the vehicle came from.
    private func remoteAddress(_ server: TestReceiver, _ vehicle: TestVehicle) throws -> String? {
        #expect(try vehicle.upgrade().status == 101)
        server.collected.forget()
        try vehicle.send(VehicleConversationTests.frame("a"))
        #expect(try VehicleConversationTests.answer(vehicle.nextFrame()) == "ack txid=a topic=V")
        return server.collected.waitForRecords(1).first?.source.remoteAddress
    }

    @Test func `the address in the header is the vehicle's`() throws {
        let server = try server()
        defer { server.stop() }
        for (host, shown) in [("192.0.2.1", "192.0.2.1:4000"), ("2001:db8::1", "[2001:db8::1]:4000")] {
            let vehicle = try connect(server, try header(host, extra: Array(repeating: 0, count: 300)))
            #expect(try remoteAddress(server, vehicle) == shown)
        }
        let health = try connect(server, ProxyHeader.local)
        #expect(try remoteAddress(server, health)?.hasPrefix("127.0.0.1:") == true)
    }

    @Test func `a header that comes in pieces is put together, with the hello behind it`() throws {
        let server = try server()
        defer { server.stop() }
        let bytes = try header("192.0.2.1")
        for cut in stride(from: 1, to: bytes.count, by: 9) {
            let vehicle = try connect(server, bytes, heldBack: bytes.count - cut)
            #expect(try vehicle.upgrade().status == 101, "cut at \(cut)")
        }
    }

    @Test func `without its header, or with a wrong one, a proxy is closed and counted`() throws {
        let server = try server()
        defer { server.stop() }
        let text = Array("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".utf8)
        var long = try header("192.0.2.1")
        long[14] = 0xff
        for wrong in [[], text, long] {
            #expect(throws: (any Error).self) { try connect(server, wrong) }
        }
        #expect(server.metric(#"connections_refused_total{reason="proxy_header"}"#) == 3)
        #expect(server.metric(#"tls_handshake_failure_total{reason="proxy_header"}"#) == 3)
    }

    @Test func `from anybody else a header is not believed, and none is needed`() throws {
        let server = try server()
        defer { server.stop() }
        #expect(throws: (any Error).self) {
            try connect(server, try header("192.0.2.1"), localHost: "127.0.0.2")
        }
        let vehicle = try connect(server, [], localHost: "127.0.0.2")
        #expect(try remoteAddress(server, vehicle)?.hasPrefix("127.0.0.2:") == true)
    }

    @Test func `a proxy that is silent ends at the handshake's deadline`() throws {
        let server = try server(handshakeMilliseconds: 50)
        defer { server.stop() }
        let socket = try TCP.connect(host: "127.0.0.1", port: server.receiver.address.port, isBlocking: true)
        _ = try TCP.send(Array(try header("192.0.2.1")[..<20]).span, to: socket)
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(try socket.read(into: &buffer) == 0)
        #expect(server.metric(#"tls_handshake_failure_total{reason="handshake_timeout"}"#) == 1)
    }

    @Test func `the pace is that of the address in the header, not the proxy's`() throws {
        let server = try server(rate: HandshakeRate(perSecond: 0.001, burst: 1))
        defer { server.stop() }
        for host in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
            #expect(try connect(server, try header(host)).upgrade().status == 101)
            #expect(throws: (any Error).self) { try connect(server, try header(host)) }
        }
    }
}
