import Testing
import WebSocketCodec

struct LimitTests {
    private let limits = FrameLimits(messageBytes: 100, discardBytes: 1000)

    @Test func `a message at the limit arrives, one more byte is skipped, and the connection goes on`() {
        let fits = Array(repeating: 1 as UInt8, count: 100)
        let long = Array(repeating: 1 as UInt8, count: 101)
        #expect(
            hear(frame(2, fits) + frame(2, long) + frame(2, [9]), limits: limits)
                == [.message(.binary, fits), .oversize(101), .message(.binary, [9])]
        )
    }

    @Test func `skipping ends at the discard limit`() {
        let skipped = Array(repeating: 1 as UInt8, count: 1000)
        let refused = Array(repeating: 1 as UInt8, count: 1001)
        #expect(hear(frame(2, skipped) + frame(9), limits: limits) == [.oversize(1000), .ping([])])
        #expect(hear(frame(2, refused), limits: limits) == [.violation(.messageTooLong(length: 1001, limit: 100))])
    }

    @Test func `the header alone decides`() {
        var header: [UInt8] = []
        appendFrameHeader(.binary, length: 1_000_001, mask: 7, to: &header)
        #expect(hear(header) == [.oversize(1_000_001)])
        header = []
        appendFrameHeader(.binary, length: 16 * 1024 * 1024 + 1, mask: 7, to: &header)
        #expect(hear(header) == [.violation(.messageTooLong(length: 16_777_217, limit: 1_000_000))])
        header = []
        appendFrameHeader(.binary, length: Int.max, mask: 7, to: &header)
        #expect(hear(header) == [.violation(.messageTooLong(length: UInt64(Int.max), limit: 1_000_000))])
        #expect(hear([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == [.violation(.lengthOutOfRange)])
    }

    @Test func `the fragments of a message count together`() {
        let part = Array(repeating: 1 as UInt8, count: 60)
        let frames =
            frame(2, part, final: false) + frame(0, part, final: false) + frame(9, [5]) + frame(0, part) + frame(2, [9])
        #expect(hear(frames, limits: limits) == [.oversize(120), .ping([5]), .message(.binary, [9])])
        let exact = frame(2, part, final: false) + frame(0, Array(part.prefix(40)))
        #expect(hear(exact, limits: limits) == [.message(.binary, part + part.prefix(40))])
    }

    @Test func `fragments beyond the discard limit end the connection`() {
        let part = Array(repeating: 1 as UInt8, count: 400)
        let frames = frame(2, part, final: false) + frame(0, part, final: false) + frame(0, part, final: false)
        #expect(
            hear(frames, limits: limits)
                == [.oversize(400), .violation(.messageTooLong(length: 1200, limit: 100))]
        )
    }

    @Test func `order is kept while skipping`() {
        let long = Array(repeating: 1 as UInt8, count: 101)
        #expect(
            hear(frame(2, long, final: false) + frame(2, [1]), limits: limits)
                == [.oversize(101), .violation(.messageInsideMessage)]
        )
        #expect(
            hear(frame(2, long) + frame(0, [1]), limits: limits)
                == [.oversize(101), .violation(.continuationWithoutStart)]
        )
        #expect(
            hear(
                frame(1, bytes("a"), final: false) + frame(0, long, final: false) + frame(0) + frame(1, bytes("b")),
                limits: limits
            ) == [.oversize(102), .text("b")]
        )
    }

    @Test func `a skipped message takes no memory`() {
        var listener = Listener(limits: limits)
        listener.hear(frame(2, Array(repeating: 1, count: 900)).prefix(500))
        #expect(listener.keptBytes == 0)
        #expect(listener.seen == [.oversize(900)])
    }

    @Test func `text is refused by its first byte where only binary is taken`() {
        #expect(hear([0x81], text: .refused) == [.violation(.textRefused)])
        #expect(
            hear(frame(2, [1]) + frame(1, bytes("a")), text: .refused)
                == [.message(.binary, [1]), .violation(.textRefused)]
        )
    }
}
