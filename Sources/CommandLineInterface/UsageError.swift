/// Why a command line cannot be used.
package struct UsageError: Error, Sendable, Hashable {
    package enum Problem: Sendable, Hashable {
        case missingCommand(known: [String])
        case unknownCommand(String, suggestion: String?, known: [String])
        case unknownOption(String, suggestion: String?)
        case repeatedOption(String)
        case missingOption(usage: String)
        /// The option stands at the end, or before another option.
        case missingValue(option: String, usage: String)
        /// A flag was written `--flag=value`.
        case unwantedValue(option: String, value: String)
        case emptyValue(option: String)
        case notANumber(option: String, value: String, expected: String)
        case outOfRange(option: String, value: String, allowed: String)
        case notAChoice(option: String, value: String, choices: [String], suggestion: String?)
        case missingArgument(String)
        case surplusArgument(String)
    }

    /// The command as far as it was understood, e.g. `fleet-telemetry certs demo`.
    package let command: String
    package let problem: Problem

    /// What is wrong, and what to write instead, without the program's name.
    package var message: String { "\(reason); \(remedy)" }

    /// What is wrong.
    package var reason: String {
        switch problem {
        case .missingCommand: "no command given"
        case .unknownCommand(let name, _, _): "there is no command '\(name)'"
        case .unknownOption(let option, _): "there is no option \(option)"
        case .repeatedOption(let option): "\(option) is given more than once"
        case .missingOption(let usage): "\(usage) is missing"
        case .missingValue(let option, _): "\(option) needs a value"
        case .unwantedValue(let option, let value): "\(option) takes no value, but got '\(value)'"
        case .emptyValue(let option): "\(option) has an empty value"
        case .notANumber(let option, let value, let expected): "\(option) '\(value)' is not \(expected)"
        case .outOfRange(let option, let value, _): "\(option) \(value) is out of range"
        case .notAChoice(let option, let value, _, _): "\(option) does not know '\(value)'"
        case .missingArgument(let name): "\(name) is missing"
        case .surplusArgument(let text): "'\(text)' is one argument too many"
        }
    }

    /// What to do next.
    package var remedy: String {
        switch problem {
        case .missingCommand(let known): "choose one of \(known.joined(separator: ", "))"
        case .unknownCommand(_, let suggestion?, _): "did you mean '\(suggestion)'?"
        case .unknownCommand(_, nil, let known): "choose one of \(known.joined(separator: ", "))"
        case .unknownOption(_, let suggestion?): "did you mean \(suggestion)?"
        case .unknownOption(_, nil): "see '\(command) --help' for those there are"
        case .repeatedOption: "give it once"
        case .missingOption: "add it, or see '\(command) --help' for an example"
        case .missingValue(let option, let usage):
            "write \(usage), or \(option)=-… for a value that begins with a dash"
        case .unwantedValue(let option, _): "write \(option) alone"
        case .emptyValue(let option): "write a value after \(option), or leave the option out"
        case .notANumber(_, _, let expected): "write \(expected)"
        case .outOfRange(_, _, let allowed): "choose a value in \(allowed)"
        case .notAChoice(_, _, let choices, let suggestion):
            suggestion.map { "did you mean '\($0)'? Possible are \(choices.joined(separator: ", "))" }
                ?? "choose one of \(choices.joined(separator: ", "))"
        case .missingArgument: "see '\(command) --help' for an example"
        case .surplusArgument: "leave it out, or see '\(command) --help'"
        }
    }
}
