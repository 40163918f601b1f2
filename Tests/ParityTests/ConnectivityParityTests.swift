import EnvelopeCodec
import Foundation
import LinuxSystem
import Observability
import Receiving
import TelemetryFixtures
import TelemetryModel
import Testing
import VehicleFixtures

/// How one vehicle of the corpus came and went.
private struct ConnectivityCase: Decodable {
    struct Message: Decodable {
        var topic: String
        var status: String?
        var connection_id: String?
        var network_interface: String?
        var wire_field_numbers: [Int]?
    }

    struct Line: Decodable {
        struct Content: Decodable {
            var ConnectionID: String?
            var NetworkInterface: String?
            var Status: String?
            var Vin: String?
        }

        var msg: String
        var data: Content?
        var metadata: [String: String]?
    }

    var name: String
    var client_cn: String?
    var request_headers: [String: [String]]?
    var ends_with: String?
    var zmq_order: [Message]?
    var log: [Line]
    var frame_b64: String?
    var reply: CorpusCase.Reply?

    var vin: String { client_cn ?? "5YJ3E1EA7KF000316" }

    static func all() throws -> [ConnectivityCase] {
        try JSONDecoder().decode(
            [ConnectivityCase].self,
            from: Data(contentsOf: Fixtures.url("corpus/connectivity.json"))
        )
    }
}

@Suite(.serialized)
struct ConnectivityParityTests {
    private func server(_ capture: LogCapture) throws -> TestReceiver {
        var settings = ReceiverSettings()
        settings.threads = 1
        settings.isReferenceCompatible = true
        return try TestReceiver(
            types: ["V", "connectivity"],
            settings: settings,
            log: Log(level: .info, format: .json, output: .capture(capture))
        )
    }

    @Test func `comings and goings are told as the reference tells them`() throws {
        for item in try ConnectivityCase.all() where item.zmq_order != nil {
            let capture = LogCapture()
            let server = try server(capture)
            defer { server.stop() }
            let vehicle = try connect(item, server)
            try vehicle.send(
                CorpusFrames.record(
                    txid: Array("conn-probe".utf8),
                    payload: [0x0a, 0x02, 0x08, 0x01],
                    device: item.vin
                )
            )
            #expect(try vehicle.nextFrame()?.opcode == 2)
            switch item.ends_with {
            case "close": try vehicle.send([0x03, 0xe8], opcode: 8)
            case "text": try vehicle.send(Array("hello".utf8), opcode: 1)
            default: vehicle.stopSending()
            }
            let expected = item.zmq_order ?? []
            let records = server.collected.waitForRecords(expected.count)
            #expect(records.map { "tt_\($0.type.topic)" } == expected.map(\.topic), "\(item.name): order")
            for (record, expected) in zip(records, expected) { compare(record, expected, item) }
            let names = Set(records.filter { $0.type == .connectivity }.map(\.txidText))
            #expect(names.count == (expected.count == 3 ? 1 : 0), "\(item.name): one name for both")
            try checkLog(item, capture)
        }
    }

    private func compare(_ record: Record, _ expected: ConnectivityCase.Message, _ item: ConnectivityCase) {
        guard case .connectivity(let event) = record.content else { return }
        #expect(event.vin == item.vin, "\(item.name)")
        #expect(event.status == (expected.status == "CONNECTED" ? .connected : .disconnected), "\(item.name)")
        #expect(event.networkInterface == expected.network_interface, "\(item.name)")
        #expect(event.connectionID == record.txidText && event.connectionID == record.source.socketID, "\(item.name)")
        if let id = expected.connection_id, !id.hasPrefix("<") {
            #expect(event.connectionID == id, "\(item.name)")
        } else {
            #expect(UUID(uuidString: event.connectionID) != nil, "\(item.name): \(event.connectionID)")
        }
        let now = Int64(Date().timeIntervalSince1970)
        #expect(((now - 60)...(now + 1)).contains(event.createdAt?.seconds ?? 0), "\(item.name)")
        // One byte per tag: field numbers below 16.
        var numbers: [Int] = []
        var bytes = record.payload
        while let tag = bytes.first {
            numbers.append(Int(tag >> 3))
            bytes = bytes.dropFirst()
            let length = tag & 7 == 2 ? Int(bytes.first ?? 0) + 1 : 1
            bytes = bytes.dropFirst(length)
        }
        #expect(numbers == expected.wire_field_numbers, "\(item.name): fields on the wire")
        let version = item.request_headers?["Version"]?.first ?? ""
        #expect(record.source.clientVersion == version, "\(item.name)")
    }

