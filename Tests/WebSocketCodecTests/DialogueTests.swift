import TelemetryFixtures
import Testing
import WebSocketCodec

/// Client and server codecs against each other, in memory.
struct DialogueTests {
    @Test func `what a client sends is echoed back unchanged`() {
        var random = SeededRandom(seed: UInt64.random(in: 0...UInt64.max))
        print("seed \(random.seed)")
        var server = Listener(.server)
        var client = Listener(.client)
        var expected: [Seen] = []
        for round in 0..<300 {
            let length = [0, 1, 125, 126, 400, 65535, 65536].randomElement(using: &random) ?? 0
            let kind: MessageKind = Bool.random(using: &random) ? .text : .binary
            let payload = (0..<length).map { _ in UInt8.random(in: 32...126, using: &random) }
            var upstream = message(kind, payload, &random)
            expected.append(.message(kind, payload))
            if round % 7 == 0 {
                appendPing([UInt8(round & 0x7f)], mask: random.next32(), to: &upstream)
                expected.append(.pong([UInt8(round & 0x7f)]))
            }
            let heardBefore = server.seen.count
            deliver(upstream, to: &server, &random)
            var downstream: [UInt8] = []
            for seen in server.seen[heardBefore...] { answer(seen, to: &downstream) }
            deliver(downstream, to: &client, &random)
        }
        var goodbye: [UInt8] = []
        appendClose(.goingAway, reason: "sleep", to: &goodbye)
        client.hear(goodbye)
        #expect(client.seen == expected + [.close(1001, bytes("sleep"))], "seed \(random.seed)")
    }

    private func message(_ kind: MessageKind, _ payload: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var output: [UInt8] = []
        guard payload.count > 3, Bool.random(using: &random) else {
            appendFrame(kind.opcode, payload, mask: random.next32(), to: &output)
            return output
        }
        let cut = Int.random(in: 0...payload.count, using: &random)
        appendFrame(kind.opcode, payload[..<cut], isFinal: false, mask: random.next32(), to: &output)
        appendFrame(.continuation, payload[cut...], mask: random.next32(), to: &output)
        return output
    }

    private func answer(_ seen: Seen, to output: inout [UInt8]) {
        switch seen {
        case .message(let kind, let payload): appendFrame(kind.opcode, payload, to: &output)
        case .ping(let payload): appendPong(payload, to: &output)
        case .pong, .close, .oversize, .violation: Issue.record("unexpected \(seen)")
        }
    }

    private func deliver(_ bytes: [UInt8], to listener: inout Listener, _ random: inout SeededRandom) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int.random(in: 1...40_000, using: &random))
            listener.hear(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
    }

    @Test func `close reasons are cut at whole characters, and codes not for the wire are left out`() {
        var output: [UInt8] = []
        appendClose(.protocolError, reason: String(repeating: "é", count: 100), to: &output)
        #expect(hear(output, as: .client) == [.close(1002, bytes(String(repeating: "é", count: 61)))])
        output = []
        appendClose(CloseCode(rawValue: 1006), reason: "x", to: &output)
        #expect(hear(output, as: .client) == [.close(nil, [])])
    }
}

extension SeededRandom {
    mutating func next32() -> UInt32 { UInt32(truncatingIfNeeded: next()) }
}
