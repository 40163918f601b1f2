import AddressCodec
import TelemetryFixtures
import Testing

struct ProxyHeaderTests {
    private static func endpoint(_ host: String, _ port: UInt16) -> ProxyHeader.Endpoint {
        // Tests give addresses only.
        ProxyHeader.Endpoint(address: IPAddress(host) ?? IPAddress(v4: 0), port: port)
    }

    private static let samples: [(bytes: [UInt8], source: ProxyHeader.Endpoint?)] = [
        (
            ProxyHeader.bytes(from: endpoint("192.0.2.1", 56324), to: endpoint("198.51.100.7", 443)),
            endpoint("192.0.2.1", 56324)
        ),
        (
            ProxyHeader.bytes(
                from: endpoint("2001:db8::1", 1),
                to: endpoint("2001:db8::2", 65535),
                extra: [4, 0, 1, 9]
            ),
            endpoint("2001:db8::1", 1)
        ),
        (ProxyHeader.local, nil),
        // LOCAL with addresses in it: they are skipped.
        (
            [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x20, 0x11, 0, 12]
                + Array(repeating: 7, count: 12), nil
        ),
        // PROXY over a Unix socket.
        (
            [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x31, 0, 216]
                + Array(repeating: 1, count: 216), nil
        ),
    ]

    @Test func `the bytes are those of the specification`() {
        let bytes = ProxyHeader.bytes(from: Self.endpoint("127.0.0.1", 0x1234), to: Self.endpoint("127.0.0.2", 443))
        #expect(
            bytes == [
                0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0x00, 0x0c,
                127, 0, 0, 1, 127, 0, 0, 2, 0x12, 0x34, 0x01, 0xbb,
            ]
        )
    }

    @Test func `headers are read whole and cut at every byte, and leave what follows alone`() throws {
        for (bytes, source) in Self.samples {
            let stream = bytes + [0x16, 0x03, 0x01]
            for count in 0..<bytes.count {
                #expect(try ProxyHeader.read(Array(stream[..<count]).span) == nil, "\(count) of \(bytes.count)")
            }
            for count in bytes.count...stream.count {
                let header = try #require(try ProxyHeader.read(Array(stream[..<count]).span))
                #expect(header.source == source)
                #expect(header.length == bytes.count)
            }
        }
    }

    @Test func `a TLS hello, an HTTP request and the text form are refused at their first wrong byte`() {
        #expect(throws: ProxyHeaderError.notProxyProtocol) { try ProxyHeader.read([0x16].span) }
        #expect(throws: ProxyHeaderError.notProxyProtocol) { try ProxyHeader.read(Array("GET / HTTP".utf8).span) }
        for count in 1...6 {
            let text = Array("PROXY TCP4 1.2.3.4".utf8.prefix(count))
            #expect(throws: ProxyHeaderError.version1) { try ProxyHeader.read(text.span) }
        }
        #expect(throws: ProxyHeaderError.notProxyProtocol) { try ProxyHeader.read(Array("POST".utf8).span) }
    }

    @Test func `what cannot be is refused before it is awaited`() {
        let start = Array(ProxyHeader.local[..<12])
        #expect(throws: ProxyHeaderError.unknownVersion(1)) { try ProxyHeader.read((start + [0x11]).span) }
        #expect(throws: ProxyHeaderError.unknownCommand(2)) { try ProxyHeader.read((start + [0x22]).span) }
        let long = start + [0x21, 0x11, 0xff, 0xff]
        #expect(throws: ProxyHeaderError.tooLong(65_551)) { try ProxyHeader.read(long.span) }
        let short = start + [0x21, 0x21, 0, 35]
        #expect(throws: ProxyHeaderError.tooShort(51)) { try ProxyHeader.read(short.span) }
    }

    @Test func `no header of any bytes is longer than the limit or traps`() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var numbers = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            var bytes = Self.samples.randomElement(using: &numbers)?.bytes ?? []
            for _ in 0..<Int.random(in: 0...4, using: &numbers) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &numbers))
            if let header = try? ProxyHeader.read(bytes.span) { #expect(header.length <= bytes.count) }
        }
    }
}
