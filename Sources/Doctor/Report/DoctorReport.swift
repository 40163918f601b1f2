internal import CommandLineInterface
internal import ConfigurationSchema
internal import Diagnosis
internal import JSONText
internal import Symptoms
package import TextCodec

/// What an examination brought: causes first, then every step.
package struct DoctorReport: Sendable {
    package let steps: [StepResult]

    /// What is wrong, the one cause to begin with first; each symptom once.
    package var causes: [DoctorFinding] {
        var seen: Set<String> = []
        let ordered = steps.flatMap(\.findings).enumerated().sorted { left, right in
            if left.element.severity != right.element.severity { return left.element.severity > right.element.severity }
            return (left.element.rank, left.offset) < (right.element.rank, right.offset)
        }
        return ordered.map(\.element).filter { seen.insert($0.symptom.rawValue).inserted }
    }

    package var verdict: DoctorVerdict {
        switch causes.first?.severity {
        case .problem?: .problem
        case .warning?: .warning
        case nil: steps.contains { $0.verdict == .ok } ? .ok : .skipped
        }
    }

    // MARK: For people

    /// One line per step with what was seen, then the causes.
    package func text(_ style: TextStyle = .plain) -> String {
        steps.map { Self.text(of: $0, style) }.joined() + "\n" + summary(style)
    }

    private static func text(of step: StepResult, _ style: TextStyle) -> String {
        let title = step.step.title
        let gap = String(repeating: " ", count: max(1, titleColumns - title.count))
        let facts = step.skipped.map { [$0] } ?? step.evidence
        var text = "\(mark(step.verdict, style))  \(title)\(gap)"
        if !facts.isEmpty {
            text += TextWrap.indented(facts.joined(separator: "; "), by: indentColumns).dropFirst(indentColumns)
        }
        for finding in step.findings {
            text += "\n" + TextWrap.indented("\(finding.problem) [\(finding.symptom.rawValue)]", by: findingColumns)
        }
        return text + "\n"
    }

    private static let titleColumns = 30
    private static let findingColumns = 9
    private static let indentColumns = findingColumns + titleColumns

    private static func mark(_ verdict: DoctorVerdict, _ style: TextStyle) -> String {
        switch verdict {
        case .ok: style.verdict(.good, "ok") + "     "
        case .warning: style.verdict(.warning, "warning")
        case .problem: style.verdict(.bad, "PROBLEM")
        case .skipped: style.verdict(.open, "skipped")
        }
    }

    private func summary(_ style: TextStyle) -> String {
        let causes = causes
        guard let first = causes.first else { return "Nothing wrong was found.\n" }
        let isProblem = first.severity == .problem
        let title = isProblem ? "Begin with this:" : "Nothing keeps vehicles away for certain; look at this:"
        var text = "\(style.heading(title))\n" + Self.text(of: first)
        let others = causes.dropFirst()
        if !others.isEmpty {
            text += "\n\(style.heading("Then, if it remains:"))\n" + others.map(Self.text).joined()
        }
        return text + "\nMore about a code: fleet-telemetry explain \(first.symptom.rawValue)\n"
    }

    private static func text(of cause: DoctorFinding) -> String {
        TextWrap.indented("\(cause.symptom.rawValue)  \(cause.problem)", by: 2) + "\n"
            + TextWrap.indented("Next: \(cause.remedy)", by: 4) + "\n"
    }

    // MARK: For programs

    /// `{"verdict", "cause", "causes": [{"symptom", "severity", "problem", "remedy"}], "steps": [{"step", "verdict",
    /// "skipped", "evidence", "findings": […]}]}` on one line; `cause` is the code of the first, absent without any.
    package var json: String {
        let causes = causes
        return JSONLayout.line(
            of: .object([
                ("verdict", .word(verdict.rawValue)), ("cause", causes.first.map { .word($0.symptom.rawValue) }),
                ("causes", .list(causes.map(Self.json))), ("steps", .list(steps.map(Self.json))),
            ])
        ) + "\n"
    }

    private static func json(of step: StepResult) -> JSONValue {
        .object([
            ("step", .word(step.step.rawValue)), ("verdict", .word(step.verdict.rawValue)),
            ("skipped", step.skipped.map(JSONValue.word)), ("evidence", .list(step.evidence.map(JSONValue.word))),
            ("findings", .list(step.findings.map(json))),
        ])
    }

    private static func json(of finding: DoctorFinding) -> JSONValue {
        .object([
            ("symptom", .word(finding.symptom.rawValue)), ("severity", .word(finding.severity.rawValue)),
            ("problem", .word(finding.problem)), ("remedy", .word(finding.remedy)),
        ])
    }
}
