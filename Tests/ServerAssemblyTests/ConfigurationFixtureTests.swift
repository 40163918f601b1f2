import ConfigurationSchema
import Foundation
import ServerAssembly
import Testing
import TelemetryFixtures

/// Every file of `Fixtures/bad-configs` and `Fixtures/configurations` against the lines that belong to it.
///
/// With `UPDATE_CONFIGURATION_FIXTURES=1` in the environment the lines are written anew, to be read before they are
/// kept.
struct ConfigurationFixtureTests {
    static func names(in folder: String, ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Fixtures.url(folder).path)
            .filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
    }

    static func load(_ path: String) throws -> LoadedConfiguration {
        ServerConfiguration.read(Array(try Data(contentsOf: Fixtures.url(path))), environment: [:])
    }

    static func lines(_ loaded: LoadedConfiguration, of name: String) -> [String] {
        ConfigurationReport(fileName: name, findings: loaded.findings).lines
    }

    static func compare(_ lines: [String], with path: String) throws {
        let url = Fixtures.url(path)
        let text = lines.map { $0 + "\n" }.joined()
        if ProcessInfo.processInfo.environment["UPDATE_CONFIGURATION_FIXTURES"] != nil {
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOf: url, encoding: .utf8)
        #expect(text == expected, "\(path)")
    }

    @Test func `each bad file gives exactly its own lines`() throws {
        let names = try Self.names(in: "bad-configs", ending: ".json")
        #expect(names.count >= 100)
        for name in names {
            let lines = Self.lines(try Self.load("bad-configs/\(name).json"), of: "\(name).json")
            #expect(!lines.isEmpty, "\(name) is not bad")
            try Self.compare(lines, with: "bad-configs/\(name).txt")
        }
    }

    @Test func `no two bad files are told the same`() throws {
        var seen: [[String]: String] = [:]
        for name in try Self.names(in: "bad-configs", ending: ".json") {
            let findings = try Self.load("bad-configs/\(name).json").findings
            let wording = findings.map { "\($0.position.map(\.description) ?? "") \($0.path): \($0.problem)" }
            #expect(seen[wording] == nil, "\(name) and \(seen[wording] ?? "")")
            seen[wording] = name
        }
    }

    @Test func `every finding says why and what next`() throws {
        for name in try Self.names(in: "bad-configs", ending: ".json") {
            for finding in try Self.load("bad-configs/\(name).json").findings {
                #expect(!finding.problem.isEmpty && !finding.remedy.isEmpty, "\(name)")
                #expect(finding.reason.last.map { ".}".contains($0) } == true, "\(name): \(finding.reason)")
                #expect(!finding.problem.hasSuffix("."), "\(name): \(finding.problem)")
                #expect(!finding.remedy.contains("  "), "\(name): \(finding.remedy)")
            }
        }
    }

    @Test func `each good file is accepted, with exactly its own warnings`() throws {
        for name in try Self.names(in: "configurations", ending: ".good.json") {
            let loaded = try Self.load("configurations/\(name).good.json")
            #expect(loaded.configuration != nil, "\(name)")
            try Self.compare(
                Self.lines(loaded, of: "\(name).good.json"),
                with: "configurations/\(name).good.txt"
            )
        }
    }

    @Test func `an error leaves no configuration, a warning does`() throws {
        for name in try Self.names(in: "bad-configs", ending: ".json") {
            let loaded = try Self.load("bad-configs/\(name).json")
            #expect((loaded.configuration == nil) == loaded.hasErrors, "\(name)")
        }
    }
}
