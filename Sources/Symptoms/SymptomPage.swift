/// The reference page of all symptoms, in Markdown.
package enum SymptomPage {
    package static var markdown: String {
        let heading = """
            # Symptoms

            Every code that log lines, errors and `fleet-telemetry doctor` name: what is behind it, and what to do.

            This page is made from the table in `Sources/Symptoms` by `make generate`. On a server ask
            `fleet-telemetry explain 'TEXT'` or `fleet-telemetry explain CODE`; `fleet-telemetry doctor` finds out which
            of the causes it is.

            """
        let areas = SymptomArea.allCases.map { area in
            let symptoms = SymptomTable.all.filter { $0.code.area == area }
            return "\n## \(area.title)\n" + symptoms.map(section).joined()
        }
        return heading + areas.joined()
    }

    private static func section(_ symptom: Symptom) -> String {
        var lines = ["", "### \(symptom.code.rawValue): \(symptom.title)", ""]
        lines.append("Seen in: \(symptom.side.title). Recognised by:")
        lines.append("")
        lines += symptom.texts.map { "- `\($0.replacing("`", with: "'"))`" }
        lines += ["", symptom.causes.count == 1 ? "Cause:" : "Causes, likeliest first:", ""]
        lines += symptom.causes.enumerated().map { "\($0.offset + 1). \($0.element)" }
        lines += ["", "How to confirm: \(symptom.confirm)", "", "What to do: \(symptom.remedy)", ""]
        return lines.joined(separator: "\n")
    }
}
