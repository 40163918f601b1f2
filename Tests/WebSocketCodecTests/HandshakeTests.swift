import TelemetryFixtures
import Testing
import WebSocketCodec

struct HandshakeTests {
    /// Lengths around the block borders of SHA-1; computed with another program.
    @Test(arguments: [
        (
            "",
            "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w="
        ),
        (
            "b",
            "/2WhYyRivnOKNl2G8bXxcE1GVLg="
        ),
        (
            "qxelszgnubipwdkr",
            "TdLF45+AR/QqIPRVEY8Js8O3Uxk="
        ),
        (
            "szgnubipwdkryfmtah",
            "iIV6BvArDpTvvDGrIyw9WgOirrE="
        ),
        (
            "tahovcjqxelszgnubip",
            "BQkCRxRf2spnnJqKQ+1z0Iq2r7o="
        ),
        (
            "ubipwdkryfmtahovcjqx",
            "ShYs0Os+Ovh1ElujVBfTFWouohY="
        ),
        (
            "bipwdkryfmtahovcjqxelszgnub",
            "D9Da6GrNF/pQmxzrCBGhIsHt/4Y="
        ),
        (
            "cjqxelszgnubipwdkryfmtahovcj",
            "7q36hEUnQ6q79zcsUHXRICU3rEM="
        ),
        (
            "dkryfmtahovcjqxelszgnubipwdkr",
            "hSLjCTdiCw/oQ6hJw+lzw/K8Rn4="
        ),
        (
            "cjqxelszgnubipwdkryfmtahovcjqxelszgnubipwdkryfmtahovcj",
            "rBXoHh5s+H7aGq0A8XLD03TxCXQ="
        ),
        (
            "dkryfmtahovcjqxelszgnubipwdkryfmtahovcjqxelszgnubipwdkr",
            "72VAgT9rP69nhBQTYawGde8Q8bg="
        ),
        (
            "fmtahovcjqxelszgnubipwdkryfmtahovcjqxelszgnubipwdkryfmtahovcjqxelszgnubipwdkryfmtah",
            "ByjP7Aw6zQAJxt5+/6PJ/AGa7Uw="
        ),
        (
            "gnubipwdkryfmtahovcjqxelszgnubipwdkryfmtahovcjqxelszgnubipwdkryfmtahovcjqxelszgnubip",
            "6xDzLYrpGJjksarYY6kQvYyJZTE="
        ),
        (
            "wdkryfmtahovcjqxelszgnubipwdkryfmtahovcjqxelszgnubipwdkryfmtahovcjqxelszgnubipwdkryfmtahovcjqxelszgn",
            "hYSazg4LU4niRWg82hjuXyzYtvY="
        ),
    ])
    func `the answer to any key`(key: String, accept: String) {
        #expect(WebSocketHandshake.accept(for: key) == accept)
    }

    @Test(arguments: [
        ("", ""),
        ("01", "AQ=="),
        ("0227", "Aic="),
        ("03284d", "AyhN"),
        ("04294e73", "BClOcw=="),
        ("10355a7fa4c9ee13385d82a7ccf1163b", "EDVaf6TJ7hM4XYKnzPEWOw=="),
        ("11365b80a5caef14395e83a8cdf2173c61", "ETZbgKXK7xQ5XoOozfIXPGE="),
    ])
    func `keys are written in Base64`(hex: String, text: String) {
        #expect(WebSocketHandshake.key(from: Bytes.fromHex(hex)) == text)
    }

    private static let good = [
        ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    @Test func `a good request gives its key`() throws {
        #expect(try check(Self.good) == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(try check(Self.good, changing: "Upgrade", to: "h2c, WebSocket") == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(try check(Self.good, changing: "Connection", to: "keep-alive,\tUPGRADE ") == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(
            try check(Self.good + [("Connection", "keep-alive"), ("Origin", "x"), ("Sec-WebSocket-Protocol", "y")])
                == "dGhlIHNhbXBsZSBub25jZQ=="
        )
    }

