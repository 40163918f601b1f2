import HTTPClient
import Testing

@Suite struct HTTPAddressTests {
    @Test(arguments: [
        ("https://host/a/b?c", "host", 443, "/a/b?c", "https://host"),
        ("https://host:8443", "host", 8443, "/", "https://host:8443"),
        ("HTTPS://[::1]:8443/x", "::1", 8443, "/x", "https://[::1]:8443"),
        ("http://127.0.0.1?q=1", "127.0.0.1", 80, "/?q=1", "http://127.0.0.1"),
        ("http://host:443/", "host", 443, "/", "http://host:443"),
    ])
    func `addresses are taken apart`(text: String, host: String, port: Int, target: String, origin: String) throws {
        let address = try HTTPAddress(text)
        #expect(address.host == host && Int(address.port) == port && address.target == target)
        #expect(address.origin == origin)
    }

    @Test(arguments: [
        ("host/ca", HTTPAddressError.scheme), ("ftp://host/", .scheme), ("https://", .host), ("https:///ca", .host),
        ("https://a:b@host/", .userName), ("https://host:0/", .port), ("https://host:99999/", .port),
        ("https://host:+1/", .port), ("https://h\r\nx/", .character), ("https://host/a b", .character),
        ("https://host/#x", .fragment), ("https://ho*st/", .host), ("https://[zz]/", .host),
        ("https://höst/", .character),
    ])
    func `each fault of an address has its own name, and words without the text`(
        text: String,
        fault: HTTPAddressError
    ) {
        #expect(throws: fault) { try HTTPAddress(text) }
        #expect(!fault.problem.isEmpty && !fault.remedy.isEmpty)
    }

    @Test(arguments: [
        ("https://other:1/x", "https://other:1", "/x"), ("//other/x", "https://other", "/x"),
        ("/x?y#z", "https://host:8443", "/x?y"), ("c", "https://host:8443", "/a/c"),
        ("?d", "https://host:8443", "/a/b?d"),
    ])
    func `locations are followed from where they were given`(location: String, origin: String, target: String) throws {
        let next = try HTTPAddress("https://host:8443/a/b?q").following(location)
        #expect(next.origin == origin && next.target == target)
    }
}
