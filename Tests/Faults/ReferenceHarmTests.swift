import Dispatching
import EnvelopeCodec
import LinuxSystem
import Receiving
import TelemetryModel
import Testing
import VehicleFixtures

/// What one vehicle can do to all others on the reference server, and can't do here. The numbers are those of
/// `protocol.md`, section 11.
struct ReferenceHarmTests {
    private static let otherVIN = "5YJ3E1EA7KF000317"

    private func frame(_ txid: String, topic: String = "V", payload: [UInt8] = [], vin: String = vin) -> [UInt8] {
        Attack.record(txid, topic: topic, payload: payload, vin: vin)
    }

    private static let vin = "5YJ3E1EA7KF000316"

    /// The txid that the next frame acknowledges; what else it is when it is no ack.
    private func acked(_ vehicle: TestVehicle) throws -> String {
        guard let frame = try vehicle.nextFrame() else { return "end of stream" }
        guard frame.opcode == 2 else { return "opcode \(frame.opcode)" }
        let envelope = try Envelope.read(frame.payload.span)
        guard envelope.kind == .acknowledgement else { return "error" }
        return String(decoding: frame.payload[envelope.txid], as: UTF8.self)
    }

    @Test func `1 - many connections on several loops reach a dispatcher one delivery at a time`() throws {
        var settings = ReceiverSettings()
        settings.threads = 4
        let server = try TestReceiver(settings: settings)
        defer { server.stop() }
        let vehicles = try (0..<32).map { try server.vehicle("5YJ3E1EA0KF\(100_000 + $0)") }
        for (index, vehicle) in vehicles.enumerated() {
            try vehicle.send(
                raw: (0..<50).flatMap {
                    TestVehicle.frame(frame("\(index)-\($0)", vin: "5YJ3E1EA0KF\(100_000 + index)"))
                }
            )
        }
        for (index, vehicle) in vehicles.enumerated() {
            for number in 0..<50 { #expect(try acked(vehicle) == "\(index)-\(number)") }
        }
        #expect(server.collected.records.count == 32 * 50)
        #expect(server.collected.mostAtOnce == 1)
    }

    /// A vehicle that sends and never reads, up to the moment when the server does not take more of it.
    private func vehicleThatReadsNothing(_ server: TestReceiver) throws -> TestVehicle {
        let deaf = try TestVehicle(
            port: server.receiver.address.port,
            context: try server.pki.clientContext(vin: Self.otherVIN),
            receiveBufferBytes: 4_096
        )
        try deaf.upgrade(headers: [("X-Network-Interface", "wifi")])
        deaf.setTimeout(milliseconds: 1_500)
        let frames = (0..<100).flatMap { number in
            TestVehicle.frame(frame("deaf-\(number)", vin: Self.otherVIN))
                + TestVehicle.frame([UInt8](repeating: 1, count: 125), opcode: 9)
        }
        var isTaken = true
        while isTaken {
            do { try deaf.send(raw: frames) } catch { isTaken = false }
        }
        return deaf
    }

    @Test func `2 - a vehicle that reads nothing holds up nobody's acks, neither while it is there nor after`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let honest = try server.vehicle()
        var deaf: TestVehicle? = try vehicleThatReadsNothing(server)
        #expect(deaf != nil)
        for number in 0..<1_500 {
            try honest.send(frame("a\(number)"))
            #expect(try acked(honest) == "a\(number)")
        }
        deaf = nil
        let newcomer = try server.vehicle("5YJ3E1EA7KF000318")
        for vehicle in [honest, newcomer] {
            try vehicle.send(frame("after"))
            #expect(try acked(vehicle) == "after")
        }
    }

    @Test func `3 - wildcards, NUL and line breaks in one vehicle's names spoil nobody's records`() throws {
        let site = try Site()
        let names = ["#", "+", "a/+/b", "x\0y", "line\nbreak", "\"", "\u{2028}", String(repeating: "n", count: 70_000)]
        let odd = try site.vehicle(0)
        let even = try site.vehicle(1)
        for (number, name) in names.enumerated() {
            try odd.send(frame("odd-\(number)", topic: "alerts", payload: alert(name), vin: Site.vins[0]))
            try even.send(frame("even-\(number)", vin: Site.vins[1]))
            #expect(try acked(odd) == "odd-\(number)")
            #expect(try acked(even) == "even-\(number)")
        }
        let lines = site.recordLines.split(separator: 0x0a)
        #expect(lines.count == 2 * names.count)
        for number in names.indices {
            for kind in ["odd", "even"] {
                let txid = Array("\"txid\":\"\(kind)-\(number)\"".utf8)
                #expect(lines.count { Array($0).firstRange(of: txid) != nil } == 1)
            }
        }
    }

    /// An alert with a name, by hand: `VehicleAlerts { alerts = 1: VehicleAlert { name = 1 } }`.
    private func alert(_ name: String) -> [UInt8] {
        func field(_ bytes: [UInt8]) -> [UInt8] {
            var length: [UInt8] = []
            var rest = bytes.count
            repeat {
                length.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
                rest >>= 7
            } while rest > 0
            return [0x0a] + length + bytes
        }
        return field(field(Array(name.utf8)))
    }

