/// A shell that completes command lines.
package enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish
}

/// What teaches a shell the commands, options and values of the program; made from its specification.
package struct CompletionScript: Sendable {
    private let program: CommandSpecification
    private let shell: Shell

    package init(of program: CommandSpecification, for shell: Shell) {
        self.program = program
        self.shell = shell
    }

    /// The whole script, ending with a newline.
    package var text: String {
        switch shell {
        case .bash: BashCompletion(program).text
        case .zsh: ZshCompletion(program).text
        case .fish: FishCompletion(program).text
        }
    }
}

extension String {
    /// As one word in single quotes, as bash and zsh read it.
    var quotedForShell: String { "'" + replacing("'", with: "'\\''") + "'" }

    /// As part of the name of a shell function.
    var asFunctionName: String { replacing("-", with: "_") }
}
