import TelemetryFixtures
import Testing
import WebSocketCodec

/// The examples of RFC 6455 sections 1.3 and 5.7.
struct RFCExampleTests {
    @Test func `a single-frame unmasked text message`() {
        #expect(hear(Bytes.fromHex("810548656c6c6f"), as: .client) == [.text("Hello")])
    }

    @Test func `a single-frame masked text message`() {
        #expect(hear(Bytes.fromHex("818537fa213d7f9f4d5158")) == [.text("Hello")])
    }

    @Test func `a fragmented unmasked text message`() {
        #expect(hear(Bytes.fromHex("010348656c80026c6f"), as: .client) == [.text("Hello")])
    }

    @Test func `unmasked ping and masked pong`() {
        #expect(hear(Bytes.fromHex("890548656c6c6f"), as: .client) == [.ping(bytes("Hello"))])
        #expect(hear(Bytes.fromHex("8a8537fa213d7f9f4d5158")) == [.pong(bytes("Hello"))])
    }

    @Test func `256 bytes and 64 KiB of binary in one unmasked frame`() {
        let short = Array(repeating: 7 as UInt8, count: 256)
        #expect(hear(Bytes.fromHex("827e0100") + short, as: .client) == [.message(.binary, short)])
        let long = Array(repeating: 7 as UInt8, count: 65536)
        var listener = Listener(.client)
        listener.hear(Bytes.fromHex("827f0000000000010000") + long)
        #expect(listener.seen == [.message(.binary, long)])
    }

    @Test func `the writers make the same bytes`() {
        var output: [UInt8] = []
        appendFrame(.text, "Hello".utf8, to: &output)
        #expect(Bytes.hex(output) == "810548656c6c6f")
        output = []
        appendFrame(.text, "Hello".utf8, mask: 0x3d21_fa37, to: &output)
        #expect(Bytes.hex(output) == "818537fa213d7f9f4d5158")
        output = []
        appendFrame(.text, "Hel".utf8, isFinal: false, to: &output)
        appendFrame(.continuation, "lo".utf8, to: &output)
        #expect(Bytes.hex(output) == "010348656c80026c6f")
        output = []
        appendPing("Hello".utf8, to: &output)
        appendPong("Hello".utf8, mask: 0x3d21_fa37, to: &output)
        #expect(Bytes.hex(output) == "890548656c6c6f8a8537fa213d7f9f4d5158")
        output = []
        appendFrameHeader(.binary, length: 256, to: &output)
        appendFrameHeader(.binary, length: 65536, to: &output)
        #expect(Bytes.hex(output) == "827e0100827f0000000000010000")
    }

    @Test func `the handshake's answer to the key`() {
        #expect(WebSocketHandshake.accept(for: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }
}
