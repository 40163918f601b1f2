internal import ConfigurationSchema
package import Diagnosis
package import JSONText
package import Symptoms
package import TextCodec

/// One thing that is wrong with a certificate or key, in words: what, why it matters, what to do next.
package struct CertificateRemark: Sendable, Hashable {
    package let severity: Severity
    package let problem: String
    /// A whole sentence, or empty.
    package let reason: String
    package let remedy: String
    /// What `explain` knows it as.
    package let symptom: SymptomCode?

    package init(_ severity: Severity, _ problem: String, reason: String = "", remedy: String, _ symptom: SymptomCode?)
    {
        self.severity = severity
        self.problem = problem
        self.reason = reason
        self.remedy = remedy
        self.symptom = symptom
    }

    /// - Parameter place: what holds the chain: a path, or words for what a server sends.
    package init(_ finding: ChainFinding, in place: String) {
        self.init(
            finding.severity,
            finding.problem(in: place),
            reason: finding.reason,
            remedy: finding.remedy,
            finding.symptom
        )
    }

    /// - Parameter place: what holds the text that vehicles were given.
    package init(_ finding: AuthorityFinding, in place: String) {
        self.init(
            finding.severity,
            finding.problem(in: place),
            reason: finding.reason,
            remedy: finding.remedy,
            finding.symptom
        )
    }

    /// In one line: `warning: server.pem expires on 2026-12-31. … Next: renew it. [FT-TLS-012]`.
    package func line(_ style: TextStyle) -> String {
        let word = style.verdict(severity == .problem ? .bad : .warning, severity == .problem ? "error" : "warning")
        let sentences = [problem, reason, "Next: \(remedy)"].filter { !$0.isEmpty }
        let words = sentences.map { $0.last.map { ".?!".contains($0) } ?? true ? $0 : "\($0)." }.joined(separator: " ")
        return "\(word): \(words.withVisibleControls)" + (symptom.map { " [\($0.rawValue)]" } ?? "")
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("severity", severity == .problem ? "error" : "warning")
        writer.member("problem", problem)
        if !reason.isEmpty { writer.member("reason", reason) }
        writer.member("remedy", remedy)
        if let symptom { writer.member("symptom", symptom.rawValue) }
        writer.endObject()
    }
}
