/// Finds what somebody who mistyped a word probably meant.
package enum Suggestion {
    /// The candidate nearest to `word`, or nil when none is near enough to be worth a question.
    ///
    /// Near enough: at most a third of the letters inserted, deleted, replaced or swapped with their neighbour, the
    /// case of letters, hyphens and underscores not counted; or else a beginning that only one candidate has.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let wanted = folded(word)
        // Longer words come from no keyboard slip, and would cost quadratic time.
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (candidate: String, distance: Int)?
        var continuations: [String] = []
        for candidate in candidates {
            let letters = folded(candidate)
            let limit = max(1, max(wanted.count, letters.count) / 3)
            let distance = distance(wanted, letters)
            if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
            if wanted.count >= 2, letters.starts(with: wanted) { continuations.append(candidate) }
        }
        return best?.candidate ?? (continuations.count == 1 ? continuations[0] : nil)
    }

    private static func folded(_ word: String) -> [UInt8] {
        word.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }

    /// Restricted Damerau-Levenshtein distance: insertions, deletions, replacements, swaps of neighbours.
    package static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            current.reserveCapacity(right.count + 1)
            for column in 1...right.count {
                let isSame = left[row - 1] == right[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
