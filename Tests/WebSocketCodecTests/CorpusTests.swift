import TelemetryFixtures
import Testing
import WebSocketCodec

/// The recorded WebSocket behaviour of the reference, with our close codes (`spec/differences.md` number 3).
struct CorpusTests {
    @Test func `every recorded conversation is decoded as expected`() throws {
        for example in try Corpus.cases("websocket") {
            guard let sent = example.frames else { continue }
            let seen = hear(sent.flatMap(wire), text: .refused)
            #expect(seen == expected(example, sent), "\(example.name)")
        }
    }

    @Test func `pongs are reproduced byte for byte`() throws {
        for example in try Corpus.cases("websocket") {
            guard let ping = example.frames?.first(where: { $0.op == 9 }) else { continue }
            let pong = try #require(example.replies.first { $0.op == 10 })
            var output: [UInt8] = []
            appendPong(ping.bytes, to: &output)
            #expect(Array(output[2...]) == pong.bytes ?? [])
        }
    }

    private func wire(_ sent: CorpusCase.Frame) -> [UInt8] {
        frame(
            UInt8(sent.op ?? 2),
            sent.bytes,
            final: sent.fin ?? true,
            bits: UInt8(sent.rsv ?? 0),
            mask: sent.masked ?? true ? 0xaabb_ccdd : nil
        )
    }

    private func expected(_ example: CorpusCase, _ sent: [CorpusCase.Frame]) -> [Seen] {
        switch example.name {
        case "text_frame", "text_frame_ascii": [.violation(.textRefused)]
        case "ping", "ping_empty", "ping_125": [.ping(sent[0].bytes)]
        case "close_1000": [.close(1000, [])]
        case "close_empty": [.close(nil, [])]
        case "close_4999": [.close(4999, [])]
        case "close_bad_utf8": [.violation(.closeReasonNotUTF8)]
        case "fragment_then_new": [.violation(.messageInsideMessage)]
        case "continuation_first": [.violation(.continuationWithoutStart)]
        case "rsv1": [.violation(.reservedBits(4))]
        case "opcode_3": [.violation(.reservedOpcode(3))]
        case "two_messages_one_segment": sent.map { .message(.binary, $0.bytes) }
        default:
            // The rest are fragmented messages, some with pings between.
            sent.filter { $0.op == 9 }.map { .ping($0.bytes) }
                + [.message(.binary, sent.filter { $0.op != 9 }.flatMap(\.bytes))]
        }
    }
}
