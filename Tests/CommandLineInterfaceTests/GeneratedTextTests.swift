import CommandLineInterface
import TelemetryFixtures
import Testing

/// Scripts and pages of a program with the oddest texts.
struct GeneratedTextTests {
    @Test(arguments: zip(Shell.allCases, ["bash -n", "zsh -n", "fish --no-execute"]))
    func `a shell can read its script whatever the texts hold`(_ shell: Shell, _ check: String) throws {
        let script = CompletionScript(of: Sample.program, for: shell).text
        let outcome = try Tool.run(
            "cat > ./in.$$ && \(check) ./in.$$; code=$?; rm -f ./in.$$; exit $code",
            input: Array(script.utf8)
        )
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.isEmpty)
        #expect(!script.contains("keep"))
    }

    @Test func `bash knows which options may be repeated and what an argument is`() {
        let script = CompletionScript(of: Sample.program, for: .bash).text
        #expect(script.contains("repeatable=\"--vin\""))
        #expect(script.contains("\"/decode\") options=\"--pace --help\"; kind=file ;;"))
        #expect(script.contains("\"/tell\") options=\"--help\"; kind=words; words=\"short long\" ;;"))
        #expect(script.contains("\"/decode --pace\") words=\"\"; kind=words; words=\"slow fast faster\" ;;"))
    }

    @Test func `fish shows a text as it is`() throws {
        let script = CompletionScript(of: Sample.program, for: .fish).text
        let shown = try Tool.run(
            "fish --no-config -c 'source - ; complete -C \"sample decode --pa\"'",
            input: Array(script.utf8)
        )
        #expect(shown.output == "--pace\tIt's a [bracket]: 100% `odd` \\ \"text\"\n")
    }

    @Test func `a manual page says what the texts say`() throws {
        let page = ManualPage(
            of: Sample.program,
            version: "1.2.3",
            environment: [.init("NO_COLOR", "No colours.")],
            files: [.init("/etc/sample", "Settings.")]
        ).text
        let outcome = try Tool.run("groff -ww -man -Tutf8 -P-c | col -bx", input: Array(page.utf8))
        #expect(outcome.status == 0)
        let words = outcome.output.split { $0.isWhitespace }.joined(separator: " ")
        #expect(words.contains(".dots and 'quotes' at the beginning — and a dash."))
        #expect(words.contains("--pace slow|fast|faster It's a [bracket]: 100% `odd` \\ \"text\" (default: none)"))
        #expect(words.contains("sample 1.2.3"))
        #expect(words.contains("Exit status: 0 OK 1 WARNING 2 CRITICAL 3 UNKNOWN"))
    }
}
