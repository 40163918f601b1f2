/// The help of a command or of a group of commands, made from its specification.
package struct HelpText: Sendable {
    package let path: CommandPath

    package init(of path: CommandPath) {
        self.path = path
    }

    /// The whole text, ending with a newline; lines are at most 100 columns where the words allow.
    package var text: String {
        let command = path.command
        var sections = ["\(command.summary).\(command.discussion.isEmpty ? "" : "\n\n\(command.discussion)")"]
        sections.append("Usage: \(usage)")
        if command.isGroup {
            sections.append(section("Commands", command.subcommands.map { ($0.name, $0.summary) }))
        }
        if !command.arguments.isEmpty {
            sections.append(section("Arguments", command.arguments.map { ($0.name, $0.summary) }))
        }
        sections.append(section("Options", options))
        sections.append(
            section(
                command.examples.count == 1 ? "Example" : "Examples",
                command.examples.map { ($0.line, $0.explanation) },
                isStacked: true
            )
        )
        if path.specifications.count == 1 {
            sections.append(section("Exit codes", ExitCode.allCases.map { (String($0.rawValue), $0.meaning) }))
        }
        return sections.joined(separator: "\n\n") + "\n"
    }

    /// The usage line without its label.
    package var usage: String {
        let command = path.command
        if command.isGroup { return "\(path.text) COMMAND" }
        let required = command.options.filter(\.isRequired).map { "\($0.usage)\($0.isRepeatable ? "…" : "")" }
        let hasOthers = command.options.contains { !$0.isRequired }
        let parts = [path.text] + required + (hasOthers ? ["[options]"] : []) + command.arguments.map(\.usage)
        return parts.joined(separator: " ")
    }

    private var options: [(String, String)] {
        var rows = path.command.options.map { option in
            var notes: [String] = []
            switch option.value {
            case .integer(let range, _): notes.append("\(range.lowerBound)...\(range.upperBound)")
            case .decimal(let range, _): notes.append("\(range.lowerBound)...\(range.upperBound)")
            case .flag, .text, .file, .folder, .choice: break
            }
            if option.isRequired { notes.append("required") }
            if option.isRepeatable { notes.append("may be repeated") }
            if let text = option.defaultText { notes.append("default: \(text)") }
            let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
            return (option.usage, option.summary + suffix)
        }
        rows.append(("--help", "Show this text"))
        if path.specifications.count == 1 { rows.append(("--version", "Show the version")) }
        return rows
    }

    private func section(_ title: String, _ rows: [(String, String)], isStacked: Bool = false) -> String {
        if isStacked {
            return "\(title):\n" + rows.map { "  \($0.0)\n      \($0.1)" }.joined(separator: "\n")
        }
        let width = min(rows.map(\.0.count).max() ?? 0, 28)
        let lines = rows.map { name, summary in
            let indent = String(repeating: " ", count: width + 4)
            let wrapped = wrap(summary, to: 100 - indent.count).joined(separator: "\n\(indent)")
            // A long name stands on a line of its own, so that it pushes no column to the right.
            let padding = String(repeating: " ", count: max(0, width - name.count) + 2)
            return name.count > width ? "  \(name)\n\(indent)\(wrapped)" : "  \(name)\(padding)\(wrapped)"
        }
        return "\(title):\n" + lines.joined(separator: "\n")
    }

    private func wrap(_ text: String, to width: Int) -> [String] {
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
}
