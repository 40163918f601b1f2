package import TextCodec

/// The help of a command or of a group of commands, made from its specification.
package struct HelpText: Sendable {
    package let path: CommandPath
    private let style: TextStyle

    package init(of path: CommandPath, style: TextStyle = .plain) {
        self.path = path
        self.style = style
    }

    /// The whole text, ending with a newline; lines are at most 100 columns where the words allow.
    package var text: String {
        let command = path.command
        var sections = ["\(command.summary).\(command.discussion.isEmpty ? "" : "\n\n\(command.discussion)")"]
        sections.append("\(style.heading("Usage:")) \(usage)")
        if command.isGroup {
            sections.append(section("Commands", command.subcommands.map { ($0.name, $0.summary) }))
        }
        if !command.arguments.isEmpty {
            sections.append(section("Arguments", command.arguments.map { ($0.name, $0.summary) }))
        }
        sections.append(section("Options", options))
        sections.append(examples)
        if path.specifications.count == 1 {
            sections.append(section("Exit codes", command.exits.rows.map { (String($0.code), $0.meaning) }))
        } else if !command.isGroup {
            sections.append(exits)
        }
        return sections.joined(separator: "\n\n") + "\n"
    }

    /// The usage line without its label.
    package var usage: String {
        let command = path.command
        if command.isGroup, !command.runs { return "\(path.text) COMMAND" }
        let required = command.options.filter(\.isRequired).map { "\($0.usage)\($0.isRepeatable ? "…" : "")" }
        let hasOthers = command.options.contains { !$0.isRequired }
        let parts = [path.text] + required + (hasOthers ? ["[options]"] : []) + command.arguments.map(\.usage)
        return parts.joined(separator: " ") + (command.isGroup ? "\n       \(path.text) COMMAND" : "")
    }

    private var options: [(String, String)] {
        var rows = path.command.options.map { ($0.usage, $0.annotatedSummary) }
        rows.append(("--help", "Show this text"))
        if path.specifications.count == 1 { rows.append(("--version", "Show the version")) }
        return rows
    }

    /// To be copied, so each stands on a line of its own however long it is.
    private var examples: String {
        let examples = path.command.examples
        let title = style.heading(examples.count == 1 ? "Example:" : "Examples:")
        return "\(title)\n" + examples.map { "  \($0.line)\n      \($0.explanation)" }.joined(separator: "\n")
    }

    private var exits: String {
        let codes = path.command.exits.rows.map { "\($0.code) \($0.meaning)" }.joined(separator: "; ")
        let lines = TextWrap.lines("Exit codes: \(codes).")
        return lines.joined(separator: "\n").replacing(
            "Exit codes:",
            with: style.heading("Exit codes:"),
            maxReplacements: 1
        )
    }

    private func section(_ title: String, _ rows: [(String, String)]) -> String {
        let width = min(rows.map(\.0.count).max() ?? 0, 28)
        let lines = rows.map { name, summary in
            let indent = String(repeating: " ", count: width + 4)
            let lines = TextWrap.lines(summary, width: TextWrap.columns - indent.count)
            let wrapped = lines.joined(separator: "\n\(indent)")
            // A long name stands on a line of its own, so that it pushes no column to the right.
            let padding = String(repeating: " ", count: max(0, width - name.count) + 2)
            return name.count > width ? "  \(name)\n\(indent)\(wrapped)" : "  \(name)\(padding)\(wrapped)"
        }
        return "\(style.heading("\(title):"))\n" + lines.joined(separator: "\n")
    }
}

extension OptionSpecification {
    /// The summary, and what is to be known about the value.
    var annotatedSummary: String {
        var notes: [String] = []
        switch value {
        case .integer(let range, _): notes.append("\(range.lowerBound)...\(range.upperBound)")
        case .decimal(let range, _): notes.append("\(range.lowerBound)...\(range.upperBound)")
        case .flag, .text, .file, .folder, .choice: break
        }
        if isRequired { notes.append("required") }
        if isRepeatable { notes.append("may be repeated") }
        if let defaultText { notes.append("default: \(defaultText)") }
        return notes.isEmpty ? summary : "\(summary) (\(notes.joined(separator: "; ")))"
    }
}
