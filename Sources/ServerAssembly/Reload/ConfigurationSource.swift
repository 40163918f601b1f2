internal import ConfigurationSchema
internal import JSONText

/// The file that a configuration came from, to be read again.
package struct ConfigurationSource: Sendable {
    package let path: String
    /// Of the process, as at the start.
    package let environment: [String: String]
    /// Names of the dispatchers that the embedding program brings.
    package let customDispatchers: Set<String>

    package init(path: String, environment: [String: String], customDispatchers: Set<String> = []) {
        self.path = path
        self.environment = environment
        self.customDispatchers = customDispatchers
    }

    /// - Throws: when the file has mistakes. What lies outside of it is not looked at.
    func read() throws(Mistaken) -> ServerConfiguration {
        let checked = ConfigurationCommands.checked(
            path: path,
            environment: environment,
            customDispatchers: customDispatchers,
            machine: nil
        )
        guard let configuration = checked.configuration else {
            let first = checked.report.findings.first { $0.severity == .error }
            throw Mistaken(path: path, finding: first.map { "\($0.path): \($0.problem)" } ?? "cannot be read")
        }
        return configuration
    }

    struct Mistaken: Error, CustomStringConvertible {
        let path: String
        let finding: String

        var description: String { "\(path): \(finding); fleet-telemetry config check \(path) tells more" }
    }
}

extension ServerConfiguration {
    /// Top-level keys with another value than in `old` that a running server does not take over.
    func keysThatNeedRestart(since old: ServerConfiguration) -> [String] {
        func texts(_ configuration: ServerConfiguration) -> [String: String] {
            let members = configuration.tree(revealingSecrets: true).members ?? []
            return Dictionary(members.map { ($0.name, JSONLayout.line(of: $0.value)) }) { first, _ in first }
        }
        let (before, after) = (texts(old), texts(self))
        return Set(before.keys).union(after.keys).subtracting(Self.liveKeys)
            .filter { before[$0] != after[$0] }.sorted()
    }

    /// What a running server takes over.
    private static let liveKeys = ["tls", "use_default_eng_ca", "certificate_warning_days", "vehicles", "validation"]
}
