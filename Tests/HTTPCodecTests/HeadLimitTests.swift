import HTTPCodec
import Testing

struct HeadLimitTests {
    @Test func `a first line at the limit and one byte beyond`() {
        let fits = "GET /" + String(repeating: "a", count: 8192 - 14) + " HTTP/1.1"
        #expect(fits.utf8.count == 8192)
        #expect(read(fits + "\r\nHost: h\r\n\r\n").head != nil)
        #expect(read(fits + "\nHost: h\n\n").head != nil)
        let long = fits.replacing("/a", with: "/aa")
        #expect(read(long + "\r\nHost: h\r\n\r\n").status == 431)
    }

    @Test func `a first line that never ends is refused as soon as it is too long`() {
        #expect(read(String(repeating: "a", count: 8192)) == .needsMore)
        #expect(read(String(repeating: "a", count: 8192) + "\r") == .needsMore)
        #expect(read(String(repeating: "a", count: 8193)).status == 431)
        #expect(read(String(repeating: "\r\n", count: 4096)) == .needsMore)
        #expect(read(String(repeating: "\r\n", count: 4098)).status == 431)
    }

    @Test func `headers at the limit and one byte beyond`() {
        var limits = HeadLimits()
        limits.headerBytes = 40
        let fits = "Host: h\r\nX: " + String(repeating: "a", count: 26) + "\r\n"
        #expect(fits.utf8.count == 40)
        #expect(read("GET / HTTP/1.1\r\n" + fits + "\r\n", limits: limits).head != nil)
        #expect(read("GET / HTTP/1.1\r\n" + fits.replacing("X:", with: "XX:") + "\r\n", limits: limits).status == 431)
        // Refused before the line ends.
        #expect(read("GET / HTTP/1.1\r\nHost: " + String(repeating: "a", count: 33), limits: limits) == .needsMore)
        #expect(read("GET / HTTP/1.1\r\nHost: " + String(repeating: "a", count: 34), limits: limits).status == 431)
    }

    @Test func `the default limit on headers is 32 KiB`() {
        func request(_ count: Int) -> [UInt8] {
            Array("GET / HTTP/1.1\r\nHost: h\r\nX: ".utf8) + Array(repeating: 0x61, count: count - 14)
                + Array("\r\n\r\n".utf8)
        }
        let fits = request(32 * 1024)
        let long = request(32 * 1024 + 1)
        #expect(read(fits, pieces: [fits.count]).head != nil)
        #expect(read(long, pieces: [long.count]).status == 431)
        #expect(read(long, pieces: Array(stride(from: 0, to: long.count, by: 7)) + [long.count]).status == 431)
    }

    @Test func `a hundred headers and one more`() {
        let lines = (0..<99).map { "X-\($0): y\r\n" }.joined()
        #expect(read("GET / HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n").head?.headers.fields.count == 100)
        #expect(read("GET / HTTP/1.1\r\nHost: h\r\n" + lines + "One: more\r\n\r\n").status == 431)
    }
}
