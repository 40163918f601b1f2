/// `proto/field_catalogue.csv`, as far as the tables need it.
package struct FieldCatalogue {
    package struct Row {
        package var number: Int
        package var kind: String

        /// Kinds whose values are numbers.
        package var isNumeric: Bool { ["real", "integer", "timestamp"].contains(kind) }
    }

    package private(set) var rows: [Row] = []

    /// - Throws: ``ProtoProblem`` when a line has no number or the columns are not where they should be.
    package init(text: String) throws {
        let lines = text.split(separator: "\n")
        guard lines.first?.hasPrefix("number,name,category,kind,") == true else {
            throw ProtoProblem.missing("head line number,name,category,kind in field_catalogue.csv")
        }
        for (index, line) in lines.enumerated().dropFirst() {
            // The first four columns never hold a comma, so quotes need no care here.
            let columns = line.split(separator: ",", maxSplits: 4, omittingEmptySubsequences: false)
            guard columns.count == 5, let number = Int(columns[0]), number >= 0, number < 4096 else {
                throw ProtoProblem.unreadable(line: index + 1, text: String(line))
            }
            rows.append(Row(number: number, kind: String(columns[3])))
        }
    }
}
