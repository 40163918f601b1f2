import EnvelopeCodec
import Foundation
import Receiving
import ServerAssembly
import TelemetryFixtures
import Testing
import VehicleFixtures

/// The corpus area `ratelimit`, with what difference 18 makes of it: the limit is applied per interval, surplus
/// messages get no ack and are counted, the signals of what was taken always count.
@Suite(.serialized)
struct RateLimitParityTests {
    private static let vin = "5YJ3E1EA7KF000316"

    private struct RateLimitCase: Decodable {
        var name: String
        var sent_at_once: Int
        var acks: Int
        var then_sent: Int?
    }

    /// What happens here, by case: acks to the messages sent at once; nil when the configuration is refused.
    private static let ours: [String: Int?] = [
        "enabled_5_per_60": 5,
        "enabled_no_limit": nil,
        "enabled_negative": nil,
        // The reference lets a few more through while its bucket refills; ours is 5 per interval, exactly.
        "enabled_hidden_interval": 5,
        "disabled": 150,
        "disabled_explicit": 150,
    ]

    private static func configurationText(_ item: [String: Any]) throws -> [UInt8] {
        var root: [String: Any] = [
            "host": "127.0.0.1", "port": 4443, "tls": ["server_cert": "/s.pem", "server_key": "/s.key"],
            "records": ["V": ["logger"]],
        ]
        if let limit = item["rate_limit_config"] as? [String: Any] { root["rate_limit"] = limit }
        return Array(try JSONSerialization.data(withJSONObject: root))
    }

    @Test func `each case comes to what its configuration says`() throws {
        let data = try Data(contentsOf: Fixtures.url("corpus/ratelimit.json"))
        let raw = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        let cases = try JSONDecoder().decode([RateLimitCase].self, from: data)
        #expect(Set(cases.map(\.name)) == Set(Self.ours.keys))
        for (item, raw) in zip(cases, raw) {
            let loaded = ServerConfiguration.read(try Self.configurationText(raw), environment: [:])
            guard let expected = Self.ours[item.name, default: nil] else {
                #expect(loaded.findings.contains { $0.path == "rate_limit.message_limit" && $0.severity == .error })
                #expect(item.acks == 0, "\(item.name): the reference ends such connections")
                continue
            }
            let configuration = try #require(loaded.configuration, "\(item.name)")
            let limit = configuration.rateLimit
            try run(
                item,
                expected,
                limit.enabled
                    ? RateLimit(
                        messages: limit.messageLimit,
                        intervalMilliseconds: Int(limit.messageIntervalTime.components.seconds) * 1000
                    ) : nil
            )
        }
    }

    private func run(_ item: RateLimitCase, _ expected: Int, _ limit: RateLimit?) throws {
        var settings = ReceiverSettings()
        settings.threads = 1
        settings.rateLimit = limit
        settings.trackedVINs = [Self.vin]
        let server = try TestReceiver(types: ["V"], settings: settings)
        defer { server.stop() }
        let vehicle = try server.vehicle(Self.vin)
        for number in 0..<item.sent_at_once { try send(number, vehicle) }
        // A second vehicle has a limit of its own.
        let other = try server.vehicle("7G2TESEMI00000042")
        try send(999, other, device: "7G2TESEMI00000042")
        #expect(try txid(other) == "rl-999")
        for number in 0..<expected { #expect(try txid(vehicle) == name(number), "\(item.name)") }
        #expect(server.metric("record_total{record_type=\"V\"}") == Double(expected + 1), "\(item.name)")
        #expect(server.metric("signal_count{record_type=\"V\"}") == Double(expected + 1), "\(item.name)")
        #expect(
            server.metric("vin_signal_count{record_type=\"V\",vin=\"\(Self.vin)\"}") == Double(expected),
            "\(item.name)"
        )
        let surplus = item.sent_at_once - expected
        let counted = server.metric("rate_limit_exceeded_total{device_id=\"\(Self.vin)\",txtype=\"V\"}")
        #expect(counted == (surplus == 0 ? nil : Double(surplus)), "\(item.name)")
    }

    @Test func `the next interval begins anew`() throws {
        var settings = ReceiverSettings()
        settings.threads = 1
        settings.rateLimit = RateLimit(messages: 2, intervalMilliseconds: 300)
        let server = try TestReceiver(types: ["V"], settings: settings)
        defer { server.stop() }
        let vehicle = try server.vehicle(Self.vin)
        var answered: [String] = []
        var number = 0
        // Sends until an interval has passed: the first two are taken, then none, then again.
        while answered.count < 4, number < 100_000 {
            try send(number, vehicle)
            // A ping is answered whatever the limit says, so that nothing waits for an answer that does not come.
            try vehicle.send([1], opcode: 9)
            var hasPong = false
            while !hasPong {
                let frame = try #require(try vehicle.nextFrame())
                if frame.opcode == 10 { hasPong = true } else { answered.append(try read(frame)) }
            }
            number += 1
        }
        #expect(answered.count == 4 && number > 4, "\(answered), \(number) sent")
    }

    private func name(_ number: Int) -> String {
        "rl-" + String(repeating: "0", count: max(0, 3 - "\(number)".count)) + "\(number)"
    }

    private func send(_ number: Int, _ vehicle: TestVehicle, device: String = vin) throws {
        // One datum with a number in it.
        let payload: [UInt8] = [0x0a, 0x09, 0x08, 0x08, 0x12, 0x05, 0x0a, 0x03, 0x31, 0x32, 0x33]
        try vehicle.send(CorpusFrames.record(txid: Array(name(number).utf8), payload: payload, device: device))
    }

    private func txid(_ vehicle: TestVehicle) throws -> String { try read(try #require(try vehicle.nextFrame())) }

    private func read(_ frame: TestVehicle.Frame) throws -> String {
        let envelope = try Envelope.read(frame.payload.span)
        return String(decoding: frame.payload[envelope.txid], as: UTF8.self)
    }
}
