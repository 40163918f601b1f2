import Dispatching
import Foundation
import Glibc
import LinuxSystem
import Observability
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import Dispatchers

@Suite struct FileRotationTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var path: String { directory.file("records.jsonl") }

    private func dispatcher(
        gzip: String? = nil,
        log: Log = .silent,
        _ change: (inout FileSettings) -> Void
    ) -> FileDispatcher {
        var settings = FileSettings()
        settings.path = path
        change(&settings)
        return FileDispatcher(settings, encodingMode: .standard, gzip: gzip, log: log)
    }

    /// Names beside the file, oldest first.
    private func rotated() throws -> [String] {
        try Files.list(directory.path).filter { $0 != "records.jsonl" }
    }

    private func deliver(_ range: Range<Int>, to dispatcher: FileDispatcher) async {
        let report = await dispatcher.deliver(RecordBatch(TestRecords.records(range)))
        #expect(report.outcomes.allSatisfy { $0 == .delivered })
    }

    @Test func `no file is longer than it may be, and together they hold every record once, in order`() async throws {
        let dispatcher = dispatcher { $0.rotation.byteLimit = 2_000 }
        for start in stride(from: 0, to: 300, by: 30) { await deliver(start..<start + 30, to: dispatcher) }
        await dispatcher.close()
        let names = try rotated()
        #expect(names.count > 20)
        var seen: [Int] = []
        for name in names + ["records.jsonl"] {
            let lines = try lines(of: directory.file(name))
            seen += try sequences(lines)
            #expect(lines.reduce(0) { $0 + $1.utf8.count + 1 } <= 2_000)
        }
        #expect(seen == Array(0..<300))
    }

    @Test func `a record that is longer than a file may be has a file of its own`() async throws {
        let dispatcher = dispatcher { $0.rotation.byteLimit = 10 }
        await deliver(0..<3, to: dispatcher)
        await dispatcher.close()
        #expect(try rotated().map { try sequences(lines(of: directory.file($0))) } == [[0], [1]])
        #expect(try sequences(lines(of: path)) == [2])
    }

    @Test func `a file of an earlier day is rotated when the next record comes`() async throws {
        let line = "{\"txid\":\"txid-7\"}\n"
        try line.write(toFile: path, atomically: false, encoding: .utf8)
        let yesterday = Date().addingTimeInterval(-90_000)
        try FileManager.default.setAttributes([.modificationDate: yesterday], ofItemAtPath: path)
        let dispatcher = dispatcher { $0.rotation.age = .seconds(86_400) }
        try await dispatcher.open()
        await deliver(0..<2, to: dispatcher)
        await dispatcher.close()
        #expect(try rotated().map { try sequences(lines(of: directory.file($0))) } == [[7]])
        #expect(try sequences(lines(of: path)) == [0, 1])
    }

    @Test func `the oldest rotated files go, and foreign ones stay`() async throws {
        try "mine".write(toFile: path + ".backup", atomically: false, encoding: .utf8)
        let dispatcher = dispatcher {
            $0.rotation.byteLimit = 10
            $0.rotation.keepFiles = 2
        }
        await deliver(0..<9, to: dispatcher)
        dispatcher.waitForKeeping()
        await dispatcher.close()
        let kept = try rotated().filter { !$0.hasSuffix(".backup") }
        #expect(try kept.map { try sequences(lines(of: directory.file($0))) } == [[6], [7]])
        #expect(Files.exists(path + ".backup"))
    }

    @Test func `a name that has become free is not used again, and a clock that goes back makes no older names`() {
        let moments = RotationMoments()
        #expect([1_000, 1_000, 1_000, 999, 5, 2_000].map(moments.next) == [1_000, 1_001, 1_002, 1_003, 1_004, 2_000])
    }

    @Test func `rotated files are compressed by the system's gzip`() async throws {
        let gzip = try #require(FileDispatcher.systemGzip)
        let dispatcher = dispatcher(gzip: gzip) {
            $0.rotation.byteLimit = 10
            $0.rotation.compresses = true
        }
        await deliver(0..<3, to: dispatcher)
        dispatcher.waitForKeeping()
        await dispatcher.close()
        let names = try rotated()
        #expect(names.allSatisfy { $0.hasSuffix("Z.gz") } && names.count == 2)
        let text = try names.map { try Tool.run("gzip -dc '\(directory.file($0))'").output }.joined()
        #expect(try sequences(text.split(separator: "\n").map(String.init)) == [0, 1])
    }

    @Test func `what an earlier process left half compressed is finished`() async throws {
        let gzip = try #require(FileDispatcher.systemGzip)
        let first = RotatedName.make(path, at: 1_000)
        let second = RotatedName.make(path, at: 2_000)
        try "first\n".write(toFile: first, atomically: false, encoding: .utf8)
        try "half".write(toFile: first + ".gz-partial", atomically: false, encoding: .utf8)
        try "whole".write(toFile: second + ".gz-partial", atomically: false, encoding: .utf8)
        let dispatcher = dispatcher(gzip: gzip) {
            $0.rotation.byteLimit = 1_000_000
            $0.rotation.compresses = true
        }
        try await dispatcher.open()
        dispatcher.waitForKeeping()
        await dispatcher.close()
        #expect(try Tool.run("gzip -dc '\(first).gz'").output == "first\n")
        #expect(try String(contentsOfFile: second + ".gz", encoding: .utf8) == "whole")
        #expect(try rotated().count == 2)
    }

    @Test func `without gzip files stay as they are, with one warning`() async throws {
        let capture = LogCapture()
        let dispatcher = dispatcher(log: Log(level: .info, format: .text, output: .capture(capture))) {
            $0.rotation.byteLimit = 10
            $0.rotation.compresses = true
        }
        await deliver(0..<2, to: dispatcher)
        dispatcher.waitForKeeping()
        await deliver(2..<4, to: dispatcher)
        dispatcher.waitForKeeping()
        await dispatcher.close()
        #expect(capture.lines.count == 1 && capture.lines[0].contains("there is no gzip on this machine"))
        #expect(try rotated().allSatisfy { $0.hasSuffix("Z") })
    }

    @Test func `a directory that takes no new names costs the rotation, not the records`() async throws {
        // The rotated names are longer than file systems take.
        let name = String(repeating: "n", count: 250)
        let dispatcher = dispatcher {
            $0.path = directory.file(name)
            $0.rotation.byteLimit = 10
        }
        await deliver(0..<5, to: dispatcher)
        await dispatcher.close()
        #expect(try sequences(lines(of: directory.file(name))) == [0, 1, 2, 3, 4])
    }

    @Test func `after reopen the next records go to a new file`() async throws {
        let dispatcher = dispatcher { _ in }
        await deliver(0..<2, to: dispatcher)
        try FileManager.default.moveItem(atPath: path, toPath: directory.file("moved"))
        dispatcher.reopen()
        var status = stat()
        #expect(stat(directory.file("moved"), &status) == 0)
        // It let go of the file: the room that was reserved is free.
        #expect(status.st_blocks * 512 <= 65_536)
        await deliver(2..<4, to: dispatcher)
        await dispatcher.close()
        #expect(try sequences(lines(of: directory.file("moved"))) == [0, 1])
        #expect(try sequences(lines(of: path)) == [2, 3])
    }
}
