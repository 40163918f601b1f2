import HTTPCodec
import Testing

struct RequestHeadTests {
    @Test func `a request is taken apart`() throws {
        let text =
            "GET /a/b%20c?x=1&y=?z HTTP/1.1\r\nHost: car.example\r\nVersion: 1.0.0\r\nX-Many: 1\r\nx-many:2\r\n\r\n"
        let head = try #require(read(text + "body").head)
        #expect(head.method == "GET")
        #expect(head.target == "/a/b%20c?x=1&y=?z")
        #expect(head.path == "/a/b%20c")
        #expect(head.query == "x=1&y=?z")
        #expect(head.minorVersion == 1)
        #expect(head.length == text.utf8.count)
        #expect(head.body == .none)
        #expect(head.headers.first("version") == "1.0.0")
        #expect(head.headers.all("X-MANY") == ["1", "2"])
        #expect(head.headers.first("missing") == nil)
        #expect(head.headers.fields.count == 4)
        #expect(head.keepsAlive)
    }

    @Test(
        arguments: [
            ("/", "/", nil), ("/?", "/", ""), ("//x", "//x", nil), ("/\u{e4}", "/\u{e4}", nil),
            ("http://h.example", "/", nil), ("HTTP://h.example:80/p?q", "/p", "q"), ("https://h.example?q", "/", "q"),
        ] as [(String, String, String?)]
    )
    func `forms of the address`(target: String, path: String, query: String?) throws {
        let head = try #require(read("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n").head)
        #expect(head.path == path)
        #expect(head.query == query)
    }

    @Test(arguments: [
        // Empty lines before, and line ends without CR.
        "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "\nGET / HTTP/1.1\nHost: h\n\n", "GET / HTTP/1.1\nHost: h\r\n\n",
        // White space around values, none, and empty values.
        "GET / HTTP/1.1\r\nHost:h\r\n\r\n", "GET / HTTP/1.1\r\nHost: \t h \t\r\nA:\r\nB: \t\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.9\r\nHost: h\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
        "G!#$%&'*+-.^_`|~9 / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: \u{e4}\u{20ac} a:b \"c\" (d)\r\n\r\n",
    ])
    func `what is odd but clear is taken`(text: String) {
        #expect(read(text).head != nil)
    }

    @Test(arguments: [
        // First lines.
        "GET /\r\nHost: h\r\n\r\n", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: h\r\n\r\n", "GET / HTTP/1.x\r\nHost: h\r\n\r\n", "GET / http/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.10\r\nHost: h\r\n\r\n", "GET / HTTP/11\r\nHost: h\r\n\r\n", "GET / XTTP/1.1\r\nHost: h\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET x HTTP/1.1\r\nHost: h\r\n\r\n", "GET * HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /a\u{7f} HTTP/1.1\r\nHost: h\r\n\r\n", "GET /a\u{1} HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\rX: y\r\nHost: h\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\n", "garbage\n",
        // Header lines.
        "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\n X: y\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "GET / HTTP/1.1\r\nHost\t: h\r\n\r\n", "GET / HTTP/1.1\r\n: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost h\r\n\r\n", "GET / HTTP/1.1\r\nHo st: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nX\u{e4}: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\u{7f}\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n",
        // Host.
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        // Two ways to tell where the body ends.
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5, 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    ])
    func `what is unclear is refused with 400 and a sentence`(text: String) throws {
        guard case .refused(let status, let reason) = read(text) else {
            Issue.record("taken")
            return
        }
        #expect(status == 400)
        #expect(reason.hasSuffix(".") && reason.count > 20)
    }

    @Test(
        arguments: [
            ("Content-Length: 5", .length(5)), ("Content-Length: 0", .none), ("content-length: 007", .length(7)),
            ("Transfer-Encoding: Chunked", .chunked), ("X: y", .none),
        ] as [(String, BodyFraming)]
    )
    func `how long the body is`(header: String, body: BodyFraming) {
        #expect(read("POST / HTTP/1.1\r\nHost: h\r\n\(header)\r\n\r\n").head?.body == body)
    }

    @Test func `a length beyond all numbers is too large`() {
        #expect(read("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n").status == 413)
    }

    @Test func `who wants to go on after the answer`() {
        func keepsAlive(_ version: String, _ header: String) -> Bool? {
            read("GET / \(version)\r\nHost: h\r\n\(header)\r\n\r\n").head?.keepsAlive
        }
        #expect(keepsAlive("HTTP/1.1", "X: y") == true)
        #expect(keepsAlive("HTTP/1.1", "Connection: x, CLOSE") == false)
        #expect(keepsAlive("HTTP/1.0", "X: y") == false)
        #expect(keepsAlive("HTTP/1.0", "Connection: Keep-Alive") == true)
    }

    @Test func `values that are no text are kept as they came`() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nX: ".utf8) + [0xff, 0x41] + Array("\r\n\r\n".utf8)
        let head = try #require(read(bytes).head)
        #expect(head.headers.firstBytes("x") == [0xff, 0x41])
        #expect(head.headers.first("X") == "\u{fffd}A")
    }
}