    @Test func `4 - what the dispatcher has not taken is not acked, and is when it has`() throws {
        let server = try TestReceiver(dispatcher: CollectingDispatcher(.fail))
        defer { server.stop() }
        let vehicle = try server.vehicle()
        for number in 0..<20 { try vehicle.send(frame("tx-\(number)")) }
        try vehicle.send([1], opcode: 9)
        // All were read before the ping was, and none was acked.
        #expect(try acked(vehicle) == "opcode 10")
        #expect(server.collected.records.isEmpty)
        server.collected.behave(.take)
        for number in 0..<20 { #expect(try acked(vehicle) == "tx-\(number)") }
        #expect(server.collected.records.map(\.txidText) == (0..<20).map { "tx-\($0)" })
    }

    @Test func `5 - messages of any length take no more memory than the limit allows`() throws {
        let site = try Site()
        let before = site.residentBytes
        let vehicles = try (0..<8).map { try site.vehicle($0) }
        for vehicle in vehicles {
            // Longer than is taken, shorter than what ends the connection: read, thrown away, answered.
            try vehicle.send([UInt8](repeating: 3, count: 12_000_000))
            #expect(try acked(vehicle) == "error")
            // Never whole: kept up to the limit.
            for _ in 0..<9 { try vehicle.send([UInt8](repeating: 4, count: 100_000), opcode: 2, isFinal: false) }
        }
        let grown = site.residentBytes - before
        #expect(grown < 32 << 20, "\(grown) bytes")
        let vehicle = try site.vehicle(9)
        try vehicle.send([], announcedLength: 1 << 62)
        #expect(try vehicle.nextFrame()?.closeCode == 1009)
        #expect(site.isServing)
    }

    @Test func `6 - a rate limit drops what is over it and nothing else`() throws {
        let site = try Site(#", "rate_limit": {"enabled": true, "message_limit": 5, "message_interval_time": 1}"#)
        let busy = try site.vehicle(0)
        for number in 0..<8 { try busy.send(frame("busy-\(number)", vin: Site.vins[0])) }
        var answered: Set<String> = []
        // A ping's answer may come before acks, which wait for the dispatcher.
        func hearUntilPong(acks: Int) throws {
            try busy.send([1], opcode: 9)
            var hasPong = false
            while !hasPong || answered.count < acks {
                let answer = try acked(busy)
                if answer == "opcode 10" {
                    hasPong = true
                } else {
                    try #require(answer.hasPrefix("busy-"))
                    answered.insert(answer)
                }
            }
        }
        try hearUntilPong(acks: 5)
        #expect(answered.isSuperset(of: (0..<5).map { "busy-\($0)" }))
        let other = try site.vehicle(1)
        try other.send(frame("other", vin: Site.vins[1]))
        #expect(try acked(other) == "other")
        // What got no ack is sent again, as vehicles do, and taken in one of the next intervals.
        while answered.count < 8 {
            for number in 0..<8 where !answered.contains("busy-\(number)") {
                try busy.send(frame("busy-\(number)", vin: Site.vins[0]))
            }
            try hearUntilPong(acks: 0)
        }
    }

    @Test func `7 - a dispatcher that does not exist is refused at the start, with its place`() throws {
        do {
            _ = try Site(#", "reliable_ack_sources": {"V": ["kafak"]}"#)
            Issue.record("the server serves")
        } catch let failure as Site.Failure {
            #expect(failure.description.contains("reliable_ack_sources.V"))
            #expect(failure.description.contains("kafak"))
        }
    }

    @Test func `8 - topics that vehicles make up make no time series`() throws {
        let server = try TestReceiver()
        defer { server.stop() }
        let vehicle = try server.vehicle()
        func send(_ topic: String, _ txid: String) throws {
            try vehicle.send(frame(txid, topic: topic))
            #expect(try acked(vehicle) == txid)
        }
        try send("made-up", "first")
        let series = server.metrics.exposition().count { $0 == 0x0a }
        for number in 0..<500 { try send("topic-\(number)", "tx-\(number)") }
        // A topic that is no text.
        var bytes = frame("last", topic: "\u{7f}\u{7f}\u{7f}")
        for index in bytes.indices where bytes[index] == 0x7f { bytes[index] = 0xff }
        try vehicle.send(bytes)
        #expect(try acked(vehicle) == "last")
        #expect(server.metrics.exposition().count { $0 == 0x0a } == series)
    }

    @Test func `9 - a vehicle that reads nothing is let go, and its leaving is told`() throws {
        var settings = ReceiverSettings()
        settings.deadlines.writeMilliseconds = 200
        let server = try TestReceiver(types: ["V", "connectivity"], settings: settings)
        defer { server.stop() }
        let deaf = try vehicleThatReadsNothing(server)
        func goings() -> Int {
            server.collected.records.count { record in
                guard case .connectivity(let event) = record.content else { return false }
                return event.status == .disconnected
            }
        }
        var seen = 0
        while goings() == 0, server.collected.waitForRecords(seen + 1).count > seen {
            seen = server.collected.records.count
        }
        #expect(goings() == 1)
        #expect(server.receiver.meters.connections == 0)
        withExtendedLifetime(deaf) {}
    }

    @Test func `10 - two vehicles that call their connections the same get their own acks`() throws {
        let server = try TestReceiver(types: ["V", "connectivity"])
        defer { server.stop() }
        let name = [(name: "X-TXID", value: "the-same"), (name: "X-Network-Interface", value: "cellular")]
        let first = try server.vehicle(Self.vin, headers: name)
        let second = try server.vehicle(Self.otherVIN, headers: name)
        for number in 0..<50 {
            try first.send(frame("first-\(number)"))
            try second.send(frame("second-\(number)", vin: Self.otherVIN))
        }
        for number in 0..<50 {
            #expect(try acked(first) == "first-\(number)")
            #expect(try acked(second) == "second-\(number)")
        }
        let names = Set(server.collected.waitForRecords(102).map(\.source.socketID))
        #expect(names.count == 2)
    }
}