    /// The events in their order, and what the reference's lines say of the request and the payloads.
    private func checkLog(_ item: ConnectivityCase, _ capture: LogCapture) throws {
        let wanted = item.log.map(\.msg).filter { $0 != "record_payload" }
        let deadline = MonotonicTime.now.adding(milliseconds: 10_000)
        while capture.lines(of: "socket_disconnected").isEmpty, MonotonicTime.now < deadline { usleep(1_000) }
        let lines = try capture.lines.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let events = lines.compactMap { $0["msg"] as? String }.filter { wanted.contains($0) }
        // The reference reports a header that is no text before and after, as we do.
        #expect(events.sorted() == wanted.sorted(), "\(item.name): \(events)")
        let connected = try #require(lines.first { $0["msg"] as? String == "socket_connected" }, "\(item.name)")
        #expect(connected["method"] as? String == "GET" && connected["path"] as? String == "/")
        #expect(connected["user_agent"] as? String == item.request_headers?["User-Agent"]?.first ?? "")
        #expect(connected["X-Forwarded-For"] as? String == item.request_headers?["X-Forwarded-For"]?.first ?? "")
        let network = item.request_headers?["X-Network-Interface"]?.first ?? ""
        #expect(connected["network_interface"] as? String == network, "\(item.name)")
        let gone = try #require(lines.first { $0["msg"] as? String == "socket_disconnected" }, "\(item.name)")
        // Its payload has other bytes than the recorded one: what counts is that both keys hold the same text.
        #expect(gone["V"] as? String == "4" && gone["total"] as? String == "4", "\(item.name): \(gone)")
        #expect(gone["duration_sec"] as? Int == 0)
    }

    private func connect(_ item: ConnectivityCase, _ server: TestReceiver) throws -> TestVehicle {
        let vehicle = try TestVehicle(
            port: server.receiver.address.port,
            context: try server.pki.clientContext(vin: item.vin)
        )
        var request = Array("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n".utf8)
        request += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n".utf8
        for (name, values) in item.request_headers ?? [:] {
            for value in values {
                request += "\(name): ".utf8
                // The corpus shows U+FFFD for a byte that is no UTF-8.
                for scalar in value.unicodeScalars {
                    request += scalar == "\u{FFFD}" ? [0xfc] : Array(String(scalar).utf8)
                }
                request += "\r\n".utf8
            }
        }
        try vehicle.send(raw: request + Array("\r\n".utf8))
        #expect(try vehicle.readResponse().status == 101, "\(item.name)")
        return vehicle
    }

    @Test func `connectivity records that a vehicle makes itself are dispatched as sent, with its own VIN`() throws {
        for item in try ConnectivityCase.all() where item.frame_b64 != nil {
            let server = try server(LogCapture())
            defer { server.stop() }
            let vehicle = try server.vehicle(item.vin)
            let frame = Array(try #require(Data(base64Encoded: item.frame_b64 ?? "")))
            try vehicle.send(frame)
            #expect(try vehicle.nextFrame()?.payload == item.reply?.bytes, "\(item.name): answer")
            vehicle.stopSending()
            let records = server.collected.waitForRecords(3)
            let expected = item.log.filter { $0.msg == "record_payload" }
            #expect(records.count == expected.count, "\(item.name)")
            for (record, line) in zip(records, expected) {
                guard case .connectivity(let event) = record.content, let data = line.data else { continue }
                #expect(event.vin == data.Vin, "\(item.name)")
                #expect(event.networkInterface == data.NetworkInterface, "\(item.name)")
                #expect(record.vin.text == line.metadata?["vin"], "\(item.name)")
                if data.ConnectionID?.hasPrefix("<") == false {
                    #expect(event.connectionID == data.ConnectionID, "\(item.name)")
                    #expect(record.txidText == line.metadata?["txid"], "\(item.name)")
                    #expect(event.createdAt == Timestamp(seconds: 1_700_000_000, nanos: 123_456_789), "\(item.name)")
                }
            }
        }
    }

    @Test func `what a vehicle sends with its last breath comes before the record that it has left`() throws {
        var settings = ReceiverSettings()
        settings.threads = 1
        let server = try TestReceiver(types: ["V", "custom", "errors", "connectivity"], settings: settings)
        defer { server.stop() }
        let vehicle = try server.vehicle()
        _ = server.collected.waitForRecords(1)
        let record = { (topic: String) in
            CorpusFrames.record(txid: Array(topic.utf8), payload: [], device: "5YJ3E1EA7KF000316", topic: topic)
        }
        // One TLS record, so one turn: three records and the close frame.
        try vehicle.send(
            raw: ["errors", "custom", "V"].flatMap { TestVehicle.frame(record($0)) }
                + TestVehicle.frame([0x03, 0xe8], opcode: 8)
        )
        let topics = server.collected.waitForRecords(5).map(\.type.topic)
        #expect(topics.first == "connectivity" && topics.last == "connectivity", "\(topics)")
        #expect(topics.sorted() == ["V", "connectivity", "connectivity", "custom", "errors"], "\(topics)")
    }

    @Test func `a name that a live connection has goes to nobody else`() throws {
        let server = try server(LogCapture())
        defer { server.stop() }
        let header = [(name: "X-TXID", value: "11111111-2222-4333-8444-555555555555")]
        let first = try server.vehicle(headers: header)
        let second = try server.vehicle("7G2TESEMI00000042", headers: header)
        let names = server.collected.waitForRecords(2).map(\.source.socketID)
        #expect(Set(names).count == 2 && names.contains("11111111-2222-4333-8444-555555555555"))
        try first.send(CorpusFrames.record(txid: Array("a".utf8), payload: [], device: "5YJ3E1EA7KF000316"))
        try second.send(CorpusFrames.record(txid: Array("b".utf8), payload: [], device: "7G2TESEMI00000042"))
        for (vehicle, txid) in [(first, "a"), (second, "b")] {
            let answer = try #require(try vehicle.nextFrame())
            let envelope = try Envelope.read(answer.payload.span)
            #expect(Array(answer.payload[envelope.txid]) == Array(txid.utf8))
        }
    }
}
