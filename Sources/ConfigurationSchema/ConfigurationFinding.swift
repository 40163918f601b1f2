package import JSONText
package import Symptoms

/// One thing that an operator should know about a configuration: where, what, why it matters, what to write instead.
///
/// Loading never stops at the first finding; it returns all of them in file order, so that a file is mended in one
/// pass. The value of a secret never appears in any of the texts.
package struct ConfigurationFinding: Error, Sendable, Hashable {
    package enum Severity: String, Sendable, Hashable, Comparable {
        /// The server starts, but probably not as its operator believes.
        case warning
        /// The server refuses to start.
        case error

        package static func < (left: Self, right: Self) -> Bool { left == .warning && right == .error }
    }

    /// The setting as messages and documentation write it: `tls.server_cert`, `records.V[0]`. Empty for the whole
    /// file, `$NAME` for an environment variable.
    package var path: String
    package var severity: Severity
    package var code: FindingCode
    /// What is wrong, without the place.
    package var problem: String
    /// Why it matters, a whole sentence.
    package var reason: String
    /// The next step.
    package var remedy: String
    /// Where in the file; nil for what is missing altogether or comes from elsewhere.
    package var position: JSONPosition?
    /// What `fleet-telemetry explain` knows it as; nil for what needs no explanation.
    package var symptom: SymptomCode?

    package init(
        path: String,
        severity: Severity = .error,
        code: FindingCode,
        problem: String,
        reason: String,
        remedy: String,
        position: JSONPosition? = nil,
        symptom: SymptomCode? = nil
    ) {
        self.path = path
        self.severity = severity
        self.code = code
        self.problem = problem
        self.reason = reason
        self.remedy = remedy
        self.position = position
        self.symptom = symptom ?? code.symptom
    }
}

/// The kind of a finding, for programs that read findings. Few, stable, and never with a value in them.
///
/// An open set: whoever adds checks adds codes, as constants beside the check.
package struct FindingCode: Sendable, Hashable, CustomStringConvertible {
    package let text: String
    /// What findings of this kind are explained as, where they don't say it themselves.
    package let symptom: SymptomCode?

    package init(_ text: String, _ symptom: SymptomCode? = nil) {
        self.text = text
        self.symptom = symptom
    }

    package var description: String { text }

    /// The file can't be opened.
    package static let unreadable = FindingCode("unreadable", .configurationUnreadable)
    /// The text is no JSON.
    package static let syntax = FindingCode("syntax", .configurationSyntax)
    /// Something stands behind the end of the configuration.
    package static let trailingText = FindingCode("trailing_text", .configurationSyntax)
    package static let duplicateKey = FindingCode("duplicate_key", .configurationSyntax)
    package static let unknownKey = FindingCode("unknown_key", .unknownKey)
    /// The key is known in another case.
    package static let keySpelling = FindingCode("key_spelling", .unknownKey)
    /// A key that the reference's files contain and that has no effect, or another one than its name says.
    package static let legacyKey = FindingCode("legacy_key", .deadKey)
    package static let missing = FindingCode("missing", .settingMissing)
    package static let wrongType = FindingCode("wrong_type", .wrongType)
    package static let outOfRange = FindingCode("out_of_range", .valueNotAllowed)
    /// A word that is none of those allowed here.
    package static let notAllowed = FindingCode("not_allowed", .valueNotAllowed)
    /// A text or list that must hold something.
    package static let empty = FindingCode("empty", .valueNotAllowed)
    /// A text that has not the shape it should have.
    package static let malformed = FindingCode("malformed", .valueNotAllowed)
    /// Two settings that cannot both be meant.
    package static let contradiction = FindingCode("contradiction", .settingsContradict)
    /// A setting that changes nothing as long as another one is what it is.
    package static let ineffective = FindingCode("ineffective", .settingWithoutEffect)
    /// Allowed, but rarely wanted.
    package static let unusual = FindingCode("unusual")
}
