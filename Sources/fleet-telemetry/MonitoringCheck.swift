internal import CommandLineInterface
internal import ControlPlane

/// What the commands of `check` have in common: one line for a monitoring system, and its exit codes.
enum MonitoringCheck {
    static let name = "check"

    /// For the help of each.
    static let exitCodes = """
        Exit codes are those of monitoring plugins, not those of the other commands. A server that does not run or does
        not answer is CRITICAL; one that this user may not ask, and a command line that is not understood, are UNKNOWN.
        One line is printed, with performance data behind the |.
        A RANGE says when to alarm: '10:' below 10, '~:10' above 10, '10' below 0 or above 10, '5:20' outside of both,
        '@5:20' from 5 to 20.
        """

    /// `--warn` with its default.
    static func warn(_ value: String?) -> Option<String?> { range("warn", "WARNING", value) }

    /// `--crit` with its default.
    static func crit(_ value: String?) -> Option<String?> { range("crit", "CRITICAL", value) }

    private static func range(_ name: String, _ word: String, _ value: String?) -> Option<String?> {
        .text(name, "RANGE", "When it is \(word)\(value.map { " (default: \($0))" } ?? "")")
    }

    static let timeout = Option<Int>.integer("timeout", "SECONDS", in: 1...600, default: 10, "How long to wait")

    /// Why there is nothing to judge.
    struct Unanswered: Error {
        let state: CheckState
        let words: String

        init(_ state: CheckState, _ words: String) {
            self.state = state
            self.words = words
        }
    }

    static func thresholds(
        _ command: ParsedCommand,
        _ warn: (option: Option<String?>, value: String?),
        _ crit: (option: Option<String?>, value: String?)
    ) throws(Unanswered) -> Thresholds {
        Thresholds(
            warning: try range(command[warn.option] ?? warn.value, "--warn"),
            critical: try range(command[crit.option] ?? crit.value, "--crit")
        )
    }

    private static func range(_ text: String?, _ option: String) throws(Unanswered) -> AlarmRange? {
        guard let text else { return nil }
        guard let range = AlarmRange(text) else {
            throw Unanswered(.unknown, "\(option) '\(text)' is no range; write '10:' for below 10, '~:10' for above 10")
        }
        return range
    }

    /// A client of the server that the options name.
    static func client(_ command: ParsedCommand) throws(Unanswered) -> ControlClient {
        do throws(ControlTarget.Failure) {
            let path = try ControlTarget.path(command)
            return ControlClient(path: path, timeoutMilliseconds: command[timeout] * 1000)
        } catch {
            if case .noServer = error { throw Unanswered(.critical, error.words) }
            throw Unanswered(.unknown, error.words)
        }
    }

    /// Asks, and tells what it means that nobody answers.
    static func asking<Answer>(_ question: () throws(ControlFailure) -> Answer) throws(Unanswered) -> Answer {
        do throws(ControlFailure) {
            return try question()
        } catch {
            switch error {
            case .notRunning, .noAnswer: throw Unanswered(.critical, error.words)
            case .forbidden, .refused, .otherVersion, .notUnderstood: throw Unanswered(.unknown, error.words)
            }
        }
    }

    /// Runs a check and ends as monitoring systems expect it.
    static func run(_ name: String, _ check: () throws(Unanswered) -> CheckResult) -> ExitCode {
        let result: CheckResult
        do throws(Unanswered) {
            result = try check()
        } catch {
            result = CheckResult(error.state, error.words)
        }
        let printed = Console.print(result.line(name: name.uppercased()))
        return printed == .fine ? code(result.state) : .environment
    }

    /// For a command line that is not understood: the system shows what stands on standard output.
    static func end(misused error: UsageError) -> ExitCode {
        _ = Console.print(CheckResult(.unknown, "\(error.command): \(error.message)").line(name: "CHECK"))
        return code(.unknown)
    }

    /// The same numbers with other meanings.
    private static func code(_ state: CheckState) -> ExitCode {
        switch state {
        case .ok: .fine
        case .warning: .problemFound
        case .critical: .usage
        case .unknown: .environment
        }
    }
}
