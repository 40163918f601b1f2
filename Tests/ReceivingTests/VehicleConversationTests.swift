import Dispatching
import EnvelopeCodec
import LinuxSystem
import OpenSSLTransport
import PayloadCodec
import Receiving
import TelemetryModel
import Testing
import VehicleFixtures

/// What a vehicle sees of the receiver, over real sockets.
struct VehicleConversationTests {
    static let vin = "5YJ3E1EA7KF000316"

    static func frame(
        _ txid: String,
        topic: String = "V",
        payload: [UInt8] = [],
        sender: String = "vehicle_device.\(vin)"
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        Envelope.appendStream(
            StreamMessage(
                txid: Array(txid.utf8),
                topic: Array(topic.utf8),
                senderID: Array(sender.utf8),
                payload: payload,
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array(vin.utf8),
                createdAtSeconds: 1_700_000_000
            ),
            to: &bytes
        )
        return bytes
    }

    /// Kind, txid and topic of an answer.
    static func answer(_ frame: TestVehicle.Frame?) throws -> String {
        guard let frame else { return "end of stream" }
        guard frame.opcode == 2 else { return frame.closeCode.map { "close \($0)" } ?? "opcode \(frame.opcode)" }
        let envelope = try Envelope.read(frame.payload.span)
        func text(_ range: Range<Int>) -> String { String(decoding: frame.payload[range], as: UTF8.self) }
        let kind = envelope.kind == .acknowledgement ? "ack" : "error \(text(envelope.stream?.payload ?? 0..<0))"
        return "\(kind) txid=\(text(envelope.txid)) topic=\(text(envelope.topic))"
    }

