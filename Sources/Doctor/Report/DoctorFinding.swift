internal import ConfigurationSchema
package import Diagnosis
internal import JSONText
package import Symptoms

/// One thing that an examination found wrong.
package struct DoctorFinding: Sendable, Hashable {
    package let severity: Severity
    package let symptom: SymptomCode
    /// What is wrong, with the place.
    package let problem: String
    /// What to do next.
    package let remedy: String

    package init(_ severity: Severity, _ symptom: SymptomCode, _ problem: String, remedy: String) {
        self.severity = severity
        self.symptom = symptom
        self.problem = problem.withVisibleControls
        self.remedy = remedy.withVisibleControls
    }

    init(_ finding: ChainFinding, in place: String, severity: Severity? = nil) {
        self.init(
            severity ?? finding.severity,
            finding.symptom,
            finding.problem(in: place),
            remedy: finding.remedy
        )
    }

    init(_ finding: AuthorityFinding, in place: String) {
        self.init(finding.severity, finding.symptom, finding.problem(in: place), remedy: finding.remedy)
    }

    /// Nil for a finding that has no symptom, because it is nothing that keeps vehicles away.
    init?(_ finding: ConfigurationFinding) {
        guard let symptom = finding.symptom else { return nil }
        let place = finding.position.map { " (line \($0.line))" } ?? ""
        self.init(
            finding.severity == .error ? .problem : .warning,
            symptom,
            finding.path.isEmpty ? finding.problem : "\(finding.path)\(place): \(finding.problem)",
            remedy: finding.remedy
        )
    }

    /// Where among others of its severity it is named: a cause stands before what follows from it.
    var rank: Int {
        switch symptom {
        case .clockWrong: -3
        case .portTaken, .portPrivileged, .addressUnusable: -2
        case .tlsEndedByProxy, .oldCertificateServed, .certificateDependsOnName, .clientCertificateNotRequested: -1
        case .connectionRefused, .unreachable: 1
        case .recordNotAcknowledged: 2
        default: 0
        }
    }
}

/// e.g. `1 certificate`, `2 certificates`.
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// What one step brought.
package struct StepResult: Sendable, Hashable {
    package let step: DoctorStep
    /// What was seen, one fact each.
    package var evidence: [String] = []
    package var findings: [DoctorFinding] = []
    /// Why it was not looked at; nil when it was.
    package var skipped: String?

    init(_ step: DoctorStep) {
        self.step = step
    }

    static func skipped(_ step: DoctorStep, _ reason: String) -> StepResult {
        var result = StepResult(step)
        result.skipped = reason
        return result
    }

    package var verdict: DoctorVerdict {
        switch findings.map(\.severity).max() {
        case .problem?: .problem
        case .warning?: .warning
        case nil: skipped == nil ? .ok : .skipped
        }
    }

    mutating func see(_ fact: String) { evidence.append(fact.withVisibleControls) }

    mutating func find(_ severity: Severity, _ symptom: SymptomCode, _ problem: String, remedy: String) {
        findings.append(DoctorFinding(severity, symptom, problem, remedy: remedy))
    }
}
