internal import JSONText

/// Findings as people and programs read them.
package struct ConfigurationReport: Sendable {
    /// How the file is called in the messages.
    package let fileName: String
    package let findings: [ConfigurationFinding]

    package init(fileName: String, findings: [ConfigurationFinding]) {
        self.fileName = fileName
        self.findings = findings
    }

    package var errorCount: Int { findings.count { $0.severity == .error } }
    package var warningCount: Int { findings.count { $0.severity == .warning } }

    /// 0 when nothing hinders the start, 1 with errors, 2 when the file could not be read at all.
    package var exitCode: Int32 {
        if findings.contains(where: { $0.code == .unreadable }) { return 2 }
        return errorCount == 0 ? 0 : 1
    }

    /// One line per finding, in the form that editors and terminals turn into links:
    /// `config.json:3:11: error: port: problem. Reason. Next: remedy. [code]`.
    package var lines: [String] { findings.map(line(for:)) }

    /// The lines, and a last one that counts.
    package var text: String {
        let verdict: String
        switch (errorCount, warningCount) {
        case (0, 0): verdict = "nothing to complain about"
        case (0, let warnings): verdict = "good, \(counted(warnings, "warning"))"
        case (let errors, 0): verdict = counted(errors, "error")
        case (let errors, let warnings): verdict = "\(counted(errors, "error")), \(counted(warnings, "warning"))"
        }
        return (lines + ["\(fileName): \(verdict)"]).joined(separator: "\n") + "\n"
    }

    /// One object: `{"file", "errors", "warnings", "findings": [{"path", "severity", "code", "problem", "reason",
    /// "remedy", "line", "column"}]}`, on one line. `line` and `column` are absent when the finding has no place.
    package var json: String {
        let findings = findings.map { finding in
            JSONValue.object([
                ("path", .word(finding.path)), ("severity", .word(finding.severity.rawValue)),
                ("code", .word(finding.code.text)), ("problem", .word(finding.problem)),
                ("reason", .word(finding.reason)), ("remedy", .word(finding.remedy)),
                ("line", finding.position.map { .whole($0.line) }),
                ("column", finding.position.map { .whole($0.column) }),
            ])
        }
        return JSONLayout.line(
            of: .object([
                ("file", .word(fileName)), ("errors", .whole(errorCount)), ("warnings", .whole(warningCount)),
                ("findings", .list(findings)),
            ])
        ) + "\n"
    }

    private func line(for finding: ConfigurationFinding) -> String {
        var line = fileName
        if let position = finding.position { line += ":\(position.line):\(position.column)" }
        line += ": \(finding.severity.rawValue): "
        if !finding.path.isEmpty { line += "\(finding.path): " }
        line += finding.problem
        for sentence in [finding.reason, "Next: \(finding.remedy)"] {
            let end = line.last.map { ".?!".contains($0) } ?? true
            line += end ? " \(sentence)" : ". \(sentence)"
        }
        return "\(line) [\(finding.code)]".withVisibleControls
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
