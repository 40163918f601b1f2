import Foundation
import TelemetryFixtures
import Testing

/// The page of differences, held against what it names.
struct DifferencesPageTests {
    private struct Row {
        var number: Int
        var suites: [String]
    }

    private static func rows() throws -> [Row] {
        let page = Fixtures.repository.appending(path: "Sources/FleetTelemetry/FleetTelemetry.docc/Differences.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 8, let number = Int(cells[1]) else { return nil }
            return Row(number: number, suites: cells[6].matches(of: /`(\w+Tests)`/).map { String($0.1) })
        }
    }

    @Test func `numbers are given once and without gaps`() throws {
        let numbers = try Self.rows().map(\.number)
        #expect(numbers.sorted() == Array(1...numbers.count))
        #expect(numbers.count >= 36)
    }

    @Test func `each difference names a test that exists`() throws {
        var sources = ""
        let files = FileManager.default.enumerator(
            at: Fixtures.repository.resolvingSymlinksInPath().appending(path: "Tests"),
            includingPropertiesForKeys: nil
        )
        while let url = files?.nextObject() as? URL {
            if url.pathExtension == "swift" { sources += try String(contentsOf: url, encoding: .utf8) }
        }
        for row in try Self.rows() {
            // MQTT belongs to a dispatcher that is not built yet.
            #expect(!row.suites.isEmpty || row.number == 13, "\(row.number)")
            for suite in row.suites { #expect(sources.contains("struct \(suite)"), "\(row.number): \(suite)") }
        }
    }

    @Test func `each excuse of the corpus is on the page`() throws {
        let numbers = Set(try Self.rows().map(\.number))
        for area in Corpus.frameAreas {
            for item in try Corpus.cases(area) {
                for isReferenceCompatible in [true, false] {
                    guard let excuse = Excuses.find(area, item.name, isReferenceCompatible) else { continue }
                    #expect(numbers.contains(excuse.difference), "\(area)/\(item.name)")
                }
            }
        }
    }
}