    @Test(
        arguments: [
            ("Upgrade", nil, 400), ("Upgrade", "websockets", 400), ("Connection", nil, 400),
            ("Connection", "close", 400),
            ("Sec-WebSocket-Version", nil, 426), ("Sec-WebSocket-Version", "12", 426),
            ("Sec-WebSocket-Version", "13, 8", 426),
            ("Sec-WebSocket-Key", nil, 400), ("Sec-WebSocket-Key", "", 400), ("Sec-WebSocket-Key", "dGhl", 400),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=", 400),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ?=", 400),
            ("Sec-WebSocket-Key", "====", 400), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==dGhl", 400),
        ] as [(String, String?, Int)]
    )
    func `a request that lacks something is refused`(name: String, value: String?, status: Int) {
        let refusal = #expect(throws: UpgradeRefusal.self) { try check(Self.good, changing: name, to: value) }
        #expect(refusal?.status == status)
        #expect(refusal?.reason.isEmpty == false)
        #expect(
            status != 426
                || refusal?.headers.contains { $0.name == "Sec-WebSocket-Version" && $0.value == "13" } == true
        )
    }

    @Test func `other methods, HTTP 1.0 and doubled headers are refused`() {
        #expect(throws: UpgradeRefusal.self) { try check(Self.good, method: "POST") }
        #expect((#expect(throws: UpgradeRefusal.self) { try check(Self.good, method: "POST") })?.status == 405)
        #expect((#expect(throws: UpgradeRefusal.self) { try check(Self.good, minorVersion: 0) })?.status == 400)
        for header in Self.good.suffix(2) {
            #expect(throws: UpgradeRefusal.self) { try check(Self.good + [header]) }
        }
    }

    @Test func `the server's answer opens the client's side`() throws {
        var output: [UInt8] = []
        WebSocketHandshake.appendResponse(key: "dGhlIHNhbXBsZSBub25jZQ==", to: &output)
        #expect(
            String(decoding: output, as: UTF8.self) == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        )
        let answer = [
            ("Upgrade", "WebSocket"), ("Connection", "upgrade"),
            ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ]
        try checkAnswer(101, answer)
        for index in answer.indices {
            var damaged = answer
            damaged.remove(at: index)
            #expect(throws: UpgradeAnswerError.self) { try checkAnswer(101, damaged) }
        }
        #expect(throws: UpgradeAnswerError.notSwitchingProtocols(status: 403)) { try checkAnswer(403, answer) }
        let extended = answer + [("Sec-WebSocket-Extensions", "permessage-deflate")]
        #expect(throws: UpgradeAnswerError.self) { try checkAnswer(101, extended) }
    }

    @Test func `the client's request`() {
        var output: [UInt8] = []
        WebSocketHandshake.appendRequest(
            host: "car.example:4443",
            key: "dGhlIHNhbXBsZSBub25jZQ==",
            headers: [(name: "Version", value: "1.0.0")],
            to: &output
        )
        #expect(
            String(decoding: output, as: UTF8.self) == "GET / HTTP/1.1\r\nHost: car.example:4443\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\nVersion: 1.0.0\r\n\r\n"
        )
    }

    private func check(
        _ headers: [(String, String)],
        changing changed: String? = nil,
        to value: String? = nil,
        method: String = "GET",
        minorVersion: Int = 1
    ) throws -> String {
        try WebSocketHandshake.check(method: method, minorVersion: minorVersion) { name in
            headers.filter { $0.0.lowercased() == name.lowercased() }.compactMap { $0.0 == changed ? value : $0.1 }
        }
    }

    private func checkAnswer(_ status: Int, _ headers: [(String, String)]) throws {
        try WebSocketHandshake.checkAnswer(status: status, key: "dGhlIHNhbXBsZSBub25jZQ==") { name in
            headers.filter { $0.0 == name }.map(\.1)
        }
    }
}
