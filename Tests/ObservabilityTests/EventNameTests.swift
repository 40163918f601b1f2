import Foundation
@testable import Observability
import Testing

/// Rules about the table of event names, and about everything that the sources log.
@Suite struct EventNameTests {
    private struct Entry {
        var property: String
        var level: String
        var isLimited: Bool
        var hasSymptom: Bool
    }

    private static let sources = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    /// The table, by event text.
    private static func table() throws -> [String: Entry] {
        let text = try String(contentsOf: sources.appending(path: "Observability/EventName.swift"), encoding: .utf8)
        var table: [String: Entry] = [:]
        let pattern = /static let (\w+) =\s*EventName\(\s*"([^"]*)",\s*\.(\w+)(,\s*isLimited: true)?(,\s*\.\w+)?\s*\)/
        for match in text.matches(of: pattern) {
            let name = String(match.2)
            #expect(table[name] == nil, "\(name) is there twice")
            #expect(name.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil, "\(name)")
            table[name] = Entry(
                property: String(match.1),
                level: String(match.3),
                isLimited: match.4 != nil,
                hasSymptom: match.5 != nil
            )
        }
        return table
    }

    /// All sources but the table itself, by path.
    private static func texts() throws -> [String: String] {
        var texts: [String: String] = [:]
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        while let url = files?.nextObject() as? URL {
            guard url.pathExtension == "swift", url.lastPathComponent != "EventName.swift" else { continue }
            texts[url.path] = try String(contentsOf: url, encoding: .utf8)
        }
        return texts
    }

    @Test func `every event says what it means`() throws {
        let text = try String(
            contentsOf: Self.sources.appending(path: "Observability/EventName.swift"),
            encoding: .utf8
        )
        let lines = text.components(separatedBy: "\n")
        for (index, line) in lines.enumerated() where line.contains("package static let") {
            #expect(lines[index - 1].contains("///"), "\(line) has no comment")
        }
        #expect(try Self.table().count > 35)
    }

    @Test func `every event that is logged anywhere is in the table, at its level`() throws {
        let table = try Self.table()
        var found = 0
        for (path, text) in try Self.texts() {
            for match in text.matches(of: /[lL]og\??\.(debug|info|warning|error)\(\s*"([^"]*)"/) {
                found += 1
                let entry = try #require(table[String(match.2)], "\(path): \(match.2) is not in EventName")
                #expect(entry.level == match.1 && !entry.isLimited, "\(path): \(match.2)")
            }
            for match in text.matches(of: /[lL]og\??\.limited\(\s*\.(\w+),\s*"([^"]*)"/) {
                found += 1
                let entry = try #require(table[String(match.2)], "\(path): \(match.2) is not in EventName")
                #expect(entry.level == match.1 && entry.isLimited, "\(path): \(match.2)")
            }
        }
        #expect(found > 0)
    }

    /// By a name of its own a line has no `code`, whatever the table says.
    @Test func `warnings and errors are logged by the event, which has the code`() throws {
        let byName = /[lL]og\??\.(?:(?:warning|error)\(|limited\(\s*\.(?:warning|error),)\s*"([^"]*)"/
        for (path, text) in try Self.texts() {
            for match in text.matches(of: byName) {
                Issue.record("\(path): \(match.1) is logged without its code")
            }
        }
    }

    @Test func `every warning and every error can be explained`() throws {
        for (name, entry) in try Self.table() where ["warning", "error"].contains(entry.level) {
            // Each handshake fails in a way of its own, and says which.
            #expect(entry.hasSymptom || name == "tls_handshake_failed", "\(name)")
        }
    }

    @Test func `no event of the table is never logged`() throws {
        let texts = try Self.texts().values
        for (name, entry) in try Self.table() {
            let isUsed = texts.contains { $0.contains("\"\(name)\"") || $0.contains(".\(entry.property)") }
            #expect(isUsed, "\(name)")
        }
    }
}
