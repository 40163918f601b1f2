import Foundation

/// A regular expression for many lines. Swift's own takes a minute for this tree, Foundation's a second.
struct Pattern: Sendable, ExpressibleByStringLiteral {
    private let expression: NSRegularExpression

    init(stringLiteral pattern: String) {
        do {
            expression = try NSRegularExpression(pattern: pattern, options: .anchorsMatchLines)
        } catch {
            fatalError("no regular expression: \(pattern): \(error)")
        }
    }

    func matches(_ text: String) -> Bool {
        let whole = NSRange(location: 0, length: text.utf16.count)
        return expression.firstMatch(in: text, range: whole) != nil
    }

    /// What each pair of parentheses holds, for every match: nil where it took no part.
    func groups(in lines: JoinedLines) -> [(line: Int, groups: [String?])] {
        let text = lines.text
        return expression.matches(in: text as String, range: NSRange(location: 0, length: text.length)).map { match in
            let groups = (0..<match.numberOfRanges).map { number in
                let range = match.range(at: number)
                return range.location == NSNotFound ? nil : text.substring(with: range)
            }
            return (lines.index(of: match.range.location), groups)
        }
    }

    /// Indices of the lines on which a match begins, each once.
    func lines(in lines: JoinedLines) -> [Int] {
        let range = NSRange(location: 0, length: lines.text.length)
        let found = expression.matches(in: lines.text as String, range: range)
        return found.map { lines.index(of: $0.range.location) }.reduce(into: []) { indices, index in
            if indices.last != index { indices.append(index) }
        }
    }
}

/// Lines as one text, so that a pattern runs once over a file.
struct JoinedLines: Sendable {
    // SAFETY: never changed after it was made.
    nonisolated(unsafe) let text: NSString
    /// Where each line begins.
    private let starts: [Int]

    init(_ lines: [String]) {
        var starts: [Int] = []
        var next = 0
        for line in lines {
            starts.append(next)
            next += line.utf16.count + 1
        }
        self.starts = starts
        text = NSString(string: lines.joined(separator: "\n"))
    }

    func index(of location: Int) -> Int {
        var range = 0..<starts.count
        while range.count > 1 {
            let middle = (range.lowerBound + range.upperBound) / 2
            range = starts[middle] <= location ? middle..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}
