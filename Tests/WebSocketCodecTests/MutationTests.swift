import TelemetryFixtures
import Testing
import WebSocketCodec

/// Random conversations, damaged, and cut at random places: the pieces must be heard like the whole, nothing may
/// stop the program, and what is kept stays within the limits. The listener checks that bytes outside stay unchanged.
struct MutationTests {
    @Test func `damaged conversations are heard the same however they are cut`() {
        var random = SeededRandom(seed: UInt64.random(in: 0...UInt64.max))
        print("seed \(random.seed)")
        let limits = FrameLimits(messageBytes: 20, discardBytes: 70)
        var violations = 0
        for _ in 0..<50_000 {
            var wire: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) { wire += someFrame(&random) }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let index = Int.random(in: 0..<wire.count, using: &random)
                wire[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            let text: TextPolicy = Bool.random(using: &random) ? .accepted : .refused
            var whole = Listener(.server, text: text, limits: limits)
            whole.hear(wire)
            var pieces = Listener(.server, text: text, limits: limits)
            var rest = wire[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(rest.count, 25), using: &random)
                pieces.hear(rest.prefix(count))
                rest = rest.dropFirst(count)
                if pieces.keptBytes > 20 + 131 { Issue.record("kept \(pieces.keptBytes), seed \(random.seed)") }
            }
            if pieces.seen != whole.seen { Issue.record("\(pieces.seen) != \(whole.seen), seed \(random.seed)") }
            if case .violation = whole.seen.last { violations += 1 }
        }
        #expect(violations > 1000)
    }

    /// Mostly text; towards the end some characters of several bytes.
    private static let content =
        Array((String(repeating: "abcdefghij", count: 5) + "äöü€🚗é💡ab🔋ñcdéfgh").utf8)
        + Array(repeating: 0x80, count: 40)

    private func someFrame(_ random: inout SeededRandom) -> [UInt8] {
        let opcode = [0, 0, 1, 2, 2, 2, 8, 9, 10].randomElement(using: &random) ?? 2
        let length = [0, 1, 2, 7, 19, 20, 21, 60, 71].randomElement(using: &random) ?? 0
        let start = Int.random(in: 0..<40, using: &random)
        let payload = Array(Self.content[start..<start + length])
        return frame(
            UInt8(opcode),
            payload,
            final: Int.random(in: 0..<3, using: &random) > 0,
            mask: UInt32(truncatingIfNeeded: random.next())
        )
    }
}
