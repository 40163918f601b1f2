/// A text as words: what case, quotes, punctuation and line breaks have in common is left out.
struct SymptomWords: Sendable {
    let words: [[UInt8]]

    /// The most words of a text that are looked at: a log line has fewer than a hundred.
    static let limit = 600

    init(_ text: some StringProtocol) {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): word.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
            default:
                if !word.isEmpty { words.append(word) }
                word = []
            }
        }
        if !word.isEmpty { words.append(word) }
        self.words = Array(words.prefix(Self.limit))
    }

    /// The letters of all words.
    var letters: Int { words.reduce(0) { $0 + $1.count } }
}

/// One text of the table: runs of words that follow each other, with anything between the runs.
struct SymptomPattern: Sendable {
    let runs: [[[UInt8]]]

    init(_ text: String) {
        runs = text.split(separator: "…").map { SymptomWords($0).words }.filter { !$0.isEmpty }
    }

    var words: [[UInt8]] { Array(runs.joined()) }
}
