internal import TextCodec

/// Finds the symptom that a text is about: a code, an error, a whole log line, a part of one, with small mistakes.
package struct SymptomSearch: Sendable {
    package struct Match: Sendable, Hashable {
        package let symptom: Symptom
        /// Larger is better.
        let score: Int
    }

    private struct Entry {
        let symptom: Symptom
        let patterns: [SymptomPattern]
    }

    private let entries: [Entry]
    /// In how many symptoms a word occurs.
    private let frequency: [[UInt8]: Int]

    package init() {
        entries = SymptomTable.all.map { symptom in
            Entry(symptom: symptom, patterns: (symptom.texts + [symptom.title]).map(SymptomPattern.init))
        }
        var frequency: [[UInt8]: Int] = [:]
        for entry in entries {
            for word in Set(entry.patterns.flatMap(\.words)) { frequency[word, default: 0] += 1 }
        }
        self.frequency = frequency
    }

    /// Symptoms that the text may be about, best first; empty when none is likely.
    package func matches(for text: String, limit: Int = 4) -> [Match] {
        let coded = Self.codes(in: text)
        let words = SymptomWords(text)
        var found = entries.compactMap { entry -> Match? in
            if coded.contains(entry.symptom.code) { return Match(symptom: entry.symptom, score: 1_000_000) }
            let score = entry.patterns.map { self.score($0, words) }.max() ?? 0
            return score > 0 ? Match(symptom: entry.symptom, score: score) : nil
        }
        found.sort { ($1.score, $0.symptom.code.rawValue) < ($0.score, $1.symptom.code.rawValue) }
        guard let best = found.first else { return [] }
        // A piece that stands in many texts says nothing.
        let ties = found.count { $0.score == best.score }
        if best.score < Self.pieceCeiling, ties > Self.tiesAllowed { return [] }
        return found.filter { $0.score * 3 >= best.score }.prefix(limit).map { $0 }
    }

    /// A text of the table occurs in full.
    private static let wholeFloor = 2_000
    /// Pieces and likenesses stay below.
    private static let pieceCeiling = 1_000
    private static let tiesAllowed = 3

    // MARK: Codes

    /// Codes that stand in the text, in any case, with or without hyphens.
    private static func codes(in text: String) -> Set<SymptomCode> {
        let words = SymptomWords(text).words.map { String(decoding: $0, as: UTF8.self) }
        var found: Set<SymptomCode> = []
        for (index, word) in words.enumerated() where word == "ft" && index + 2 < words.count {
            let name = "FT-\(words[index + 1].uppercased())-\(words[index + 2])"
            if let code = SymptomCode(rawValue: name) { found.insert(code) }
        }
        if words.count == 1, let code = SymptomCode.allCases.first(where: { plain($0) == words[0] }) {
            found.insert(code)
        }
        return found
    }

    private static func plain(_ code: SymptomCode) -> String { code.rawValue.replacing("-", with: "").lowercased() }

    // MARK: Likeness

    private func score(_ pattern: SymptomPattern, _ text: SymptomWords) -> Int {
        if let whole = wholeScore(pattern, text) { return whole }
        if let piece = pieceScore(pattern, text) { return piece }
        return likenessScore(pattern, text)
    }

    /// The pattern occurs in the text, exactly or with small mistakes; the longer it is, the more it says.
    private func wholeScore(_ pattern: SymptomPattern, _ text: SymptomWords) -> Int? {
        var position = 0
        var (letters, mistakes) = (0, 0)
        for run in pattern.runs {
            guard let found = Self.find(run, in: text.words, from: position) else { return nil }
            position = found.end
            mistakes += found.mistakes
            letters += run.reduce(0) { $0 + $1.count }
        }
        guard letters > 0, !Self.isNumberAlone(pattern) || Self.isNumberMeant(pattern, text) else { return nil }
        guard mistakes == 0 || (letters >= 8 && mistakes * 6 <= letters) else { return nil }
        return Self.wholeFloor + 20 * letters - 60 * mistakes
    }

    /// Where a run of words stands in others.
    private static func find(
        _ run: [[UInt8]],
        in words: [[UInt8]],
        from start: Int
    ) -> (end: Int, mistakes: Int)? {
        guard words.count - start >= run.count else { return nil }
        var best: (end: Int, mistakes: Int)?
        for first in start...(words.count - run.count) {
            var mistakes = 0
            let fits = run.indices.allSatisfy { index in
                guard let distance = distance(run[index], words[first + index]) else { return false }
                mistakes += distance
                return true
            }
            guard fits else { continue }
            if mistakes == 0 { return (first + run.count, 0) }
            if mistakes < best?.mistakes ?? .max { best = (first + run.count, mistakes) }
        }
        return best
    }

    /// Typing mistakes between two words; nil when there are too many for their length.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int? {
        if left == right { return 0 }
        let length = max(left.count, right.count)
        // Short words differ by a letter and mean something else; only their letters may be swapped.
        if length == 4 { return left.sorted() == right.sorted() && Suggestion.distance(left, right) == 1 ? 1 : nil }
        let allowed = length < 5 ? 0 : length < 8 ? 1 : 2
        guard allowed > 0, abs(left.count - right.count) <= allowed else { return nil }
        // Numbers are not mistyped into each other: 401 is not 402.
        guard !left.allSatisfy(isDigit), !right.allSatisfy(isDigit) else { return nil }
        let distance = Suggestion.distance(left, right)
        return distance <= allowed ? distance : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isNumberAlone(_ pattern: SymptomPattern) -> Bool {
        pattern.words.count == 1 && pattern.words[0].allSatisfy(isDigit)
    }

    /// A number alone means a status only in a short text, or behind a word that says so.
    private static func isNumberMeant(_ pattern: SymptomPattern, _ text: SymptomWords) -> Bool {
        guard text.words.count > 4 else { return true }
        let heralds: [[UInt8]] = ["status", "http", "error", "answered", "returned"].map { Array($0.utf8) }
        return text.words.indices.dropFirst().contains { index in
            text.words[index] == pattern.words[0] && heralds.contains(text.words[index - 1])
        }
    }

    /// The text is a piece of the pattern.
    private func pieceScore(_ pattern: SymptomPattern, _ text: SymptomWords) -> Int? {
        let words = pattern.words
        guard text.letters >= 4, words.count > text.words.count, !text.words.isEmpty, says(text.words),
            let found = Self.find(text.words, in: words, from: 0)
        else { return nil }
        let share = text.letters * 100 / max(1, words.reduce(0) { $0 + $1.count })
        guard share >= 25 else { return nil }
        return Self.pieceCeiling / 2 + 4 * share - 40 * found.mistakes
    }

    /// How much of the pattern's rare words the text has, in any order.
    private func likenessScore(_ pattern: SymptomPattern, _ text: SymptomWords) -> Int {
        let words = pattern.words
        guard words.count >= 2, text.words.count <= 60 else { return 0 }
        var (had, wanted, count) = (0, 0, 0)
        for word in words {
            let weight = weight(of: word)
            wanted += weight
            if text.words.contains(where: { Self.distance(word, $0) != nil }) {
                had += weight
                count += 1
            }
        }
        // Most of the pattern, and a good part of the text: a long text has some of everything.
        guard wanted > 0, had * 100 / wanted >= 70, count * 3 >= text.words.count else { return 0 }
        return 300 * had / wanted
    }

    /// Whether the words together are rare enough to mean something: `certificate` alone stands everywhere.
    private func says(_ words: [[UInt8]]) -> Bool { words.reduce(0) { $0 + weight(of: $1) } >= 10 }

    /// Rare words say more.
    private func weight(of word: [UInt8]) -> Int {
        guard word.count > 2 else { return 1 }
        switch frequency[word] ?? 0 {
        case ...1: return 12
        case 2...3: return 8
        case 4...8: return 4
        default: return 2
        }
    }
}
