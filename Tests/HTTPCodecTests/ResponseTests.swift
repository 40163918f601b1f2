import HTTPCodec
import Testing

struct ResponseTests {
    @Test func `an answer as it goes out`() {
        var output: [UInt8] = []
        appendResponse(
            status: 200,
            headers: [(name: "X", value: "a\r\nb")],
            body: Array("ok".utf8),
            closes: true,
            to: &output
        )
        #expect(
            text(output)
                == "HTTP/1.1 200 OK\r\nX: a  b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        )
        output = []
        appendTextResponse(status: 404, text: "Nothing here.", to: &output)
        #expect(
            text(output) == "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Length: 14\r\n\r\nNothing here.\n"
        )
        output = []
        appendResponse(status: 204, to: &output)
        appendResponse(status: 299, reason: "Fine", body: [1, 2, 3], omitsBody: true, to: &output)
        #expect(text(output) == "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 299 Fine\r\nContent-Length: 3\r\n\r\n")
    }

    @Test func `our answers are read back, cut anywhere`() throws {
        var output: [UInt8] = []
        appendTextResponse(status: 403, text: "No.", closes: true, to: &output)
        for cut in 0..<output.count - 4 {
            var reader = ResponseHeadReader()
            #expect(try reader.read(output.span, in: 0..<cut) == nil)
            let head = try #require(try reader.read(output.span))
            #expect(head.status == 403 && head.reason == "Forbidden" && head.body == .length(4))
            #expect(head.length == output.count - 4)
            #expect(head.headers.first("connection") == "close")
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", 101, .none),
            ("HTTP/1.1 200\r\n\r\n", 200, .untilClose), ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200, .none),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, .none),
            ("HTTP/1.1 500 a b  c\nTransfer-Encoding: chunked\n\n", 500, .chunked),
        ] as [(String, Int, BodyFraming)]
    )
    func `answers of others`(text: String, status: Int, body: BodyFraming) throws {
        let bytes = Array(text.utf8)
        var reader = ResponseHeadReader()
        let head = try #require(try reader.read(bytes.span))
        #expect(head.status == status && head.body == body && head.length == bytes.count)
    }

    @Test(arguments: [
        "garbage\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/2 200\r\n", "HTTP/1.1  200 OK\r\n",
    ])
    func `what is no answer is refused`(text: String) {
        let bytes = Array(text.utf8)
        var reader = ResponseHeadReader()
        #expect(throws: HTTPError.self) { try reader.read(bytes.span) }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
