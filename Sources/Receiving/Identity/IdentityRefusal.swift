package import Symptoms
package import TelemetryModel

/// A verified certificate that proves no identity, so that the upgrade is refused with 403.
package struct IdentityRefusal: SymptomaticError, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Error, Sendable, Hashable {
        /// The issuer's common name is in no list.
        case unknownIssuer
        /// The issuer is known, and the certificate names no kind of device that we know.
        case noDeviceUsage
        /// The usage that was met first is one that proves nothing here.
        case excludedUsage(String)
    }

    package let facts: CertificateFacts
    package let reason: Reason

    package init(facts: CertificateFacts, reason: Reason) {
        self.facts = facts
        self.reason = reason
    }

    /// Why, in words for the sender: it names nothing that the sender did not send.
    package var reasonText: String {
        switch reason {
        case .unknownIssuer:
            "certificates issued by \(quoted(facts.issuerCommonName)) prove no vehicle; one of Tesla's issuing CAs must"
                + " have signed it"
        case .noDeviceUsage:
            "the certificate names no kind of device: \(quoted(facts.issuerCommonName)) needs an extended key usage"
                + " 1.3.6.1.4.1.49279.2.5.n (found: \(usages))"
        case .excludedUsage(let usage):
            "the extended key usage \(usage) is for joining networks, not for telemetry"
        }
    }

    /// Reason, issuer and subject in one line.
    package var description: String {
        "\(reasonText) [issuer \(quoted(facts.issuer)), subject \(quoted(facts.subject))]"
    }

    /// A word for metrics and logs, from a fixed list.
    package var code: String {
        switch reason {
        case .unknownIssuer: "unknown_issuer"
        case .noDeviceUsage: "no_device_usage"
        case .excludedUsage: "excluded_usage"
        }
    }

    package var symptom: SymptomCode {
        switch reason {
        case .unknownIssuer: .issuerProvesNoVehicle
        case .noDeviceUsage: .usageProvesNoVehicle
        case .excludedUsage: .usageExcluded
        }
    }

    private var usages: String {
        facts.extendedKeyUsages.isEmpty ? "none" : facts.extendedKeyUsages.joined(separator: ", ")
    }

    /// Control characters of a name must not reach a terminal, a log or an HTTP body as they are.
    private func quoted(_ text: String) -> String { text.debugDescription }
}
