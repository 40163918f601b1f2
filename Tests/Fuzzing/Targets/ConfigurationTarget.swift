import ConfigurationSchema
import Foundation
import JSONText
import LinuxSystem
import ServerAssembly
import TelemetryFixtures

/// Configuration files: each is accepted, or refused with a place, a reason and a remedy; what is accepted means the
/// same when it is laid out anew.
final class ConfigurationTarget: FuzzTarget {
    static let name = "configuration"
    static let limitBytes = 3000

    static let words: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "//", "/*", "*/", "\\u0000", "\\ud800", "\\ud83d\\ude00", "null",
            "true", "-1", "0", "1e999", "1.5", "99999999999999999999", "\"port\":", "\"records\":", "\"V\":",
            "[\"file\"]", "\"file\":", "\"path\":", "\"tls\":", "\"kafka\":", "\"reliable_ack_sources\":", "\"5s\"",
            "\"rate_limit\":{\"enabled\":true,\"message_limit\":1}", "\n", "\r", "\u{FEFF}",
        ].map { Array($0.utf8) } + [[0], [0x80], [0xc3], [0xf0, 0x9f]]

    static func seeds() throws -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        for folder in ["configurations", "bad-configs"] {
            let path = Fixtures.url(folder).path
            for name in try Files.list(path).sorted() where name.hasSuffix(".json") {
                // Bad files are many and each has its mistake already; a mutation should often meet a good one.
                let weight = name.hasSuffix(".good.json") ? 40 : 1
                seeds += Array(repeating: try Files.read("\(path)/\(name)", limitBytes: 1 << 20), count: weight)
            }
        }
        return seeds
    }

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        try checkJSON(input)
        let loaded = ServerConfiguration.read(input, environment: [:])
        for finding in loaded.findings {
            guard !finding.problem.isEmpty, !finding.reason.isEmpty, !finding.remedy.isEmpty else {
                throw FuzzFinding("a finding that leaves something out: \(finding)")
            }
            if let position = finding.position, position.line < 1 || position.column < 1 {
                throw FuzzFinding("a finding at \(position)")
            }
        }
        guard (loaded.configuration == nil) == loaded.hasErrors else {
            throw FuzzFinding("refused without an error, or accepted with one")
        }
        try checkReport(loaded.findings)
        try checkMigration(of: input)
        return !loaded.hasErrors
    }

    private func checkJSON(_ input: [UInt8]) throws(FuzzFinding) {
        guard let document = try? JSONReader.read(input, options: .commented) else { return }
        let text = JSONLayout.line(of: document.root)
        guard let again = try? JSONReader.read(text) else { throw FuzzFinding("what was laid out is no JSON: \(text)") }
        guard JSONLayout.line(of: again.root) == text else { throw FuzzFinding("changed when read again: \(text)") }
    }

    private func checkReport(_ findings: [ConfigurationFinding]) throws(FuzzFinding) {
        let report = ConfigurationReport(fileName: "server.json", findings: findings)
        guard (try? JSONReader.read(report.json)) != nil else { throw FuzzFinding("no JSON: \(report.json)") }
        for line in report.lines where line.utf8.contains(where: { $0 < 0x20 }) {
            throw FuzzFinding("a control character reaches the terminal: \(line.debugDescription)")
        }
    }

    private func checkMigration(of input: [UInt8]) throws(FuzzFinding) {
        guard let text = String(validating: input, as: UTF8.self) else { return }
        let migration = ConfigurationMigration(text: text, fileName: "server.json")
        guard !migration.text.isEmpty else { return }
        guard (try? JSONReader.read(migration.commentedText, options: .commented)) != nil else {
            throw FuzzFinding("a migrated file is no JSON: \(migration.commentedText)")
        }
        let again = ConfigurationMigration(text: migration.text, fileName: "server.json")
        guard again.text == migration.text else {
            throw FuzzFinding("a migration changes what it made: \(migration.text) to \(again.text)")
        }
    }
}
