/// The manual page of the program in roff, for `man`, made from its specification.
package struct ManualPage: Sendable {
    /// A word that stands outside of the command line and matters to it: a variable, a file.
    package struct Entry: Sendable, Hashable {
        package let name: String
        package let meaning: String

        package init(_ name: String, _ meaning: String) {
            self.name = name
            self.meaning = meaning
        }
    }

    private let program: CommandSpecification
    private let version: String
    private let environment: [Entry]
    private let files: [Entry]

    package init(of program: CommandSpecification, version: String, environment: [Entry], files: [Entry]) {
        self.program = program
        self.version = version
        self.environment = environment
        self.files = files
    }

    /// The whole page, ending with a newline; ASCII only.
    package var text: String {
        var page = Roff()
        page.request("TH", [program.name.uppercased(), "8", "", "\(program.name) \(version)", "System Administration"])
        page.section("NAME")
        page.line("\(program.name) \\- \(Roff.escaped(program.summary.lowercasedFirst))")
        page.section("SYNOPSIS")
        page.request("B", [program.name])
        page.markup("\\fICOMMAND\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]")
        page.section("DESCRIPTION")
        page.paragraph("\(program.summary).")
        if !program.discussion.isEmpty { page.paragraph(program.discussion) }
        page.paragraph("Every command shows its options and an example with --help, as this page does.")
        page.section("COMMANDS")
        for placed in program.placed() where placed.command.runs { add(placed, to: &page) }
        page.section("EXIT STATUS")
        page.terms(program.exits.rows.map { (String($0.code), $0.meaning) })
        page.section("ENVIRONMENT")
        page.terms(environment.map { ($0.name, $0.meaning) })
        page.section("FILES")
        page.terms(files.map { ($0.name, $0.meaning) })
        return page.text
    }

    private func add(_ placed: PlacedCommand, to page: inout Roff) {
        let command = placed.command
        page.subsection(placed.names.joined(separator: " "))
        page.paragraph("\(command.summary).")
        if !command.discussion.isEmpty { page.paragraph(command.discussion) }
        let usage =
            command.options.filter(\.isRequired).map(\.usage)
            + (command.options.contains { !$0.isRequired } ? ["[options]"] : []) + command.arguments.map(\.usage)
        page.request("PP")
        page.markup(
            "\\fB\(Roff.escaped(([program.name] + placed.names).joined(separator: " ")))\\fR "
                + Roff.escaped(usage.joined(separator: " "))
        )
        page.terms(
            command.arguments.map { ($0.name, $0.summary) } + command.options.map { ($0.usage, $0.annotatedSummary) }
        )
        for example in command.examples {
            page.paragraph(example.explanation)
            page.example(example.line)
        }
        if command.exits != .standard {
            page.paragraph("Exit status:")
            page.terms(command.exits.rows.map { (String($0.code), $0.meaning) })
        }
    }
}

/// Text in the language of troff, built line by line.
private struct Roff {
    private(set) var text = ""

    mutating func request(_ name: String, _ arguments: [String] = []) {
        let words = arguments.map { " \"\(Self.escaped($0).replacing("\"", with: "\\(dq"))\"" }
        text += ".\(name)\(words.joined())\n"
    }

    mutating func section(_ title: String) { request("SH", [title]) }
    mutating func subsection(_ title: String) { request("SS", [title]) }

    /// A line as it is, which must not begin with a dot or a quote.
    mutating func line(_ line: String) { text += "\(line)\n" }

    mutating func markup(_ line: String) { text += "\(line)\n" }

    mutating func paragraph(_ words: String) {
        request("PP")
        add(words)
    }

    mutating func terms(_ rows: [(name: String, meaning: String)]) {
        for row in rows {
            request("TP")
            line("\\fB\(Self.escaped(row.name))\\fR")
            add(row.meaning)
        }
    }

    /// Set as it was typed.
    mutating func example(_ command: String) {
        request("PP")
        request("RS", ["4"])
        request("nf")
        add(command)
        request("fi")
        request("RE")
    }

    private mutating func add(_ words: String) {
        for row in words.split(separator: "\n") {
            // A dot or a quote at the beginning of a line makes it a request.
            let isRequest = row.hasPrefix(".") || row.hasPrefix("'")
            line((isRequest ? "\\&" : "") + Self.escaped(String(row)))
        }
    }

    /// Dashes stay dashes, so that options can be copied, and what is not ASCII is named by its number.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\e"
            case "-": "\\-"
            case "'": "\\(aq"
            case "`": "\\(ga"
            case "^": "\\(ha"
            case "~": "\\(ti"
            default: scalar.isASCII ? String(scalar) : "\\[u\(hexadecimal(scalar.value))]"
            }
        }.joined()
    }

    private static func hexadecimal(_ number: UInt32) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension String {
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
