internal import CommandLineInterface
internal import ConfigurationSchema
internal import JSONText
internal import Symptoms
internal import TextCodec

/// `explain`: what an error, a log line or a code means.
enum ExplainCommand: Command {
    private static let list = Option.flag("list", "All codes with what they are")
    private static let json = Option.flag("json", "The answer as JSON")

    static let specification = CommandSpecification(
        name: "explain",
        summary: "Say what an error, a log line or a code means, and what to do",
        discussion: """
            TEXT is what you see: an error of a vehicle, of the Fleet API, of this server or of Tesla's, a whole log
            line or a part of one, or a code such as FT-TLS-001. Case, quotes and small typing mistakes do not matter.
            Exits with 1 when nobody knows it.
            """,
        arguments: [ArgumentSpecification("TEXT", .any, "The words, best in quotes")],
        options: [list.specification, json.specification],
        examples: [
            .init(
                "\(Program.name) explain 'remote error: tls: bad certificate'",
                "Its causes, likeliest first."
            ),
            .init("\(Program.name) explain FT-TLS-001", "What a code in the log means."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        let text = command.arguments.joined(separator: " ")
        if command[list] {
            guard text.isEmpty else { return misuse("explain: --list shows all; leave out the text") }
            return Console.print(command[json] ? listJSON : listText)
        }
        guard !text.isEmpty else { return misuse("explain: nothing to explain; give a text or a code, or --list") }
        let symptoms = SymptomSearch().matches(for: text).map(\.symptom)
        let answer = command[json] ? Self.json(symptoms, for: text) : Self.text(symptoms, for: text)
        let printed = Console.print(answer)
        return symptoms.isEmpty ? .problemFound : printed
    }

    private static func misuse(_ text: String) -> ExitCode {
        Console.complain(text)
        return .usage
    }

    // MARK: For people

    private static func text(_ symptoms: [Symptom], for text: String) -> String {
        guard let first = symptoms.first else {
            return """
                Nobody here knows: \(String(text.prefix(200)).withVisibleControls)
                Give more or less of the line, look through '\(Program.name) explain --list', or let
                '\(Program.name) doctor --config FILE --host NAME' look for the cause.

                """
        }
        var answer = explanation(of: first)
        if symptoms.count > 1 {
            answer += "\nAlso possible:\n" + symptoms.dropFirst().map { "  \(line(for: $0))\n" }.joined()
        }
        return answer
    }

    private static func explanation(of symptom: Symptom) -> String {
        let causes = symptom.causes.enumerated().map { cause in
            "  \(cause.offset + 1). " + TextWrap.indented(cause.element, by: 5).trimmedStart
        }
        let style = Console.outputStyle
        return """
            \(style.heading("\(symptom.code.rawValue)  \(symptom.title)"))
            Seen in \(symptom.side.title)

            \(style.heading(causes.count == 1 ? "Cause:" : "Causes, likeliest first:"))
            \(causes.joined(separator: "\n"))

            \(style.heading("How to confirm:"))
            \(TextWrap.indented(symptom.confirm, by: 2))

            \(style.heading("What to do:"))
            \(TextWrap.indented(symptom.remedy, by: 2))

            """
    }

    private static func line(for symptom: Symptom) -> String {
        symptom.code.rawValue.padded(to: 12) + "  " + symptom.title
    }

    private static var listText: String {
        SymptomArea.allCases.map { area in
            "\(area.title):\n"
                + SymptomTable.all.filter { $0.code.area == area }.map { "  \(line(for: $0))\n" }.joined()
        }.joined(separator: "\n")
    }

    // MARK: For programs

    private static func json(_ symptoms: [Symptom], for text: String) -> String {
        JSONLayout.line(of: .object([("query", .word(text)), ("matches", .list(symptoms.map(json)))])) + "\n"
    }

    private static var listJSON: String { JSONLayout.line(of: .list(SymptomTable.all.map(json))) + "\n" }

    private static func json(_ symptom: Symptom) -> JSONValue {
        .object([
            ("code", .word(symptom.code.rawValue)), ("title", .word(symptom.title)),
            ("side", .word(symptom.side.rawValue)), ("texts", .list(symptom.texts.map(JSONValue.word))),
            ("causes", .list(symptom.causes.map(JSONValue.word))), ("confirm", .word(symptom.confirm)),
            ("remedy", .word(symptom.remedy)),
        ])
    }
}

extension String {
    /// Without the indentation of its first line.
    fileprivate var trimmedStart: Substring { drop { $0 == " " } }

    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
