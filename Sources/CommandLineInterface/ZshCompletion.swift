/// For zsh, as a file `_PROGRAM` in `fpath`, or to be sourced after `compinit`.
struct ZshCompletion {
    private let program: CommandSpecification

    init(_ program: CommandSpecification) {
        self.program = program
    }

    var text: String {
        """
        #compdef \(program.name)
        # zsh completion of \(program.name), made by: \(program.name) completions zsh
        \(program.placed().map(function).joined(separator: "\n"))

        # Called by the name of its file it completes; sourced, it only makes itself known.
        if [ "$funcstack[1]" = "_\(program.name)" ]; then
            \(name([]))
        else
            compdef \(name([])) \(program.name)
        fi

        """
    }

    private func name(_ names: [String]) -> String {
        "_" + ([program.name] + names).map(\.asFunctionName).joined(separator: "_")
    }

    private func function(_ command: PlacedCommand) -> String {
        var rules = command.options.map(rule)
        guard command.command.isGroup else {
            rules += command.command.arguments.enumerated().map { index, argument in
                let place = argument.count == .oneOrMore ? "*" : "\(index + 1)"
                let optional = argument.count == .optional ? ":" : ""
                return "\(place):\(optional)\(escaped(argument.name)):\(action(argument.kind))".quotedForShell
            }
            return """
                \(name(command.names))() {
                    _arguments -s -S \\
                        \(rules.joined(separator: " \\\n        "))
                }
                """
        }
        rules += ["'1: :->command'", "'*:: :->words'"]
        let rows = command.followers.map { "\(escaped($0.name)):\($0.summary)".quotedForShell }
        let inner = command.command.subcommands.map { inside in
            "        \(inside.name)) \(name(command.names + [inside.name])) ;;"
        }
        return """
            \(name(command.names))() {
                local curcontext="$curcontext" state line
                typeset -A opt_args
                _arguments -C \\
                    \(rules.joined(separator: " \\\n        "))
                case "$state" in
                command)
                    local -a commands=(
                        \(rows.joined(separator: "\n            "))
                    )
                    _describe -t commands command commands
                    ;;
                words)
                    case "$words[1]" in
            \(inner.joined(separator: "\n"))
                    esac
                    ;;
                esac
            }
            """
    }

    private func rule(_ option: OptionSpecification) -> String {
        let summary = "[\(escaped(option.summary))]"
        let repeated = option.isRepeatable ? "*" : ""
        guard let kind = option.value.kind else { return "\(repeated)--\(option.name)\(summary)".quotedForShell }
        let placeholder = escaped(option.value.placeholder ?? "")
        return "\(repeated)--\(option.name)=\(summary):\(placeholder):\(action(kind))".quotedForShell
    }

    private func action(_ kind: WordKind) -> String {
        switch kind {
        case .text: " "
        case .file: "_files"
        case .folder: "_files -/"
        case .fileOr(let words): "{_alternative \"words:word:(\(words.joined(separator: " ")))\" \"files:file:_files\"}"
        case .choice(let words), .likely(let words): "(\(words.joined(separator: " ")))"
        }
    }

    /// Brackets and colons end a part of a rule.
    private func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("[", with: "\\[").replacing("]", with: "\\]")
            .replacing(":", with: "\\:")
    }
}
