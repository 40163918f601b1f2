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
        case .environment: "something in the environment is missing or refuses"
        }
    }
}
