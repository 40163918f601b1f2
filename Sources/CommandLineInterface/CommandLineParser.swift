internal import TextCodec

/// Reads a command line against what the program declares. Pure: it prints nothing and opens nothing.
package struct CommandLineParser: Sendable {
    /// The outermost group; its name is the program's.
    package let program: CommandSpecification

    package init(program: CommandSpecification) {
        precondition(program.isGroup, "a program without commands")
        self.program = program
    }

    /// - Parameter words: the command line without the program's own name.
    package func parse(_ words: [String]) throws(UsageError) -> Invocation {
        var path = [program]
        var rest = words[...]
        while let group = path.last, group.isGroup {
            // A group that runs by itself gets everything that is not the name of a command in it.
            if group.runs, rest.first.map({ $0.hasPrefix("-") }) ?? true { break }
            guard let word = rest.popFirst() else {
                throw failure(path, .missingCommand(known: group.subcommands.map(\.name)))
            }
            if asksForHelp(word) { return .help(CommandPath(path)) }
            if path.count == 1, word == "--version" || word == "-version" { return .version }
            if path.count == 1, word == "help" { return .help(try commandNamed(rest)) }
            path.append(try subcommand(word, of: path))
        }
        return try parseCommand(CommandPath(path), rest)
    }

    private func commandNamed(_ names: ArraySlice<String>) throws(UsageError) -> CommandPath {
        var path = [program]
        for name in names {
            guard path[path.count - 1].isGroup else { throw failure(path, .surplusArgument(name)) }
            path.append(try subcommand(name, of: path))
        }
        return CommandPath(path)
    }

    private func subcommand(
        _ word: String,
        of path: [CommandSpecification]
    ) throws(UsageError) -> CommandSpecification {
        let group = path[path.count - 1]
        if let found = group.subcommands.first(where: { $0.name == word }) { return found }
        if word.hasPrefix("-") {
            throw failure(path, .unknownOption(word, suggestion: Suggestion.nearest(to: word, among: ["--help"])))
        }
        let known = group.subcommands.map(\.name)
        let suggestion = Suggestion.nearest(to: word, among: known)
        throw failure(path, .unknownCommand(word, suggestion: suggestion, known: known))
    }

    private func parseCommand(_ path: CommandPath, _ words: ArraySlice<String>) throws(UsageError) -> Invocation {
        var reading = CommandReading(path: path, rest: words)
        while let word = reading.rest.popFirst() {
            if reading.onlyArgumentsFollow || word == "-" || !word.hasPrefix("-") {
                reading.arguments.append(word)
            } else if word == "--" {
                reading.onlyArgumentsFollow = true
            } else if asksForHelp(word) {
                return .help(path)
            } else {
                try reading.readOption(word)
            }
        }
        return .run(try reading.finish())
    }

    /// `-help` is what Tesla's server understands.
    private func asksForHelp(_ word: String) -> Bool {
        word == "--help" || word == "-help" || word == "-h"
    }

    private func failure(_ path: [CommandSpecification], _ problem: UsageError.Problem) -> UsageError {
        UsageError(command: CommandPath(path).text, problem: problem)
    }
}

/// What has been read of one command so far.
private struct CommandReading {
    let path: CommandPath
    var rest: ArraySlice<String>
    var arguments: [String] = []
    var occurrences: [String: [OptionOccurrence]] = [:]
    var onlyArgumentsFollow = false

    init(path: CommandPath, rest: ArraySlice<String>) {
        self.path = path
        self.rest = rest
    }

    mutating func readOption(_ word: String) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let written = String(parts[0])
        let option = try option(written)
        if occurrences[option.name] != nil, !option.isRepeatable { throw failure(.repeatedOption("--\(option.name)")) }
        let attached = parts.count == 2 ? String(parts[1]) : nil
        let occurrence = try occurrence(of: option, attached: attached)
        occurrences[option.name, default: []].append(occurrence)
    }

    private func option(_ written: String) throws(UsageError) -> OptionSpecification {
        let isLong = written.hasPrefix("--")
        let name = String(written.drop { $0 == "-" })
        let options = path.command.options
        let named = options.first { $0.name == name || $0.otherNames.contains(name) }
        if let named, isLong || named.acceptsSingleDash { return named }
        let near = Suggestion.nearest(to: name, among: options.map(\.name) + ["help"])
        throw failure(.unknownOption(written, suggestion: near.map { "--\($0)" }))
    }

    private mutating func occurrence(
        of option: OptionSpecification,
        attached: String?
    ) throws(UsageError) -> OptionOccurrence {
        let written = "--\(option.name)"
        if option.value == .flag {
            if let attached { throw failure(.unwantedValue(option: written, value: attached)) }
            return .flag
        }
        let text: String
        if let attached {
            text = attached
        } else {
            // A value may begin with a dash only where nothing else can be meant: `-`, or a number.
            guard let next = rest.first, next == "-" || !next.hasPrefix("-") || Double(next) != nil else {
                throw failure(.missingValue(option: written, usage: option.usage))
            }
            rest.removeFirst()
            text = next
        }
        guard !text.isEmpty else { throw failure(.emptyValue(option: written)) }
        return try checked(text, for: option, written)
    }

    private func checked(
        _ text: String,
        for option: OptionSpecification,
        _ written: String
    ) throws(UsageError) -> OptionOccurrence {
        switch option.value {
        case .flag:
            return .flag
        case .text, .file, .folder:
            return .text(text)
        case .integer(let range, _):
            guard let number = Int(text) else {
                throw failure(.notANumber(option: written, value: text, expected: "a whole number"))
            }
            guard range.contains(number) else {
                let allowed = "\(range.lowerBound)...\(range.upperBound)"
                throw failure(.outOfRange(option: written, value: text, allowed: allowed))
            }
            return .integer(number)
        case .decimal(let range, _):
            guard let number = Double(text), number.isFinite else {
                throw failure(.notANumber(option: written, value: text, expected: "a number"))
            }
            guard range.contains(number) else {
                let allowed = "\(range.lowerBound)...\(range.upperBound)"
                throw failure(.outOfRange(option: written, value: text, allowed: allowed))
            }
            return .decimal(number)
        case .choice(let choices):
            guard choices.contains(text) else {
                let near = Suggestion.nearest(to: text, among: choices)
                throw failure(.notAChoice(option: written, value: text, choices: choices, suggestion: near))
            }
            return .text(text)
        }
    }

    func finish() throws(UsageError) -> ParsedCommand {
        for option in path.command.options where option.isRequired && occurrences[option.name] == nil {
            throw failure(.missingOption(usage: option.usage))
        }
        let expected = path.command.arguments
        let needed = expected.filter { $0.count == .one || $0.count == .oneOrMore }
        if arguments.count < needed.count { throw failure(.missingArgument(needed[arguments.count].name)) }
        let isOpenEnded = expected.last.map { $0.count == .oneOrMore || $0.count == .any } ?? false
        if arguments.count > expected.count, !isOpenEnded {
            throw failure(.surplusArgument(arguments[expected.count]))
        }
        for (index, text) in arguments.enumerated() {
            // The last one may be repeated.
            let argument = expected[min(index, expected.count - 1)]
            guard case .choice(let choices) = argument.kind, !choices.contains(text) else { continue }
            let near = Suggestion.nearest(to: text, among: choices)
            throw failure(.notAChoice(option: argument.name, value: text, choices: choices, suggestion: near))
        }
        return ParsedCommand(path: path, arguments: arguments, occurrences: occurrences)
    }

    private func failure(_ problem: UsageError.Problem) -> UsageError {
        UsageError(command: path.text, problem: problem)
    }
}
