import Testing
import TextCodec

struct Base64Tests {
    /// RFC 4648 section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of the standard`(bytes: String, text: String) {
        #expect(Base64.encode(Array(bytes.utf8)) == text)
        #expect(Base64.decode(text.utf8, .standard) == Array(bytes.utf8))
    }

    @Test func `every byte comes back as it was, for every length`() {
        for length in 0...300 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + length) }
            let text = Base64.encode(bytes)
            #expect(Base64.decode(text.utf8, .standard) == bytes)
            #expect(text.utf8.count == (length + 2) / 3 * 4)
        }
    }

    @Test(arguments: [
        "A", "AA", "AAA", "AA=", "AAAA=", "AAAA==", "AAAAA", "=", "==", "====", "A=AA", "AA==AA==", "AA*=", "AA AA",
        "-_-_", "AAA\u{E4}", "AA===", "A===",
    ])
    func `protocols get whole, padded groups only`(text: String) {
        #expect(Base64.decode(text.utf8, .standard) == nil)
    }

    @Test func `files may leave the padding out and use the other alphabet`() {
        #expect(Base64.decode("Zm9vYg".utf8, .lenient) == Array("foob".utf8))
        #expect(Base64.decode("Zm9vYmE".utf8, .lenient) == Array("fooba".utf8))
        #expect(Base64.decode("-_-_".utf8, .lenient) == Base64.decode("+/+/".utf8, .standard))
    }

    @Test(arguments: ["A", "AA=", "AAAAA", "=", "A=AA", "AA*=", "AA AA", "AA==="])
    func `a text cut in a byte is refused in every form`(text: String) {
        #expect(Base64.decode(text.utf8, .lenient) == nil)
    }
}
