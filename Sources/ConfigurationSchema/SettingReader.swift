package import JSONText

/// What is known while a configuration is read: the findings so far, where each setting stood, the environment.
package struct SettingReader: Sendable {
    package private(set) var findings: [ConfigurationFinding] = []
    /// Where the value of each setting that the file gives begins, by path.
    package private(set) var positions: [String: JSONPosition] = [:]
    package let environment: [String: String]
    /// Names that the program brings along, besides those that the configuration's rules know.
    package let customNames: Set<String>
    /// Every path of the whole configuration, to say where a misplaced key belongs.
    let allPaths: @Sendable () -> [String]

    package init(
        environment: [String: String] = [:],
        customNames: Set<String> = [],
        allPaths: @escaping @Sendable () -> [String] = { [] }
    ) {
        self.environment = environment
        self.customNames = customNames
        self.allPaths = allPaths
    }

    /// Keeps a finding that the caller has put together.
    package mutating func report(_ finding: ConfigurationFinding) {
        findings.append(finding)
    }

    /// Reports what is wrong with one value.
    ///
    /// - Parameters:
    ///   - position: nil for a value of the environment.
    ///   - summary: of the setting; the reason when the fault gives none.
    mutating func report(_ fault: SettingFault, at path: String, _ position: JSONPosition?, of summary: String) {
        report(
            fault.code,
            at: path,
            severity: fault.severity,
            problem: fault.problem,
            reason: fault.reason ?? summary,
            remedy: fault.remedy,
            position: position
        )
    }

    /// Reports something about a setting, at the place where the file gives it, if it does.
    package mutating func report(
        _ code: FindingCode,
        at path: String,
        severity: ConfigurationFinding.Severity = .error,
        problem: String,
        reason: String,
        remedy: String,
        position: JSONPosition? = nil
    ) {
        findings.append(
            ConfigurationFinding(
                path: path,
                severity: severity,
                code: code,
                problem: problem,
                reason: reason,
                remedy: remedy,
                position: position ?? positions[path]
            )
        )
    }

    /// Remembers where the file gives a setting, for findings that are made later.
    package mutating func note(_ position: JSONPosition, of path: String) {
        positions[path] = position
    }

    /// Whether something was found at this very path already, so that a check of relations can stay silent.
    package func hasFinding(at path: String) -> Bool { findings.contains { $0.path == path } }

    /// Whether the file gives this setting, with any value but null.
    package func isGiven(_ path: String) -> Bool { positions[path] != nil }

    /// The findings in the order of the file; what has no place comes last.
    package var findingsInFileOrder: [ConfigurationFinding] {
        findings.enumerated().sorted { left, right in
            let far = JSONPosition(line: .max, column: .max)
            let (leftPlace, rightPlace) = (left.element.position ?? far, right.element.position ?? far)
            return (leftPlace, left.offset) < (rightPlace, right.offset)
        }.map(\.element)
    }
}

/// Appends a key to a path: `tls` and `server_cert` make `tls.server_cert`.
package func settingPath(_ path: String, _ key: String) -> String {
    let key = key.isEmpty ? "\"\"" : key
    return path.isEmpty ? key : "\(path).\(key)"
}
