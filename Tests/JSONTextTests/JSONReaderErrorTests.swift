import JSONText
import Testing

struct JSONReaderErrorTests {
    static func error(_ text: String, comments: Bool = false) -> JSONReaderError? {
        do throws(JSONReaderError) {
            _ = try JSONReader.read(text, options: comments ? .commented : .strict)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("", "line 1, column 1: the text is empty"),
        (
            "{\n  \"port\": 1\n  \"host\": 2\n}",
            "line 3, column 3: expected a comma or } after the value of \"port\", found a quote"
        ),
        ("[1 2]", "line 1, column 4: expected a comma or ] after element 1 of the list, found \"2\""),
        ("{\"a\" 1}", "line 1, column 6: expected a colon after the key \"a\", found \"1\""),
        ("{\"a\":}", "line 1, column 6: expected a value for \"a\", found \"}\""),
        ("{\"a\":1,}", "line 1, column 7: a comma before }"),
        ("[1,]", "line 1, column 3: a comma before ]"),
        ("{,}", "line 1, column 2: expected a key in double quotes, found \",\""),
        ("{'a':1}", "line 1, column 2: ' is not a quote in JSON"),
        ("{“a”:1}", "line 1, column 2: “ is not a quote in JSON"),
        ("{a:1}", "line 1, column 2: the key a has no quotes"),
        ("{\"a\":tru}", "line 1, column 6: the word tru is no JSON value"),
        ("[NaN]", "line 1, column 2: the word NaN is no JSON value"),
        ("[01]", "line 1, column 2: 01 is no JSON number: it begins with a zero"),
        ("[-]", "line 1, column 2: - is no JSON number: a digit is missing"),
        ("[.5]", "line 1, column 2: .5 is no JSON number: a digit is missing"),
        ("[1.]", "line 1, column 2: 1. is no JSON number: no digit follows the point"),
        ("[1e+]", "line 1, column 2: 1e+ is no JSON number: no digit follows the e"),
        ("[1_000]", "line 1, column 2: 1_000 is no JSON number: something follows its digits"),
        ("[\"a\nb\"]", "line 1, column 4: a line ends inside quotes"),
        ("[\"a\u{1}\"]", "line 1, column 4: the control character number 1 stands inside quotes"),
        ("[\"é\\q\"]", "line 1, column 4: \\q is no escape in JSON"),
        ("[\"\\u12G4\"]", "line 1, column 3: \\u without four hexadecimal digits is no escape in JSON"),
        ("{\"a\": [1, 2", "line 1, column 12: the text ends inside the list that began at line 1, column 7"),
        ("{\"a\": \"b", "line 1, column 9: the text ends inside the text that began at line 1, column 7"),
        ("{\"a\"", "line 1, column 5: the text ends inside the object that began at line 1, column 1"),
        ("{\"a\": 1,", "line 1, column 9: the text ends inside the object that began at line 1, column 1"),
        ("{ // x\n}", "line 1, column 3: a comment, which JSON does not have"),
        ("{\n<<<<<<< HEAD\n}", "line 2, column 1: expected a key in double quotes, found the mark of a merge conflict"),
        ("\u{A0}1", "line 1, column 1: expected a value, found a no-break space"),
    ])
    func `a mistake is named at its place`(text: String, message: String) {
        #expect(Self.error(text)?.description == message)
    }

    @Test(arguments: [
        ("[True]", "write true"), ("[yes]", "write true"), ("[None]", "write null"),
        ("[info]", "write \"info\" if it is a text"),
        ("{port:1}", "write \"port\""), ("{\"a\":1,}", "remove the comma"), ("{\"a\": {", "add the missing }"),
        ("{\"a\"=1}", "write : instead"), ("#", "remove it; # begins no comment here"),
    ])
    func `a mistake comes with a remedy`(text: String, remedy: String) {
        #expect(Self.error(text)?.remedy == remedy)
    }

    @Test func `a comment that never ends is an error inside the value only`() {
        #expect(Self.error("{ /* x", comments: true)?.summary.hasPrefix("the text ends inside the comment") == true)
        #expect(Self.error("1 /* x", comments: true) == nil)
    }

    @Test func `bytes that are no UTF-8 are found where they stand`() {
        let bytes: [UInt8] = Array("{\"é\": \"a€".utf8) + [0xFF] + Array("\"}".utf8)
        let error = #expect(throws: JSONReaderError.self) { try JSONReader.read(bytes) }
        #expect(error?.position == JSONPosition(line: 1, column: 10))
        #expect(error?.problem == .notUTF8(encoding: nil))
        let wide = #expect(throws: JSONReaderError.self) { try JSONReader.read([0xFF, 0xFE, 0x7B, 0]) }
        #expect(wide?.problem == .notUTF8(encoding: "UTF-16"))
    }

    @Test func `long texts are shortened in messages`() {
        let message = Self.error("{\"" + String(repeating: "k", count: 5000) + "\" 1}")?.description ?? ""
        #expect(message.count < 200)
    }
}
