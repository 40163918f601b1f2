internal import JSONText
internal import Symptoms
package import TextCodec

/// Findings as people and programs read them.
package struct ConfigurationReport: Sendable {
    /// How the file is called in the messages.
    package let fileName: String
    package let findings: [ConfigurationFinding]
    /// Where somebody was asked for real; nil when nobody was to be.
    package let attempts: [ConnectionAttempt]?

    package init(fileName: String, findings: [ConfigurationFinding], attempts: [ConnectionAttempt]? = nil) {
        self.fileName = fileName
        self.findings = findings
        self.attempts = attempts
    }

    package var errorCount: Int { findings.count { $0.severity == .error } }
    package var warningCount: Int { findings.count { $0.severity == .warning } }

    /// 0 when nothing hinders the start, 1 with errors, 2 when the file could not be read at all.
    package var exitCode: Int32 {
        if findings.contains(where: { $0.code == .unreadable }) { return 2 }
        return errorCount == 0 ? 0 : 1
    }

    /// One line per finding, in the form that editors and terminals turn into links:
    /// `config.json:3:11: error: port: problem. Reason. Next: remedy. [code FT-…]`.
    package var lines: [String] { lines(.plain) }

    private func lines(_ style: TextStyle) -> [String] { findings.map { line(for: $0, style) } }

    /// The lines, and a last one that counts.
    package var text: String { text(.plain) }

    /// The lines, and a last one that counts, with the words that judge in colour.
    package func text(_ style: TextStyle) -> String {
        let verdict: String
        switch (errorCount, warningCount) {
        case (0, 0): verdict = style.verdict(.good, "nothing to complain about")
        case (0, let warnings): verdict = "\(style.verdict(.good, "good")), \(counted(warnings, "warning"))"
        case (let errors, 0): verdict = style.verdict(.bad, counted(errors, "error"))
        case (let errors, let warnings):
            verdict = "\(style.verdict(.bad, counted(errors, "error"))), \(counted(warnings, "warning"))"
        }
        let attempts = (attempts ?? []).map { "\(fileName): \($0.text)".withVisibleControls }
        return (attempts + lines(style) + ["\(fileName): \(verdict)"]).joined(separator: "\n") + "\n"
    }

    /// One object: `{"file", "errors", "warnings", "findings": [{"path", "severity", "code", "problem", "reason",
    /// "remedy", "line", "column", "symptom"}], "connections": [{"dispatcher", "ok", "result", "status",
    /// "milliseconds"}]}`, on one line. `line` and `column` are absent when the finding has no place, `symptom` when
    /// `explain` has nothing to add, `connections` when nobody was asked, `status` when nobody answered.
    package var json: String {
        let findings = findings.map { finding in
            JSONValue.object([
                ("path", .word(finding.path)), ("severity", .word(finding.severity.rawValue)),
                ("code", .word(finding.code.text)), ("problem", .word(finding.problem)),
                ("reason", .word(finding.reason)), ("remedy", .word(finding.remedy)),
                ("line", finding.position.map { .whole($0.line) }),
                ("column", finding.position.map { .whole($0.column) }),
                ("symptom", finding.symptom.map { .word($0.rawValue) }),
            ])
        }
        return JSONLayout.line(
            of: .object([
                ("file", .word(fileName)), ("errors", .whole(errorCount)), ("warnings", .whole(warningCount)),
                ("findings", .list(findings)), ("connections", attempts.map { .list($0.map(\.json)) }),
            ])
        ) + "\n"
    }

    private func line(for finding: ConfigurationFinding, _ style: TextStyle) -> String {
        var place = fileName
        if let position = finding.position { place += ":\(position.line):\(position.column)" }
        let severity = style.verdict(finding.severity == .error ? .bad : .warning, finding.severity.rawValue)
        var line = ""
        if !finding.path.isEmpty { line += "\(finding.path): " }
        line += finding.problem
        for sentence in [finding.reason, "Next: \(finding.remedy)"] {
            let end = line.last.map { ".?!".contains($0) } ?? true
            line += end ? " \(sentence)" : ". \(sentence)"
        }
        let symptom = finding.symptom.map { " \($0.rawValue)" } ?? ""
        let tail = "\(line) [\(finding.code)\(symptom)]".withVisibleControls
        return "\(place.withVisibleControls): \(severity): \(tail)"
    }

    private func counted(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension String {
    /// The same on one line. Keys and values come from a file that anybody may have written: no line break and no
    /// terminal control of theirs gets into a message, or out of a comment.
    package var withVisibleControls: String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        return unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }.joined()
    }
}

/// A destination that was asked for real.
package struct ConnectionAttempt: Sendable, Hashable {
    /// The dispatcher's name.
    package let name: String
    /// What came of it.
    package let result: String
    /// Whether records would be taken.
    package let isGood: Bool
    /// Of an answer over HTTP.
    package let status: Int?
    package let milliseconds: Double

    package init(name: String, result: String, isGood: Bool, status: Int?, milliseconds: Double) {
        self.name = name
        self.result = result
        self.isGood = isGood
        self.status = status
        self.milliseconds = milliseconds
    }

    fileprivate var text: String { "\(name): \(result), after \(Int(milliseconds.rounded())) ms" }

    fileprivate var json: JSONValue {
        .object([
            ("dispatcher", .word(name)), ("ok", .truth(isGood)), ("result", .word(result)),
            ("status", status.map { .whole($0) }), ("milliseconds", .whole(Int(milliseconds.rounded()))),
        ])
    }
}
