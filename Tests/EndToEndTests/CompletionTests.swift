import Foundation
import LinuxSystem
import TelemetryFixtures
import Testing

/// The shells themselves are asked what they would offer.
struct CompletionTests {
    enum Shell: String, CaseIterable, Sendable {
        case bash, zsh, fish
    }

    /// A folder with something to complete, and the three scripts.
    private final class Place {
        let folder: URL

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "completion-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: folder.appending(path: "work/demo dir"),
                withIntermediateDirectories: true
            )
            for name in ["server.json", "my notes.txt"] {
                try Data().write(to: folder.appending(path: "work/\(name)"))
            }
            for shell in Shell.allCases {
                let script = try Child.run(["completions", shell.rawValue])
                #expect(script.code == 0)
                let name = shell == .zsh ? "_fleet-telemetry" : shell.rawValue
                try Data(script.output.utf8).write(to: folder.appending(path: name))
            }
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        /// What a shell offers when the tab key is hit at the end of the line.
        func offers(_ line: String, in shell: Shell) throws -> Set<String> {
            let script =
                switch shell {
                case .bash: Self.bash(line)
                case .zsh: Self.zsh(line)
                case .fish: Self.fish(line)
                }
            let file = folder.appending(path: "ask-\(UUID().uuidString)")
            try Data(script.utf8).write(to: file)
            let command = "cd '\(folder.path)/work' && HOME='\(folder.path)' \(shell.rawValue)"
            let outcome = try Tool.run(
                "\(command) \(shell == .fish ? "--no-config" : shell == .zsh ? "-f" : "--norc") '\(file.path)'"
            )
            let lines = outcome.output.split(separator: "\n").map(String.init)
            guard let start = lines.firstIndex(of: "OFFERS"), lines.last == "END" else {
                Issue.record("\(shell): \(outcome.output)")
                return []
            }
            // A shell may mark folders with a slash.
            return Set(lines[(start + 1)...].dropLast().map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 })
        }

        private static func bash(_ line: String) -> String {
            var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            // As bash takes lines apart by COMP_WORDBREAKS.
            words = words.flatMap { word -> [String] in
                guard let equals = word.firstIndex(of: "=") else { return [word] }
                let value = String(word[word.index(after: equals)...])
                return [String(word[..<equals]), "="] + (value.isEmpty ? [] : [value])
            }
            let quoted = words.map { "'\($0)'" }.joined(separator: " ")
            return """
                source ../bash
                COMP_WORDS=(\(quoted))
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                complete -p fleet-telemetry > /dev/null || exit 1
                _fleet_telemetry
                echo OFFERS
                printf '%s\\n' "${COMPREPLY[@]}"
                echo END
                """
        }

        private static func fish(_ line: String) -> String {
            """
            source ../fish
            echo OFFERS
            complete -C '\(line)' | string split -f1 \\t
            echo END
            """
        }

        /// zsh completes in its line editor only, so one is started on a terminal of its own.
        private static func zsh(_ line: String) -> String {
            """
            zmodload zsh/zpty
            zpty -b shell zsh -f -i
            ask() { zpty -w shell "$1" }
            ask 'PROMPT=; fpath=($PWD/.. $fpath); autoload -Uz compinit; compinit -u -D'
            ask 'compadd() {
                if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
                local -a found
                builtin compadd -A found "$@"
                print -rl -- "OFFER "${^found} >> $HOME/offers
                builtin compadd "$@"
            }'
            ask 'finish() { zle complete-word; print -r END >> $HOME/offers }; zle -N finish; bindkey "^I" finish'
            ask ': > $HOME/offers; print READY >> $HOME/ready'
            wait_for() {
                for turn in {1..3000}; do eval "$1" && return; zpty -r -t shell answer; sleep 0.02; done
                exit 1
            }
            wait_for '[[ -e $HOME/ready ]]'
            zpty -n -w shell '\(line)'$'\\t'
            wait_for 'grep -qx END $HOME/offers'
            zpty -d shell
            echo OFFERS
            sed -n 's/^OFFER //p' $HOME/offers
            echo END
            rm -f $HOME/offers $HOME/ready
            """
        }
    }

    @Test(arguments: Shell.allCases)
    func `a shell completes commands, options, values and files`(_ shell: Shell) throws {
        let place = try Place()
        func offers(_ line: String) throws -> Set<String> { try place.offers("fleet-telemetry \(line)", in: shell) }

        #expect(try offers("ser") == ["serve"])
        #expect(try offers("").isSuperset(of: ["serve", "certs", "config", "spool", "help"]))
        #expect(try offers("config ") == ["check", "schema", "example", "migrate"])
        #expect(try offers("dead-letters dr") == ["drop"])
        #expect(try offers("serve --con").contains { $0.hasPrefix("--config") })
        #expect(try !offers("serve --").contains { $0.hasPrefix("--json") })
        #expect(try offers("simulate --scenario ") == ["drive", "charge", "park", "mixed"])
        #expect(try offers("simulate --scenario dr") == ["drive"])
        #expect(try offers("simulate --rate 1 --scenario pa") == ["park"])
        #expect(try offers("simulate --scenario=dr").contains { $0.hasSuffix("drive") })
        #expect(try offers("completions f") == ["fish"])
        #expect(try offers("serve --config ser") == ["server.json"])
        #expect(try offers("config check ser") == ["server.json"])
        #expect(try offers("config check my").map { $0.replacing("\\", with: "") } == ["my notes.txt"])
        let folders = try offers("simulate --certs ").map { $0.replacing("\\", with: "") }
        #expect(folders == ["demo dir"])
        // A text has nothing to offer, files least of all.
        #expect(try offers("certs demo --vin ").isEmpty)
    }

    @Test(arguments: Shell.allCases)
    func `what was given once is not offered again, unless it may be repeated`(_ shell: Shell) throws {
        let place = try Place()
        let line = "fleet-telemetry certs demo --out x --vin A --"
        let offers = try place.offers(line, in: shell).map { $0.split(separator: "=")[0] }
        #expect(offers.contains("--host"))
        #expect(offers.contains("--vin"))
        // fish offers all options of a command.
        if shell != .fish { #expect(!offers.contains("--out")) }
    }

    @Test func `the manual page is set without a complaint`() throws {
        let page = try Child.run(["man"])
        #expect(page.code == 0)
        let input = Array(page.output.utf8)
        #expect(input.allSatisfy { $0 < 0x80 })
        let complaints = try Tool.run("groff -ww -man -Tutf8 > /dev/null", input: input)
        #expect(complaints.status == 0)
        #expect(complaints.output.isEmpty, "\(complaints.output)")
        let read = try Tool.run("MANWIDTH=100 man --warnings -l - | col -b", input: input)
        #expect(read.status == 0)
        for section in ["NAME", "SYNOPSIS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES"] {
            #expect(read.output.contains("\n\(section)\n"))
        }
        for command in ListedCommand.all where !command.specification.isGroup {
            #expect(read.output.contains("\n   \(command.testDescription)\n"), "\(command.testDescription)")
        }
        // Options can be copied: their dashes are dashes.
        #expect(read.output.contains("fleet-telemetry serve --config server.json"))
    }
}
