import Foundation
import Testing

/// Rules about the table of event names, checked in its source.
@Suite struct EventNameTests {
    @Test func `every event has a name of its own, in words with underscores, and says what it means`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Observability/EventName.swift")
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        var seen: Set<String> = []
        for (index, line) in lines.enumerated() where line.contains("package static let") {
            let declaration = line + (index + 1 < lines.count ? lines[index + 1] : "")
            let match = try #require(declaration.firstMatch(of: /EventName\("([^"]*)"/), "\(line)")
            let name = String(match.1)
            #expect(name.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil, "\(name)")
            #expect(seen.insert(name).inserted, "\(name) is there twice")
            #expect(lines[index - 1].contains("///"), "\(name) has no comment")
        }
        #expect(seen.count > 40)
    }
}
