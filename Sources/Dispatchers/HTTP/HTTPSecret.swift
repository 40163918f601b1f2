package import ConfigurationSchema
internal import Dispatching
internal import HTTPCodec
internal import LinuxSystem

/// Where a secret comes from: the configuration itself, the environment, or a file that can be replaced while the
/// server runs.
package struct HTTPSecret: Configurable, Hashable {
    package var value = Secret.none
    package var environment = ""
    package var file = ""

    package init() {}

    package static let settings: [Setting<Self>] = [
        .secret("value", \.value, "The secret itself; anybody who may read the configuration knows it."),
        .text("environment", \.environment, "Name of the environment variable that holds it."),
        .path(
            "file",
            \.file,
            "File that holds it, read again when the endpoint refuses it. White space around it is left out."
        ),
    ]

    /// Whether there is a secret at all.
    package var isSet: Bool { !value.isEmpty || !environment.isEmpty || !file.isEmpty }

    private static let fileLimitBytes = 64 * 1024

    /// The secret; nil when none is set.
    ///
    /// - Throws: what keeps it from being known; never with the secret in it.
    func read(_ environment: [String: String]) throws(DispatcherFailure) -> String? {
        guard isSet else { return nil }
        let (text, place): (String, String)
        if !file.isEmpty {
            place = "the secret file \(file)"
            do throws(SystemCallError) {
                text = String(decoding: try Files.read(file, limitBytes: Self.fileLimitBytes), as: UTF8.self)
            } catch {
                throw DispatcherFailure(
                    .unauthorised,
                    "\(place) cannot be read (\(error.reason)); make it, readable by the server's user alone"
                )
            }
        } else if !self.environment.isEmpty {
            place = "the environment variable \(self.environment)"
            guard let given = environment[self.environment] else {
                throw DispatcherFailure(.unauthorised, "\(place) is not set; set it where the server is started")
            }
            text = given
        } else {
            (text, place) = (value.revealed, "the secret in the configuration")
        }
        let secret = text.drop(while: \.isWhitespace)
        let end = secret.lastIndex { !$0.isWhitespace }.map { secret.index(after: $0) } ?? secret.startIndex
        guard secret.startIndex < end else { throw DispatcherFailure(.unauthorised, "\(place) is empty; fill it") }
        guard isHeaderValue(String(secret[..<end])) else {
            throw DispatcherFailure(.unauthorised, "\(place) holds a line break or control character; remove it")
        }
        return String(secret[..<end])
    }

    package func examine(at path: String, _ reader: inout SettingReader) {
        let given = [!value.isEmpty, !environment.isEmpty, !file.isEmpty].count { $0 }
        if given > 1 {
            reader.report(
                .contradiction,
                at: path,
                problem: "more than one of value, environment and file is given",
                reason: "Only one of them can be meant.",
                remedy: "keep one"
            )
        } else if given == 0, reader.findings.allSatisfy({ !$0.path.hasPrefix("\(path).") }) {
            reader.report(
                .empty,
                at: path,
                problem: "none of value, environment and file is given",
                reason: "The section says where a secret comes from.",
                remedy: "give one of them, or remove the section"
            )
        } else if !value.isEmpty, !isHeaderValue(value.revealed) {
            reader.report(
                .malformed,
                at: "\(path).value",
                problem: "a line break or another control character is in it",
                reason: "A line break would end the header and begin another one.",
                remedy: "remove it"
            )
        } else if !environment.isEmpty, reader.environment[environment] == nil {
            reader.report(
                .missing,
                at: "\(path).environment",
                severity: .warning,
                problem: "the variable \(environment) is not set here",
                reason: "Without it the dispatcher would not open.",
                remedy: "set it where the server is started, e.g. with EnvironmentFile= of systemd"
            )
        }
    }
}
