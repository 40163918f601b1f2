/// For bash 4.4 and later, without the package bash-completion.
struct BashCompletion {
    private let program: CommandSpecification
    private let commands: [PlacedCommand]

    init(_ program: CommandSpecification) {
        self.program = program
        commands = program.placed()
    }

    var text: String {
        let function = "_\(program.name.asFunctionName)"
        return """
            # bash completion of \(program.name), made by: \(program.name) completions bash
            \(function)() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                # "=" is a word of its own for bash.
                if [[ $current == "=" ]]; then
                    current=""
                elif [[ $previous == "=" ]]; then
                    previous=${COMP_WORDS[COMP_CWORD-2]}
                fi
                local place="" word index
                for ((index = 1; index < COMP_CWORD; index++)); do
                    word=${COMP_WORDS[index]}
                    case "$place/$word" in
                    \(alternatives(commands.filter { !$0.names.isEmpty }.map(place(of:)))) place="$place/$word" ;;
                    esac
                done
                local words="" options="" repeatable="" kind="text"
                case "$place" in
            \(commands.map(placeCase).joined(separator: "\n"))
                esac
                case "$place $previous" in
            \(commands.flatMap(valueCases).joined(separator: "\n"))
                *)
                    if [[ $current == -* || ( -z $words && $kind == text ) ]]; then
                        words=""
                        kind="words"
                        local given=" ${COMP_WORDS[*]:1:COMP_CWORD-1} "
                        for word in $options; do
                            [[ $given == *" $word "* && " $repeatable " != *" $word "* ]] || words+=" $word"
                        done
                    fi
                    ;;
                esac
                mapfile -t COMPREPLY < <(
                    [[ -z $words ]] || compgen -W "$words" -- "$current"
                    case "$kind" in
                    file) compgen -f -- "$current" ;;
                    folder) compgen -d -- "$current" ;;
                    esac
                )
                [[ $kind != file && $kind != folder ]] || compopt -o filenames 2>/dev/null
            }
            complete -F \(function) \(program.name)

            """
    }

    private func place(of command: PlacedCommand) -> String { command.names.map { "/\($0)" }.joined() }

    private func alternatives(_ words: [String]) -> String {
        words.map { "\"\($0)\"" }.joined(separator: " | ") + ")"
    }

    /// What stands on the way at one place: commands, or what an argument takes.
    private func placeCase(_ command: PlacedCommand) -> String {
        var settings = ["options=\"\(command.options.map { "--\($0.name)" }.joined(separator: " "))\""]
        let repeatable = command.options.filter(\.isRepeatable).map { "--\($0.name)" }
        if !repeatable.isEmpty { settings.append("repeatable=\"\(repeatable.joined(separator: " "))\"") }
        if command.command.isGroup {
            settings.append("words=\"\(command.followers.map(\.name).joined(separator: " "))\"")
        } else if let kind = command.command.arguments.last?.kind {
            settings.append(setting(for: kind))
        }
        return "    \"\(place(of: command))\") \(settings.joined(separator: "; ")) ;;"
    }

    private func valueCases(_ command: PlacedCommand) -> [String] {
        command.options.compactMap { option in
            guard let kind = option.value.kind else { return nil }
            return "    \"\(place(of: command)) --\(option.name)\") words=\"\"; \(setting(for: kind)) ;;"
        }
    }

    private func setting(for kind: WordKind) -> String {
        switch kind {
        case .text: "kind=text"
        case .file: "kind=file"
        case .folder: "kind=folder"
        case .fileOr(let words): "kind=file; words=\"\(words.joined(separator: " "))\""
        case .choice(let words), .likely(let words): "kind=words; words=\"\(words.joined(separator: " "))\""
        }
    }
}
