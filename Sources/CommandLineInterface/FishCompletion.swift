/// For fish 3.
struct FishCompletion {
    private let program: CommandSpecification
    private let commands: [PlacedCommand]

    init(_ program: CommandSpecification) {
        self.program = program
        commands = program.placed()
    }

    private var function: String { "__\(program.name.asFunctionName)_at" }

    var text: String {
        """
        # fish completion of \(program.name), made by: \(program.name) completions fish
        function \(function) --description 'Whether the command line stands at this command'
            set -l place ''
            set -l words (commandline -opc)
            set -e words[1]
            for word in $words
                switch "$place/$word"
                    case \(commands.filter { !$0.names.isEmpty }.map { "\($0.place)" }.joined(separator: " "))
                        set place "$place/$word"
                end
            end
            test "$place" = "$argv[1]"
        end
        complete -c \(program.name) -f
        \(commands.flatMap(lines).joined(separator: "\n"))

        """
    }

    private func lines(_ command: PlacedCommand) -> [String] {
        let start = "complete -c \(program.name) -n '\(function) \"\(command.place)\"'"
        var lines = command.followers.filter { _ in command.command.isGroup }.map { name, summary in
            "\(start) -f -a \(name) -d \(quoted(summary))"
        }
        if let kind = command.command.arguments.last?.kind {
            switch kind {
            case .text: break
            case .file: lines.append("\(start) -F")
            case .folder: lines.append("\(start) -f -a '(__fish_complete_directories)'")
            case .fileOr(let words): lines.append("\(start) -F -a \(quoted(words.joined(separator: " ")))")
            case .choice(let words), .likely(let words):
                lines.append("\(start) -f -a \(quoted(words.joined(separator: " ")))")
            }
        }
        return lines + command.options.map { "\(start) -l \($0.name)\(value($0)) -d \(quoted($0.summary))" }
    }

    private func value(_ option: OptionSpecification) -> String {
        switch option.value.kind {
        case nil: ""
        case .text: " -x"
        case .file: " -r -F"
        case .folder: " -x -a '(__fish_complete_directories)'"
        case .fileOr(let words): " -r -F -a \(quoted(words.joined(separator: " ")))"
        case .choice(let words), .likely(let words): " -x -a \(quoted(words.joined(separator: " ")))"
        }
    }

    private func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}

extension PlacedCommand {
    fileprivate var place: String { names.map { "/\($0)" }.joined() }
}
