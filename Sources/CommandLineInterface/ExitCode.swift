/// How every command of ours ends: the one table of exit codes.
package enum ExitCode: Int32, Sendable, CaseIterable {
    /// The command did what it was asked, and found nothing wrong.
    case fine = 0
    /// The command ran and found a problem, e.g. a damaged frame or a faulty configuration.
    case problemFound = 1
    /// The command line or the configuration cannot be used as it is written.
    case usage = 2
    /// Something around us is missing or refuses: a file, a port, a peer, a right.
    case environment = 3

    /// One line for the help text.
    package var meaning: String {
        switch self {
        case .fine: "fine"
        case .problemFound: "a problem was found"
        case .usage: "wrong usage or configuration"
        case .environment: "something in the environment is missing or refuses: a file, a port, a peer, a right"
        }
    }
}

/// What the exit codes of a command mean: one source for help, manual page and README.
package struct ExitTable: Sendable, Hashable {
    package struct Row: Sendable, Hashable {
        package let code: Int32
        package let meaning: String

        package init(_ code: Int32, _ meaning: String) {
            self.code = code
            self.meaning = meaning
        }
    }

    package let rows: [Row]

    package init(_ rows: [Row]) {
        self.rows = rows
    }

    /// Of all commands but those that say otherwise.
    package static let standard = ExitTable(ExitCode.allCases.map { Row($0.rawValue, $0.meaning) })

    /// Of commands that a monitoring system starts, as its plug-ins have them.
    package static let monitoring = ExitTable([
        Row(0, "OK"), Row(1, "WARNING"), Row(2, "CRITICAL"),
        Row(3, "UNKNOWN: nothing could be found out, e.g. because of wrong usage"),
    ])

    /// For the README.
    package var markdown: String {
        "| Exit code | Meaning |\n| --- | --- |\n" + rows.map { "| \($0.code) | \($0.meaning) |\n" }.joined()
    }
}
