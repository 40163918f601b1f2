import Testing
import WebSocketCodec

/// A table in the order of the well-known conformance suite: framing, pings, bits, opcodes, fragments, text, closing.
/// Every case is heard whole, byte by byte and cut in two everywhere.
struct ConformanceTests {
    // MARK: 1 Framing

    @Test(arguments: [0, 1, 125, 126, 127, 128, 1000])
    func `messages of every length form arrive`(length: Int) {
        let text = Array(repeating: UInt8(ascii: "*"), count: length)
        let binary = Array(repeating: 0xfe as UInt8, count: length)
        #expect(hear(frame(1, text) + frame(2, binary)) == [.message(.text, text), .message(.binary, binary)])
    }

    @Test(arguments: [65535, 65536, 65537])
    func `large messages arrive, cut where it matters`(length: Int) {
        let content = Array(repeating: UInt8(ascii: "*"), count: length)
        for opcode in [1, 2] as [UInt8] {
            let wire = frame(opcode, content)
            for cut in [0, 1, 2, 3, 9, 10, 13, 14, 15, 4096, wire.count - 1] {
                var listener = Listener()
                listener.hear(wire[..<cut])
                listener.hear(wire[cut...])
                #expect(listener.seen == [.message(opcode == 1 ? .text : .binary, content)])
            }
        }
    }

    // MARK: 2 Pings and pongs

    @Test(arguments: [0, 1, 124, 125])
    func `pings and unasked pongs arrive`(length: Int) {
        let payload = Array(repeating: 0xfe as UInt8, count: length)
        #expect(hear(frame(9, payload) + frame(10, payload)) == [.ping(payload), .pong(payload)])
    }

    @Test func `a control frame of 126 bytes is refused`() {
        for opcode in [8, 9, 10] as [UInt8] {
            #expect(hear(frame(opcode, Array(repeating: 1, count: 126))) == [.violation(.controlFrameTooLong)])
        }
    }

    @Test func `ten pings get through at once`() {
        #expect(hear((0..<10).flatMap { frame(9, [$0]) }) == (0..<10).map { .ping([$0]) })
    }

    // MARK: 3 Reserved bits

