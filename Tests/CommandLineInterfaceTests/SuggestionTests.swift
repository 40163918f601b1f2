import CommandLineInterface
import Testing

struct SuggestionTests {
    private let known = ["vehicles", "rate", "seconds", "scenario", "recording", "window", "threads", "json"]

    @Test(arguments: [
        ("vehicels", "vehicles"), ("vehicle", "vehicles"), ("rates", "rate"), ("VEHICLES", "vehicles"),
        ("widnow", "window"), ("rec", "recording"), ("jsn", "json"),
    ])
    func `a slip of the keyboard finds its word`(word: String, expected: String) {
        #expect(Suggestion.nearest(to: word, among: known) == expected)
    }

    @Test(arguments: ["", "xyz", "s", "completely-else", String(repeating: "v", count: 10_000)])
    func `a word like none of them finds nothing`(word: String) {
        #expect(Suggestion.nearest(to: word, among: known) == nil)
    }
}
