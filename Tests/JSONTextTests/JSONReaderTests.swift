import JSONText
import Testing

struct JSONReaderTests {
    static func read(_ text: String, comments: Bool = false) throws -> JSONValue {
        try JSONReader.read(text, options: comments ? .commented : .strict).root
    }

    @Test func `scalars keep what was written`() throws {
        #expect(try Self.read("true").flag == true)
        #expect(try Self.read("false").flag == false)
        #expect(try Self.read("null").isNull)
        #expect(try Self.read(#""a b""#).text == "a b")
        for number in ["0", "-0", "12", "-12.50", "1e5", "1E+05", "0.1e-7", "123456789012345678901234567890"] {
            #expect(try Self.read(number).numberText == number)
        }
    }

    @Test func `numbers convert only where nothing is lost`() throws {
        #expect(try Self.read("9223372036854775807").wholeNumber == .max)
        #expect(try Self.read("9223372036854775808").wholeNumber == nil)
        #expect(try Self.read("1.0").wholeNumber == nil)
        #expect(try Self.read("1e2").wholeNumber == nil)
        #expect(try Self.read("1e2").decimal == 100)
        #expect(try Self.read("1e999").decimal == nil)
    }

    @Test func `keys and values know where they stand`() throws {
        let root = try Self.read("{\n  \"a\": 1,\n\t\"käse\": [true,\n \"x\"], \"z\": {}\n}")
        let members = try #require(root.members)
        #expect(root.position == JSONPosition(line: 1, column: 1))
        #expect(members.map(\.name) == ["a", "käse", "z"])
        #expect(members[0].namePosition == JSONPosition(line: 2, column: 3))
        #expect(members[0].value.position == JSONPosition(line: 2, column: 8))
        #expect(members[1].namePosition == JSONPosition(line: 3, column: 2))
        #expect(members[1].value.position == JSONPosition(line: 3, column: 10))
        #expect(members[1].value.elements?[1].position == JSONPosition(line: 4, column: 2))
        #expect(members[2].namePosition == JSONPosition(line: 4, column: 8))
    }

    @Test func `columns count characters, not bytes`() throws {
        let members = try #require(try Self.read(#"{"é€😀": "é", "b": 2}"#).members)
        #expect(members[1].namePosition == JSONPosition(line: 1, column: 14))
        #expect(members[1].value.position == JSONPosition(line: 1, column: 19))
    }

    @Test func `line ends of every kind count once`() throws {
        let members = try #require(try Self.read("{\r\n\"a\": 1,\r\n\"b\": 2}").members)
        #expect(members[1].namePosition == JSONPosition(line: 3, column: 1))
    }

    @Test func `escapes become their characters`() throws {
        #expect(try Self.read(#""\"\\\/\b\f\n\r\t""#).text == "\"\\/\u{8}\u{C}\n\r\t")
        #expect(try Self.read(#""\u0041\u00e9\u20AC\ud83d\ude00""#).text == "Aé€😀")
        #expect(try Self.read(#""before\nafter é""#).text == "before\nafter é")
    }

    @Test func `half a surrogate pair becomes the replacement character`() throws {
        #expect(try Self.read(#""\ud83d""#).text == "\u{FFFD}")
        #expect(try Self.read(#""\ude00x""#).text == "\u{FFFD}x")
        #expect(try Self.read(#""\ud83d\u0041""#).text == "\u{FFFD}A")
        #expect(try Self.read(#""\ud83d\ud83d\ude00""#).text == "\u{FFFD}😀")
    }

    @Test func `a byte order mark is no character`() throws {
        let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(#"{"a": 1}"#.utf8)
        let members = try #require(try JSONReader.read(bytes).root.members)
        #expect(members[0].namePosition == JSONPosition(line: 1, column: 2))
    }

    @Test func `comments stand wherever white space may`() throws {
        let text = """
            // head
            { /* one */ "a" /* two
            lines */ : 1, // rest, with } and "quotes"
              "b": [ /**/ 2, /***/ 3 ] // tail
            } // end
            """
        let root = try Self.read(text, comments: true)
        #expect(root["a"]?.wholeNumber == 1)
        #expect(root["b"]?.elements?.compactMap(\.wholeNumber) == [2, 3])
        #expect(root.members?[1].namePosition == JSONPosition(line: 4, column: 3))
        #expect(throws: JSONReaderError.self) { try Self.read(text) }
    }

    @Test func `slashes inside quotes are no comment`() throws {
        #expect(try Self.read(#""http://a/*b*/""#, comments: true).text == "http://a/*b*/")
    }

    @Test func `the last of repeated members counts, and all are reported with their path`() throws {
        let root = try Self.read(#"{"a": 1, "b": {"c": 1, "c": 2, "d": [{"e": 1, "e": 1}]}, "a": 3}"#)
        #expect(root["a"]?.wholeNumber == 3)
        let repeated = root.repeatedMembers()
        #expect(repeated.map(\.objectPath) == ["b", "b.d[0]", ""])
        #expect(repeated.map(\.name) == ["c", "e", "a"])
        #expect(repeated[2].first == JSONPosition(line: 1, column: 2))
        #expect(repeated[2].again == JSONPosition(line: 1, column: 58))
    }

    @Test func `what follows the value is reported, not read`() throws {
        #expect(try JSONReader.read("{} \n ").trailing == nil)
        let more = try #require(try JSONReader.read("{}\n , \"port\": 1\nmore").trailing)
        #expect(more.position == JSONPosition(line: 2, column: 2))
        #expect(more.excerpt == ", \"port\": 1")
        #expect(!more.isPunctuation)
        #expect(try JSONReader.read("{}\n}]").trailing?.isPunctuation == true)
        #expect(try JSONReader.read("1 // x").trailing?.excerpt == "// x")
        #expect(try JSONReader.read("1 // x", options: .commented).trailing == nil)
        #expect(try JSONReader.read("1 /* x", options: .commented).trailing?.excerpt == "/* x")
    }

    @Test func `depth and size have limits`() throws {
        var options = JSONReader.Options()
        options.depthLimit = 3
        options.sizeLimitBytes = 20
        #expect(throws: Never.self) { try JSONReader.read("[[[1]]]", options: options) }
        let deep = #expect(throws: JSONReaderError.self) { try JSONReader.read("[[[[1]]]]", options: options) }
        #expect(deep?.problem == .tooDeep(limit: 3))
        #expect(deep?.position == JSONPosition(line: 1, column: 4))
        let siblings = try JSONReader.read("[[],[],[[]],[{}]]", options: options).root
        #expect(siblings.elements?.count == 4)
        let long = String(repeating: " ", count: 20) + "1"
        #expect(throws: JSONReaderError.self) { try JSONReader.read(long, options: options) }
    }
}
