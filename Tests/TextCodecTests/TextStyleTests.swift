import Testing
import TextCodec

struct TextStyleTests {
    @Test(arguments: [
        (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
        (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true), (false, ["TERM": "xterm"], false),
    ])
    func `colours need a terminal, and nobody who wants none`(
        _ isTerminal: Bool,
        _ environment: [String: String],
        _ expected: Bool
    ) {
        #expect(TextStyle(isTerminal: isTerminal, environment: environment).isColoured == expected)
    }

    @Test func `each verdict has a colour of its own, and ends it`() {
        let style = TextStyle(isColoured: true)
        let words = Verdict.allCases.map { style.verdict($0, "word") }
        #expect(Set(words).count == words.count)
        #expect(words.allSatisfy { $0.hasSuffix("word\u{1B}[0m") })
        #expect(style.verdict(.bad, "").isEmpty)
        #expect(TextStyle.plain.verdict(.bad, "word") == "word")
        #expect(TextStyle.plain.heading("word") == "word")
    }
}
