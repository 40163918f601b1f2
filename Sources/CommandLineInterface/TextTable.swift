/// Columns of text for a terminal: a head line, then a line per row, each column as wide as its widest text.
package struct TextTable: Sendable {
    package enum Alignment: Sendable, Hashable {
        case left
        /// For numbers.
        case right
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    package init(_ columns: [(title: String, alignment: Alignment)]) {
        self.columns = columns
    }

    /// - Parameter texts: one for each column; those that are missing are empty.
    package mutating func append(_ texts: [String]) {
        rows.append(columns.indices.map { $0 < texts.count ? texts[$0] : "" })
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// The lines, each with its line feed, two spaces between columns and none at the end.
    package var text: String {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { index in all.map { $0[index].count }.max() ?? 0 }
        var text = ""
        for row in all {
            var line = ""
            for index in columns.indices {
                let padding = String(repeating: " ", count: widths[index] - row[index].count)
                line += index == 0 ? "" : "  "
                line += columns[index].alignment == .left ? row[index] + padding : padding + row[index]
            }
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        return text
    }
}