    @Test func `a record is dispatched with everything that is known of it, then acknowledged`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let vehicle = try server.vehicle(headers: [("Version", "1.2.0"), ("X-Network-Interface", "wifi")])
        var writer = PayloadWriter()
        let content = VehicleData(
            data: [Datum(field: .soc, value: .double(71.5))],
            createdAt: Timestamp(seconds: 1_700_000_000, nanos: 5)
        )
        try vehicle.send(Self.frame("tx-1", payload: writer.bytes(of: .vehicleData(content))))
        #expect(try Self.answer(vehicle.nextFrame()) == "ack txid=tx-1 topic=V")
        let record = try #require(server.collected.records.first)
        #expect(record.vin.text == Self.vin)
        #expect(record.txidText == "tx-1")
        #expect(record.source.clientVersion == "1.2.0")
        #expect(record.source.networkInterface == "wifi")
        #expect(record.receivedAt.rawValue > 1_700_000_000_000)
        var expected = content
        expected.vin = Self.vin
        #expect(record.content == .vehicleData(expected))
    }

    @Test func `records of one connection keep their order, many in one TLS record too`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let vehicle = try server.vehicle()
        var bytes: [UInt8] = []
        for index in 0..<500 { bytes += TestVehicle.frame(Self.frame("tx-\(index)")) }
        try vehicle.send(raw: bytes)
        for index in 0..<500 { #expect(try Self.answer(vehicle.nextFrame()) == "ack txid=tx-\(index) topic=V") }
        #expect(server.collected.records.map(\.txidText) == (0..<500).map { "tx-\($0)" })
    }

    @Test func `acks have the codec's bytes, whatever lengths of txids and types alternate`() throws {
        let server = try TestReceiver(types: ["V", "custom"])
        defer { server.stop() }
        let vehicle = try server.vehicle()
        let lengths = [36, 36, 37, 0, 1, 2, 3, 4, 36, 63, 64, 65, 300, 36, 70_000, 36]
        let sent: [(txid: String, topic: String)] = lengths.enumerated().map { index, length in
            let letter = Character(Unicode.Scalar(UInt8(97 + index)))
            return (txid: String(repeating: letter, count: length), topic: index % 3 == 0 ? "custom" : "V")
        }
        for (txid, topic) in sent { try vehicle.send(Self.frame(txid, topic: topic)) }
        var expected: [[UInt8]] = []
        for (txid, topic) in sent {
            var ack: [UInt8] = []
            Envelope.appendAcknowledgement(txid: txid.utf8.span, topic: topic.utf8.span, to: &ack)
            expected.append(ack)
        }
        var received: [[UInt8]] = []
        for _ in sent { received.append(try #require(try vehicle.nextFrame()).payload) }
        #expect(Set(received) == Set(expected))
        #expect(received.count == expected.count)
    }

    @Test func `a record that arrives byte by byte is a record`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let vehicle = try server.vehicle()
        for byte in TestVehicle.frame(Self.frame("slow")) { try vehicle.send(raw: [byte]) }
        #expect(try Self.answer(vehicle.nextFrame()) == "ack txid=slow topic=V")
    }

    @Test func `an unlisted topic needs the right sender`() throws {
        let server = try TestReceiver(types: ["V"])
        defer { server.stop() }
        let vehicle = try server.vehicle()
        try vehicle.send(Self.frame("a", topic: "other"))
        #expect(try Self.answer(vehicle.nextFrame()) == "ack txid=a topic=other")
        try vehicle.send(Self.frame("b", topic: "other", sender: Self.vin))
        #expect(try Self.answer(vehicle.nextFrame()) == "ack txid=b topic=other")
        try vehicle.send(Self.frame("c", topic: "other", sender: "vehicle_device.SOMEBODYELSE"))
        #expect(try Self.answer(vehicle.nextFrame()) == "error incorrect message format txid=c topic=")
        try vehicle.send(Self.frame("d", sender: "vehicle_device.SOMEBODYELSE"))
        #expect(try Self.answer(vehicle.nextFrame()) == "ack txid=d topic=V")
        #expect(server.collected.records.map(\.txidText) == ["d"])
    }

    @Test func `a message over the limit is answered with an error and the connection goes on`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let vehicle = try server.vehicle()
        try vehicle.send(Array(repeating: 0, count: 1_000_001))
        #expect(try Self.answer(vehicle.nextFrame()) == "error incorrect message format txid= topic=")
        try vehicle.send(Self.frame("after"))
        #expect(try Self.answer(vehicle.nextFrame()) == "ack txid=after topic=V")
    }

    @Test func `a length beyond everything closes with 1009 before a byte of it is read`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let vehicle = try server.vehicle()
        try vehicle.send([1, 2, 3], announcedLength: 1 << 40)
        #expect(try Self.answer(vehicle.nextFrame()) == "close 1009")
    }

    @Test func `text closes with 1003, a close is echoed, a ping gets its pong`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let first = try server.vehicle()
        try first.send(Array("hello".utf8), opcode: 1)
        #expect(try Self.answer(first.nextFrame()) == "close 1003")
        let second = try server.vehicle()
        try second.send(Array("beat".utf8), opcode: 9)
        #expect(try second.nextFrame() == TestVehicle.Frame(opcode: 10, payload: Array("beat".utf8)))
        try second.send([0x0f, 0xa0], opcode: 8)
        #expect(try Self.answer(second.nextFrame()) == "close 4000")
        #expect(try second.nextFrame() == nil)
    }

    @Test func `status answers over mTLS, other requests hear what is wrong`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        func request(_ text: String) throws -> String {
            let vehicle = try TestVehicle(
                port: server.receiver.address.port,
                context: try server.pki.clientContext(vin: Self.vin)
            )
            try vehicle.send(raw: Array(text.utf8))
            return String(decoding: try vehicle.readToEnd(), as: UTF8.self)
        }
        let status = try request("GET /status HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(status.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(status.hasSuffix("\r\n\r\nmtls ok"))
        let plain = try request("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(plain.hasPrefix("HTTP/1.1 400 "))
        #expect(plain.contains("Upgrade: websocket"))
        #expect(try request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").hasPrefix("HTTP/1.1 405 "))
        #expect(try request("GET /other HTTP/1.1\r\nHost: a\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
        let body = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345"
        #expect(try request(body).hasPrefix("HTTP/1.1 413 "))
        #expect(try request("nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
        let long = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n"
        #expect(try request(long).hasPrefix("HTTP/1.1 431 "))
        let upgrade =
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: BwcHBwcHBwcHBwcHBwcHBw==\r\n\r\n"
        #expect(try request(upgrade).hasPrefix("HTTP/1.1 426 "))
    }

    @Test func `a certificate that proves no vehicle gets 403 with the reason, and no upgrade`() throws {
        let server = try TestReceiver(pki: TestPKI(commonName: "Some Other CA"))
        defer { server.stop() }
        let vehicle = try TestVehicle(
            port: server.receiver.address.port,
            context: try server.pki.clientContext(vin: Self.vin)
        )
        #expect(try vehicle.upgrade().status == 403)
        #expect(String(decoding: try vehicle.readToEnd(), as: UTF8.self).contains("Some Other CA"))
    }

    @Test func `coming and going become connectivity records under one name`() throws {
        let server = try TestReceiver(types: ["V", "connectivity"])
        let name = "11111111-2222-4333-8444-555555555555"
        let vehicle = try server.vehicle(headers: [("X-TXID", name.uppercased()), ("X-Network-Interface", "cellular")])
        try vehicle.send(Self.frame("a"))
        #expect(try Self.answer(vehicle.nextFrame()) == "ack txid=a topic=V")
        vehicle.stopSending()
        let records = server.collected.waitForRecords(3)
        #expect(records.map(\.type.topic) == ["connectivity", "V", "connectivity"])
        for (record, status) in zip([records[0], records[2]], [VehicleConnectivity.Status.connected, .disconnected]) {
            guard case .connectivity(let content) = record.content else {
                Issue.record("not a connectivity record")
                continue
            }
            #expect(content.status == status)
            #expect(content.connectionID == name)
            #expect(content.vin == Self.vin)
            #expect(content.networkInterface == "cellular")
            #expect(record.txidText == name)
        }
        server.stop()
    }

    @Test func `two connections never share a name`() throws {
        let server = try TestReceiver(types: ["V"])
        defer { server.stop() }
        let name = "11111111-2222-4333-8444-555555555555"
        let first = try server.vehicle(headers: [("X-TXID", name)])
        let second = try server.vehicle(headers: [("X-TXID", name)])
        try first.send(Self.frame("first"))
        try second.send(Self.frame("second"))
        #expect(try Self.answer(first.nextFrame()) == "ack txid=first topic=V")
        #expect(try Self.answer(second.nextFrame()) == "ack txid=second topic=V")
        let names = Dictionary(
            server.collected.waitForRecords(2).map { ($0.txidText, $0.source.socketID) },
            uniquingKeysWith: { $1 }
        )
        #expect(names["first"] == name)
        #expect(names["second"] != name)
    }
}
