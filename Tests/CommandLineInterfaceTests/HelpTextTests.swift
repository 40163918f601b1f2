import CommandLineInterface
import Testing
import TextCodec

struct HelpTextTests {
    private func help(_ line: String) throws -> String {
        guard case .help(let path) = try Sample.parse(line) else { return "" }
        return HelpText(of: path).text
    }

    @Test func `the program's help lists commands and exit codes`() throws {
        let text = try help("--help")
        #expect(text.hasPrefix("A sample.\n\nUsage: sample COMMAND\n\nCommands:\n  serve    Run the receiver\n"))
        #expect(text.contains("  --version  Show the version\n"))
        #expect(text.contains("Exit codes:\n  0  fine\n  1  a problem was found\n  2  wrong usage"))
    }

    @Test func `a command's help shows options with their limits and an example`() throws {
        let text = try help("certs demo --help")
        #expect(text.contains("Usage: sample certs demo --vin VIN… [options]\n"))
        #expect(text.contains("How long it holds (1...3650; default: 30)"))
        #expect(text.contains("A vehicle (required; may be repeated)"))
        #expect(text.contains("Per second (0.1...1000.0; default: as fast as acks allow)"))
        #expect(text.contains("--speed slow|fast|faster"))
        #expect(text.contains("Example:\n  sample certs demo --vin A\n      Makes one.\n"))
    }

    @Test func `a command that runs by itself shows its options and the commands inside`() throws {
        let text = try help("doctor --help")
        #expect(text.contains("Usage: sample doctor [options]\n       sample doctor COMMAND\n"))
        #expect(text.contains("  cert  Look at a certificate\n"))
        #expect(text.contains("  --rsa "))
        #expect(try help("doctor cert --help").contains("Usage: sample doctor cert [WORDS…]\n"))
    }

    @Test func `no line is longer than a hundred columns`() throws {
        for line in ["--help", "serve --help", "certs demo --help", "decode --help"] {
            for row in try help(line).split(separator: "\n") { #expect(row.count <= 100) }
        }
    }

    @Test func `a command says what its exit codes mean, also where they mean something else`() throws {
        #expect(try help("serve --help").contains("\nExit codes: 0 fine; 1 a problem was found; 2 wrong usage"))
        #expect(try help("join --help").contains("\nExit codes: 0 OK; 1 WARNING; 2 CRITICAL; 3 UNKNOWN"))
    }

    @Test func `an older spelling is not shown`() throws {
        #expect(try !help("serve --help").contains("keep"))
    }

    @Test func `titles are bold where colours are wanted, and nothing else differs`() throws {
        guard case .help(let path) = try Sample.parse("certs demo --help") else { return }
        let coloured = HelpText(of: path, style: TextStyle(isColoured: true)).text
        #expect(coloured.contains("\u{1B}[1mUsage:\u{1B}[0m sample certs demo"))
        #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == HelpText(of: path).text)
    }
}
