/// Finds what somebody who mistyped a word probably meant.
package enum Suggestion {
    /// The candidate nearest to `word`, or nil when none is near enough to be worth a question.
    ///
    /// Near means at most a third of the word wrong, counting neighbours swapped as one mistake, or a beginning
    /// that only one candidate has.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        // Longer words come from no keyboard slip, and would cost quadratic time.
        guard !word.isEmpty, word.utf8.count <= 64 else { return nil }
        let folded = word.lowercased()
        let allowed = max(1, folded.count / 3)
        let ranked = candidates.map { (name: $0, distance: distance(folded, $0.lowercased())) }
        if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= allowed { return best.name }
        let beginning = candidates.filter { folded.count >= 2 && $0.lowercased().hasPrefix(folded) }
        return beginning.count == 1 ? beginning[0] : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (character == other ? 0 : 1))
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