    @Test(arguments: 1...7)
    func `reserved bits are refused after what came before`(bits: Int) {
        let bad = UInt8(bits)
        #expect(hear(frame(1, bytes("a"), bits: bad)) == [.violation(.reservedBits(bad))])
        #expect(
            hear(frame(1, bytes("a")) + frame(9, bits: bad) + frame(1, bytes("b")))
                == [.text("a"), .violation(.reservedBits(bad))]
        )
    }

    // MARK: 4 Opcodes

    @Test(arguments: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
    func `reserved opcodes are refused`(opcode: Int) {
        let bad = UInt8(opcode)
        #expect(hear(frame(bad)) == [.violation(.reservedOpcode(bad))])
        #expect(
            hear(frame(1, bytes("a")) + frame(bad, bytes("x")) + frame(9))
                == [.text("a"), .violation(.reservedOpcode(bad))]
        )
    }

    // MARK: 5 Fragments

    @Test(arguments: fragmentCases)
    func `fragments`(example: FragmentCase) {
        #expect(hear(example.frames.flatMap { $0 }) == example.expected, "\(example.name)")
    }

    struct FragmentCase: Sendable, CustomTestStringConvertible {
        var name: String
        var frames: [[UInt8]]
        var expected: [Seen]
        var testDescription: String { name }
    }

    static let fragmentCases: [FragmentCase] = [
        FragmentCase(
            name: "fragmented ping",
            frames: [frame(9, [1], final: false), frame(0, [2])],
            expected: [.violation(.controlFrameFragmented)]
        ),
        FragmentCase(
            name: "fragmented pong",
            frames: [frame(10, [1], final: false), frame(0, [2])],
            expected: [.violation(.controlFrameFragmented)]
        ),
        FragmentCase(
            name: "fragmented close",
            frames: [frame(8, [3, 232], final: false)],
            expected: [.violation(.controlFrameFragmented)]
        ),
        FragmentCase(
            name: "text in two",
            frames: [frame(1, bytes("ab"), final: false), frame(0, bytes("cd"))],
            expected: [.text("abcd")]
        ),
        FragmentCase(
            name: "ping between",
            frames: [frame(1, bytes("ab"), final: false), frame(9, bytes("!")), frame(0, bytes("cd"))],
            expected: [.ping(bytes("!")), .text("abcd")]
        ),
        FragmentCase(
            name: "many fragments with pings",
            frames: [
                frame(1, bytes("a"), final: false), frame(0, bytes("b"), final: false), frame(9, [1]),
                frame(0, bytes("c"), final: false), frame(9, [2]), frame(10, [3]), frame(0, bytes("d")),
            ],
            expected: [.ping([1]), .ping([2]), .pong([3]), .text("abcd")]
        ),
        FragmentCase(
            name: "empty fragments",
            frames: [frame(2, final: false), frame(0, final: false), frame(0)],
            expected: [.message(.binary, [])]
        ),
        FragmentCase(
            name: "empty fragments around one",
            frames: [frame(1, final: false), frame(0, bytes("mid"), final: false), frame(0)],
            expected: [.text("mid")]
        ),
        FragmentCase(
            name: "continuation first",
            frames: [frame(0, bytes("x"))],
            expected: [.violation(.continuationWithoutStart)]
        ),
        FragmentCase(
            name: "continuation first, unfinished",
            frames: [frame(0, bytes("x"), final: false)],
            expected: [.violation(.continuationWithoutStart)]
        ),
        FragmentCase(
            name: "continuation after a message",
            frames: [frame(1, bytes("a")), frame(0, bytes("b"))],
            expected: [.text("a"), .violation(.continuationWithoutStart)]
        ),
        FragmentCase(
            name: "continuation after fragments",
            frames: [frame(2, [1], final: false), frame(0, [2]), frame(0, [3])],
            expected: [.message(.binary, [1, 2]), .violation(.continuationWithoutStart)]
        ),
        FragmentCase(
            name: "text inside a message",
            frames: [frame(1, bytes("a"), final: false), frame(1, bytes("b"))],
            expected: [.violation(.messageInsideMessage)]
        ),
        FragmentCase(
            name: "binary inside a message",
            frames: [frame(1, bytes("a"), final: false), frame(2, [1], final: false)],
            expected: [.violation(.messageInsideMessage)]
        ),
        FragmentCase(
            name: "close between",
            frames: [frame(1, bytes("a"), final: false), frame(8, [3, 232]), frame(0, bytes("b"))],
            expected: [.close(1000, [])]
        ),
        FragmentCase(
            name: "two fragmented messages",
            frames: [
                frame(2, [1], final: false), frame(0, [2]), frame(1, bytes("c"), final: false), frame(0, bytes("d")),
            ],
            expected: [.message(.binary, [1, 2]), .text("cd")]
        ),
    ]

    // MARK: 6 Text

    @Test(arguments: UTF8Samples.valid)
    func `valid text arrives whole and in fragments`(text: [UInt8]) {
        #expect(hear(frame(1, text)) == [.message(.text, text)])
        for cut in 0...text.count {
            let frames = frame(1, Array(text[..<cut]), final: false) + frame(0, Array(text[cut...]))
            #expect(hear(frames) == [.message(.text, text)])
        }
    }

    @Test(arguments: UTF8Samples.invalid)
    func `invalid text is refused whole and in fragments`(text: [UInt8]) {
        #expect(hear(frame(1, text)) == [.violation(.textNotUTF8)])
        for cut in 0...text.count {
            let frames = frame(1, Array(text[..<cut]), final: false) + frame(0, Array(text[cut...]))
            #expect(hear(frames) == [.violation(.textNotUTF8)])
        }
    }

    @Test func `invalid text is refused with the fragment that shows it`() {
        #expect(hear(frame(1, [0x61, 0xf4, 0x90], final: false)) == [.violation(.textNotUTF8)])
    }

    @Test func `binary may hold anything`() {
        for sample in UTF8Samples.invalid { #expect(hear(frame(2, sample)) == [.message(.binary, sample)]) }
    }

    // MARK: 7 Closing

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
    func `close codes that may be sent arrive`(code: Int) {
        let payload = [UInt8(code >> 8), UInt8(code & 0xff)]
        #expect(hear(frame(8, payload)) == [.close(UInt16(code), [])])
        #expect(hear(frame(8, payload + bytes("why"))) == [.close(UInt16(code), bytes("why"))])
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
    func `close codes that may not be sent are refused`(code: Int) {
        let payload = [UInt8(code >> 8), UInt8(code & 0xff)]
        #expect(hear(frame(8, payload)) == [.violation(.closeCodeInvalid(UInt16(code)))])
    }

    @Test func `the content of a close frame`() {
        #expect(hear(frame(8)) == [.close(nil, [])])
        #expect(hear(frame(8, [3])) == [.violation(.closeCodeTruncated)])
        let reason = Array(repeating: UInt8(ascii: "*"), count: 123)
        #expect(hear(frame(8, [3, 232] + reason)) == [.close(1000, reason)])
        for sample in UTF8Samples.invalid {
            #expect(hear(frame(8, [3, 232] + sample)) == [.violation(.closeReasonNotUTF8)])
        }
    }

    @Test func `nothing is read after a close frame or a violation`() {
        #expect(hear(frame(8, [3, 232]) + frame(1, bytes("late")) + frame(9) + [0xff, 0xff]) == [.close(1000, [])])
        #expect(hear(frame(3) + frame(1, bytes("late"))) == [.violation(.reservedOpcode(3))])
    }

    // MARK: Masking

    @Test func `who must mask and who must not`() {
        #expect(hear(frame(2, [1], mask: nil)) == [.violation(.maskMissing)])
        #expect(hear(frame(2, [1]), as: .client) == [.violation(.maskForbidden)])
        #expect(hear(frame(2, [1], mask: nil), as: .client) == [.message(.binary, [1])])
        #expect(hear(frame(2, [1, 2, 3, 4, 5], mask: 0)) == [.message(.binary, [1, 2, 3, 4, 5])])
    }

    @Test func `close codes of violations`() {
        #expect(WebSocketViolation.textRefused.closeCode == .unsupportedData)
        #expect(WebSocketViolation.textNotUTF8.closeCode == .invalidData)
        #expect(WebSocketViolation.closeReasonNotUTF8.closeCode == .invalidData)
        #expect(WebSocketViolation.messageTooLong(length: 1, limit: 1).closeCode == .messageTooBig)
        #expect(WebSocketViolation.lengthOutOfRange.closeCode == .protocolError)
        #expect(WebSocketViolation.maskMissing.description == "frame from a client is not masked (close code 1002)")
    }
}
