/// Why a receiver cannot do what it was asked. Its description says what, where, why, and what to do next.
public struct ReceiverError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, for programs that act on it.
    public enum Problem: Sendable, Hashable {
        /// The configuration, or a file that it names, cannot be used. One line per finding.
        case configuration(findings: [String])
        /// A dispatcher of the program's own has a name that a built-in one has, or none.
        case dispatcherName(String)
        /// No field of vehicle data is called so.
        case unknownField(String)
        /// Records of these types do not go to the queue; no types when none does at all.
        case notQueued([RecordType])
        /// A port is taken, an address is not ours, a thread could not be started.
        case start(String)
        /// It was started before.
        case startedTwice
    }

    /// What is wrong.
    public let problem: Problem

    init(_ problem: Problem) {
        self.problem = problem
    }

    /// What is wrong, where, why, and what to do, in lines for people.
    public var description: String {
        switch problem {
        case .configuration(let findings): findings.joined(separator: "\n")
        case .dispatcherName(""): "a dispatcher has an empty name; give it the name that \"records\" uses"
        case .dispatcherName(let name):
            "\"\(name)\" is the name of a built-in dispatcher; give yours another one, and use that in \"records\""
        case .unknownField(let name):
            "no field of vehicle data is called \"\(name)\"; field names are written as Tesla does, e.g. VehicleSpeed"
        case .notQueued([]): "no record type goes to the queue; write \"records\": {\"V\": [\"queue\"]}"
        case .notQueued(let types):
            "records of the type \(types.map(\.rawValue).joined(separator: ", ")) do not go to the queue; write "
                + "\"queue\" into their lists in \"records\""
        case .start(let reason): reason
        case .startedTwice: "the receiver was started before; make a new one to start again"
        }
    }
}
