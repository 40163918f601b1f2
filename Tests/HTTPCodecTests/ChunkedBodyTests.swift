import HTTPCodec
import Testing

struct ChunkedBodyTests {
    enum Result: Equatable {
        case body(String, rest: Int)
        case needsMore(String)
        case refused(Int)
    }

    @Test(
        arguments: [
            ("0\r\n\r\n", .body("", rest: 0)), ("5\r\nhello\r\n0\r\n\r\nnext", .body("hello", rest: 4)),
            ("3\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", .body("abc0123456789", rest: 0)),
            ("3;name=value\r\nabc\r\n0 ;x\r\n\r\n", .body("abc", rest: 0)), ("3\r\nabc", .needsMore("abc")),
            ("3\r\nabc\r\n0\r\n", .needsMore("abc")), ("", .needsMore("")),
            ("3\nabc\r\n0\r\n\r\n", .refused(400)), ("3\r\nabcd\r\n0\r\n\r\n", .refused(400)), ("x\r\n", .refused(400)),
            ("\r\n", .refused(400)), ("-1\r\n", .refused(400)), (" 3\r\n", .refused(400)), ("3 \r\n", .refused(400)),
            ("3\rx\r\n", .refused(400)), ("3\r\nabc\n0\r\n\r\n", .refused(400)), ("15\r\n", .refused(413)),
            ("a\r\n0123456789\r\nb\r\n", .refused(413)), ("FFFFFFFFFFFFFFFFF\r\n", .refused(413)),
            ("14\r\n01234567890123456789\r\n0\r\n\r\n", .body("01234567890123456789", rest: 0)),
        ] as [(String, Result)]
    )
    func `bodies, cut anywhere`(text: String, expected: Result) {
        let bytes = Array(text.utf8)
        #expect(decode(bytes, [bytes.count]) == expected)
        #expect(decode(bytes, Array(0...bytes.count)) == expected)
        for cut in 0...bytes.count { #expect(decode(bytes, [cut, bytes.count]) == expected) }
    }

    @Test func `lines that never end are refused`() {
        #expect(decode(Array(repeating: 0x30, count: 300), [300]) == .refused(400))
        let trailers = Array("0\r\n".utf8) + Array(repeating: 0x61, count: 9000)
        #expect(decode(trailers, [trailers.count]) == .refused(431))
    }

    private func decode(_ bytes: [UInt8], _ ends: [Int]) -> Result {
        var decoder = ChunkedBodyDecoder(limit: 20)
        var body: [UInt8] = []
        var used = 0
        do throws(HTTPError) {
            for end in ends {
                var pending = used..<max(used, end)
                let isWhole = try decoder.take(bytes.span, &pending, into: &body)
                used = pending.lowerBound
                if isWhole { return .body(String(decoding: body, as: UTF8.self), rest: bytes.count - used) }
            }
            return .needsMore(String(decoding: body, as: UTF8.self))
        } catch {
            return .refused(error.status)
        }
    }
}
