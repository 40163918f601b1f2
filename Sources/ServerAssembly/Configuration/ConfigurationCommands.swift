package import ConfigurationSchema
internal import LinuxSystem
package import TextCodec

/// What `fleet-telemetry config …` prints and exits with. The commands themselves only parse their flags.
package enum ConfigurationCommands {
    package struct Output: Sendable {
        /// For standard output.
        package let text: String
        package let exitCode: Int32
    }

    /// A configuration file as far as it is known: read, checked, and checked against the machine.
    package struct Checked: Sendable {
        /// Nil when a finding is an error.
        package let configuration: ServerConfiguration?
        package let report: ConfigurationReport

        /// Whether everything that prevents serving lies outside of the file: certificates, paths, rights.
        package var isPreventedByMachine: Bool {
            let hindrances = report.findings.filter { $0.severity == .error }
            return !hindrances.isEmpty && hindrances.allSatisfy(\.isAboutMachine)
        }
    }

    /// Reads a file and runs every check that needs no peer.
    /// - Parameters:
    ///   - customDispatchers: names of the dispatchers that the embedding program brings.
    ///   - takesQueue: whether a program is there that takes records from the dispatcher `queue`.
    ///   - machine: nil leaves out what depends on this machine.
    package static func checked(
        path: String,
        environment: [String: String],
        customDispatchers: Set<String> = [],
        takesQueue: Bool = false,
        machine: (any ConfigurationEnvironment)? = MachineEnvironment()
    ) -> Checked {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Files.read(path, limitBytes: ServerConfiguration.sizeLimitBytes + 1)
        } catch {
            return Checked(configuration: nil, report: report(onUnreadable: path, error))
        }
        return checked(
            bytes,
            name: path,
            environment: environment,
            customDispatchers: customDispatchers,
            takesQueue: takesQueue,
            machine: machine
        )
    }

    /// ``checked(path:environment:customDispatchers:machine:)`` of a text that is in memory already.
    ///
    /// - Parameter name: the file's path, for messages and for what lies beside it; any word for a text without file.
    package static func checked(
        _ bytes: [UInt8],
        name: String,
        environment: [String: String],
        customDispatchers: Set<String> = [],
        takesQueue: Bool = false,
        machine: (any ConfigurationEnvironment)? = MachineEnvironment()
    ) -> Checked {
        let loaded = ServerConfiguration.read(bytes, environment: environment, customDispatchers: customDispatchers)
        var findings = loaded.findings
        if !takesQueue { findings += loaded.configuration?.unreadQueueFindings(loaded.positions) ?? [] }
        if let configuration = loaded.configuration, let machine {
            findings += ConfigurationCheck.findings(
                for: configuration,
                positions: loaded.positions,
                directory: directory(of: name),
                machine: machine
            )
        }
        let report = ConfigurationReport(fileName: name, findings: findings)
        return Checked(configuration: report.errorCount == 0 ? loaded.configuration : nil, report: report)
    }

    /// The same for a configuration that a program made, without a file.
    ///
    /// - Parameter name: stands in messages where a file's path would.
    package static func checked(
        _ configuration: ServerConfiguration,
        name: String,
        customDispatchers: Set<String> = []
    ) -> Checked {
        var findings = configuration.findings(customDispatchers: customDispatchers)
        findings += ConfigurationCheck.findings(for: configuration, directory: "", machine: MachineEnvironment())
        let report = ConfigurationReport(fileName: name, findings: findings)
        return Checked(configuration: report.errorCount == 0 ? configuration : nil, report: report)
    }

    private static let standardInput = "/dev/stdin"

    /// `config check FILE [--json] [--connect]`: exit code 0 for a usable file, 1 for errors, 2 when it cannot be read.
    ///
    /// - Parameters:
    ///   - path: `-` for standard input.
    ///   - connects: also tries the dispatchers' destinations, unless the file has errors already.
    ///   - style: of the text, which JSON does without.
    package static func check(
        path: String,
        json: Bool,
        connects: Bool = false,
        style: TextStyle = .plain,
        environment: [String: String],
        machine: (any ConfigurationEnvironment)? = MachineEnvironment()
    ) -> Output {
        let checked: Checked
        if path == "-" {
            do throws(SystemCallError) {
                let bytes = try Files.read(standardInput, limitBytes: ServerConfiguration.sizeLimitBytes + 1)
                checked = self.checked(bytes, name: "<stdin>", environment: environment, machine: machine)
            } catch {
                checked = Checked(configuration: nil, report: report(onUnreadable: "<stdin>", error))
            }
        } else {
            checked = self.checked(path: path, environment: environment, machine: machine)
        }
        var report = checked.report
        if connects, let configuration = checked.configuration {
            let (attempts, findings) = configuration.tryDispatchers()
            report = ConfigurationReport(
                fileName: report.fileName,
                findings: report.findings + findings,
                attempts: attempts
            )
        }
        return Output(text: json ? report.json : report.text(style), exitCode: report.exitCode)
    }

    /// `config schema`: a JSON Schema of the whole file.
    package static func schema() -> Output {
        let schema = ServerConfiguration.jsonSchema(title: "Configuration of fleet-telemetry")
        return Output(text: JSONLayout.text(of: schema), exitCode: 0)
    }

    /// `config example`: a small file with a comment before each setting.
    package static func example() -> Output {
        let heading = [
            "Configuration of fleet-telemetry. Comments like these are accepted here; Tesla's reference server accepts",
            "none, so remove them from a file that both shall read. Check it: fleet-telemetry config check FILE",
        ]
        return Output(text: ServerConfiguration.example(heading: heading), exitCode: 0)
    }

    /// The configuration reference in Markdown, one row per setting.
    package static func reference() -> Output {
        Output(text: ServerConfiguration.reference() + "\n", exitCode: 0)
    }

    /// `config migrate FILE`: the file in our form, the changes as comments above it. With errors in the file, what is
    /// wrong follows as comments too.
    ///
    /// - Parameter path: `-` for standard input.
    package static func migrate(path: String, environment: [String: String] = [:]) -> Output {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            let source = path == "-" ? standardInput : path
            bytes = try Files.read(source, limitBytes: ServerConfiguration.sizeLimitBytes + 1)
        } catch {
            return Output(text: report(onUnreadable: path, error).text, exitCode: 2)
        }
        let migration = ConfigurationMigration(
            text: String(decoding: bytes, as: UTF8.self),
            fileName: path,
            environment: environment
        )
        guard !migration.text.isEmpty else { return Output(text: migration.report.text, exitCode: 1) }
        let errors = migration.report.findings.filter { $0.severity == .error }
        let remaining = ConfigurationReport(fileName: path, findings: errors).lines.map { "// still wrong: \($0)\n" }
        return Output(text: remaining.joined() + migration.commentedText, exitCode: migration.exitCode)
    }

    private static func report(onUnreadable path: String, _ error: SystemCallError) -> ConfigurationReport {
        let remedy =
            switch error.code {
            case SystemCallError.noSuchFile: "check the path, or write one: fleet-telemetry config example"
            case SystemCallError.permissionDenied: "let this user read it"
            case SystemCallError.isDirectory: "name a file in the directory"
            default: "check that this is the right file"
            }
        let finding = ConfigurationFinding(
            path: "",
            code: .unreadable,
            problem: "cannot be read: \(error.reason)",
            reason: "Without a configuration there is nothing to start.",
            remedy: remedy
        )
        return ConfigurationReport(fileName: path, findings: [finding])
    }

    /// Where a file lies, with the slash; empty for the working directory.
    package static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }
}
