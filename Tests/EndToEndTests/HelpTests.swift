import CommandLineInterface
import Foundation
import Testing
@testable import fleet_telemetry

/// A command of the program with the names that lead to it.
struct ListedCommand: Sendable, CustomTestStringConvertible {
    let names: [String]
    let specification: CommandSpecification

    var testDescription: String { names.joined(separator: " ") }

    /// Every command and every group.
    static let all = list(Program.specification, under: [])

    private static func list(_ specification: CommandSpecification, under names: [String]) -> [ListedCommand] {
        specification.subcommands.flatMap { inner in
            let path = names + [inner.name]
            return [ListedCommand(names: path, specification: inner)] + list(inner, under: path)
        }
    }
}

struct HelpTests {
    @Test func `help comes at once`() throws {
        let times = try (0..<5).map { _ in
            let clock = ContinuousClock()
            return try clock.measure {
                let (code, output, _) = try Child.run(["--help"])
                #expect(code == 0)
                #expect(output.contains("Usage: fleet-telemetry COMMAND"))
            }
        }
        // 10 ms on a quiet machine. The best of five and wide, as other tests run beside this one, and sanitizers
        // take their time: what this finds is help that does something else first.
        #expect(try #require(times.min()) < .seconds(2))
    }

    @Test(arguments: ListedCommand.all)
    func `every command explains itself`(_ command: ListedCommand) throws {
        let (code, output, error) = try Child.run(command.names + ["--help"])
        #expect(code == 0)
        #expect(error.isEmpty)
        #expect(output.contains("Usage: fleet-telemetry \(command.names.joined(separator: " "))"))
        #expect(output.contains("\nExample"))
        for option in command.specification.options { #expect(output.contains("  --\(option.name)")) }
        if !command.specification.isGroup { #expect(output.contains("\nExit codes: 0 ")) }
        // Examples are there to be copied, so they stand on one line however long they are.
        let prose = output.split(separator: "\n").filter { !$0.hasPrefix("  fleet-telemetry ") }
        #expect(prose.allSatisfy { $0.count <= 120 })
    }

    @Test(arguments: ListedCommand.all)
    func `the examples of every command are good command lines of it`(_ command: ListedCommand) throws {
        #expect(!command.specification.examples.isEmpty)
        for example in command.specification.examples {
            // What a shell would take for itself: pipes before and behind, and files to write to.
            let pieces = example.line.split(separator: "|").map { $0.split(separator: ">")[0] }
            let own = try #require(pieces.first { $0.contains("fleet-telemetry ") && !$0.hasPrefix(" man ") })
            let words = own.split(separator: " ").map(String.init).filter { !$0.hasPrefix("/bin/") }
            let start = try #require(words.firstIndex(of: "fleet-telemetry"))
            let arguments = words[(start + 1)...].map { $0.trimmingCharacters(in: ["'", "\""]) }
            guard case .run(let parsed) = try CommandLineParser(program: Program.specification).parse(arguments) else {
                Issue.record("\(example.line) runs nothing")
                continue
            }
            #expect(parsed.path.names.starts(with: command.names), "\(example.line)")
        }
    }

    @Test(arguments: ListedCommand.all)
    func `shells complete files and folders where a command takes some`(_ command: ListedCommand) {
        for argument in command.specification.arguments {
            switch argument.name {
            case "FILE": #expect(argument.kind == .file)
            case "DIR": #expect(argument.kind == .folder)
            default: #expect(argument.kind != .file && argument.kind != .folder)
            }
        }
        for option in command.specification.options {
            switch option.value.placeholder {
            case "FILE", "PATH": #expect(option.value.kind == .file, "--\(option.name)")
            case "DIR": #expect(option.value.kind == .folder, "--\(option.name)")
            default: #expect(option.value.kind != .file && option.value.kind != .folder, "--\(option.name)")
            }
        }
    }

    @Test func `an option of one name takes the same thing in every command`() {
        var seen: [String: (option: OptionSpecification, command: String)] = [:]
        for command in ListedCommand.all {
            for option in command.specification.options {
                let place = command.testDescription
                #expect(option.name.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(place): --\(option.name)")
                guard let first = seen[option.name] else {
                    seen[option.name] = (option, place)
                    continue
                }
                // A result may be a file or a folder; where it is written is what --out says everywhere.
                guard option.name != "out" else { continue }
                #expect(kind(option) == kind(first.option), "--\(option.name) of \(place) and of \(first.command)")
            }
        }
    }

    /// What may follow it; ranges and the words of a choice may differ.
    private func kind(_ option: OptionSpecification) -> String {
        switch option.value {
        case .flag: "nothing"
        case .choice: "a choice"
        case .text(let name): "text \(name)"
        case .file(let name): "file \(name)"
        case .folder(let name): "folder \(name)"
        case .integer(_, let name): "whole number \(name)"
        case .decimal(_, let name): "number \(name)"
        }
    }

    @Test(arguments: ListedCommand.all.filter { !$0.specification.isGroup })
    func `an unknown option is refused with a suggestion, a repeated one with a word`(_ command: ListedCommand) throws {
        // What monitoring systems start says that nothing could be found out.
        let misuse: Int32 = command.specification.exits == .monitoring ? 3 : 2
        let unknown = try Child.run(command.names + ["--hepl"])
        #expect(unknown.code == misuse)
        #expect(unknown.error.contains("there is no option --hepl; did you mean --help?"))
        for option in command.specification.options where !option.isRepeatable && option.value == .flag {
            let repeated = try Child.run(command.names + ["--\(option.name)", "--\(option.name)"])
            #expect(repeated.code == misuse)
            #expect(repeated.error.contains("--\(option.name) is given more than once; give it once"))
        }
    }

    @Test func `the version is told`() throws {
        let (code, output, _) = try Child.run(["--version"])
        #expect(code == 0)
        #expect(output.wholeMatch(of: /fleet-telemetry \d+\.\d+\.\d+\n/) != nil)
    }

    @Test func `exit codes stand in one table, which help, manual page and README show`() throws {
        let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
        #expect(try String(contentsOf: readme, encoding: .utf8).contains(ExitTable.standard.markdown))
        let help = try Child.run(["--help"]).output
        let page = try Child.run(["man"]).output
        for row in ExitTable.standard.rows {
            #expect(help.contains("\n  \(row.code)  \(row.meaning)\n"))
            #expect(page.contains(".TP\n\\fB\(row.code)\\fR\n\(row.meaning)\n"))
        }
    }
}
