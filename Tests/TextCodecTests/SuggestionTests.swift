import Testing
import TextCodec

struct SuggestionTests {
    private let words = ["vehicles", "rate", "seconds", "scenario", "recording", "window", "threads", "json"]
    private let keys = ["host", "port", "status_port", "namespace"]

    @Test(arguments: [
        ("vehicels", "vehicles"), ("vehicle", "vehicles"), ("rates", "rate"), ("VEHICLES", "vehicles"),
        ("widnow", "window"), ("jsn", "json"),
    ])
    func `a slip of the keyboard finds its word`(word: String, expected: String) {
        #expect(Suggestion.nearest(to: word, among: words) == expected)
    }

    @Test(arguments: [
        ("prot", "port"), ("Port", "port"), ("status-port", "status_port"), ("statusport", "status_port"),
        ("namspace", "namespace"), ("prt", "port"),
    ])
    func `case, hyphens and underscores don't count`(word: String, expected: String) {
        #expect(Suggestion.nearest(to: word, among: keys) == expected)
    }

    @Test func `a beginning finds its word when it is nobody else's`() {
        #expect(Suggestion.nearest(to: "rec", among: words) == "recording")
        #expect(Suggestion.nearest(to: "se", among: ["seconds", "secrets"]) == nil)
    }

    @Test(arguments: ["", "xyz", "s", "-", "completely-else", String(repeating: "v", count: 10_000)])
    func `a word like none of them finds nothing`(word: String) {
        #expect(Suggestion.nearest(to: word, among: words) == nil)
        #expect(Suggestion.nearest(to: word, among: keys) == nil)
    }

    @Test(arguments: [
        ("kafka", "kafka", 0), ("kafak", "kafka", 1), ("", "abc", 3), ("abc", "axbc", 1), ("kitten", "sitting", 3),
    ])
    func `the distance counts insertions, deletions, replacements and swaps`(left: String, right: String, count: Int) {
        #expect(Suggestion.distance(Array(left.utf8), Array(right.utf8)) == count)
        #expect(Suggestion.distance(Array(right.utf8), Array(left.utf8)) == count)
    }
}
