/// `proto/field_catalogue.csv`: what is known of each field beside its number and name.
package struct FieldCatalogue {
    /// The columns, in the file's order.
    package enum Column: String, CaseIterable {
        case number, name, category, kind, also
        case legacyText = "legacy_text"
        case unit
        case unitCertainty = "unit_certainty"
        case min, max
        case semiMax = "semi_max"
        case rangeCertainty = "range_certainty"
        case minFirmware = "min_firmware"
        case semiOnly = "semi_only"
        case status, scope, certainty, description
    }

    package struct Row {
        package var number: Int
        fileprivate var texts: [String]

        package subscript(column: Column) -> String {
            Column.allCases.firstIndex(of: column).map { texts[$0] } ?? ""
        }

        /// Kinds whose values are numbers.
        package var isNumeric: Bool { ["real", "integer", "timestamp"].contains(self[.kind]) }
    }

    package private(set) var rows: [Row] = []

    /// - Throws: ``ProtoProblem`` when a line has no number, or the columns are not where they should be.
    package init(text: String) throws {
        let lines = text.split(separator: "\n")
        let head = Column.allCases.map(\.rawValue).joined(separator: ",")
        guard let first = lines.first, first == head else {
            throw ProtoProblem.missing("head line \(head) in field_catalogue.csv")
        }
        for (index, line) in lines.enumerated().dropFirst() {
            let texts = Self.columns(of: line)
            guard texts.count == Column.allCases.count, let number = Int(texts[0]), number >= 0, number < 4096 else {
                throw ProtoProblem.unreadable(line: index + 1, text: String(line))
            }
            rows.append(Row(number: number, texts: texts))
        }
    }

    /// The texts between the commas that stand outside of quotes; a quote inside of quotes is written twice.
    private static func columns(of line: Substring) -> [String] {
        var columns = [""]
        var isQuoted = false
        var lastWasQuote = false
        for character in line {
            if character == "\"" {
                if !isQuoted, lastWasQuote { columns[columns.count - 1].append("\"") }
                lastWasQuote = isQuoted
                isQuoted.toggle()
            } else if character == ",", !isQuoted {
                columns.append("")
                lastWasQuote = false
            } else {
                columns[columns.count - 1].append(character)
                lastWasQuote = false
            }
        }
        return columns
    }
}
