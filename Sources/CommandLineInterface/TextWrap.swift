/// Breaks prose into lines for a terminal.
package enum TextWrap {
    /// How wide lines are, in characters, where the words allow.
    package static let columns = 100

    /// The text in lines of at most `width` characters; a longer word stands on a line of its own.
    package static func lines(_ text: String, width: Int = columns) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        lines.append(line)
        return lines
    }

    /// The text in lines that each begin with so many spaces.
    package static func indented(_ text: String, by spaces: Int) -> String {
        let indent = String(repeating: " ", count: spaces)
        return lines(text, width: columns - spaces).map { indent + $0 }.joined(separator: "\n")
    }
}
