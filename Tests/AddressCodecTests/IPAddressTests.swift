import AddressCodec
import Testing

struct IPAddressTests {
    @Test func `addresses are read and written as people write them`() {
        let forms = [
            "0.0.0.0": "0.0.0.0", "192.0.2.1": "192.0.2.1", "255.255.255.255": "255.255.255.255", "::": "::",
            "::1": "::1", "2001:db8::1": "2001:db8::1", "2001:DB8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
            "fe80::": "fe80::", "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1": "192.0.2.1",
            "64:ff9b::192.0.2.33": "64:ff9b::c000:221", "1:0:3:4:5:6:7:8": "1:0:3:4:5:6:7:8",
        ]
        for (text, form) in forms { #expect(IPAddress(text)?.description == form, "\(text)") }
    }

    @Test(
        arguments: [
            "", ".", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "a.b.c.d", "1..2.3", ":", ":::",
            "1::2::3",
            "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "1.2.3.4::", "::1.2.3", "1:2:3:4:5:6:7::8:9",
            "localhost", "+1.2.3.4", "::+1", "1.2.3.4294967297",
        ]
    )
    func `anything else is none`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `ranges hold what begins with their bits`() throws {
        let cases: [(range: String, inside: [String], outside: [String])] = [
            ("10.0.0.0/8", ["10.0.0.0", "10.255.1.2", "::ffff:10.1.1.1"], ["11.0.0.0", "9.255.255.255", "::"]),
            ("192.0.2.7", ["192.0.2.7"], ["192.0.2.6", "::192.0.2.7"]),
            ("0.0.0.0/0", ["1.2.3.4"], ["::1", "2001:db8::"]),
            ("::/0", ["::1", "1.2.3.4"], []),
            ("2001:db8::/32", ["2001:db8:ffff::1"], ["2001:db9::"]),
            ("2001:db8:0:1::/64", ["2001:db8:0:1::9"], ["2001:db8:0:2::9"]),
            ("2001:db8::8/125", ["2001:db8::f"], ["2001:db8::10"]),
        ]
        for (text, inside, outside) in cases {
            let range = try #require(AddressRange(text), "\(text)")
            for address in inside { #expect(range.contains(try #require(IPAddress(address))), "\(text) \(address)") }
            for address in outside { #expect(!range.contains(try #require(IPAddress(address))), "\(text) \(address)") }
        }
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "::/129", "1.2.3.4/+8", "host/8",
    ])
    func `ranges that mean nothing are refused`(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test func `a household is one IPv4 address or one IPv6 network`() throws {
        #expect(IPAddress("192.0.2.1")?.household.description == "192.0.2.1")
        #expect(IPAddress("2001:db8:1:2:3:4:5:6")?.household.description == "2001:db8:1:2::")
        for text in ["127.0.0.1", "127.9.9.9", "::1"] { #expect(IPAddress(text)?.isLoopback == true) }
        for text in ["128.0.0.1", "::2", "1::1"] { #expect(IPAddress(text)?.isLoopback == false) }
    }
}
