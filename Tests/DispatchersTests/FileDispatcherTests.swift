import Dispatchers
import Dispatching
import Foundation
import LinuxSystem
import RecordEncoding
import Synchronization
import TelemetryModel
import Testing

@Suite struct FileDispatcherTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func dispatcher(_ path: String) -> FileDispatcher {
        var settings = FileSettings()
        settings.path = path
        return FileDispatcher(settings, encodingMode: .standard)
    }

    @Test func `each record becomes one line, in order`() async throws {
        let path = directory.file("records.jsonl")
        let dispatcher = dispatcher(path)
        try await dispatcher.open()
        let records = TestRecords.records(0..<100)
        for half in [records[..<60], records[60...]] {
            let batch = RecordBatch(Array(half))
            #expect(await dispatcher.deliver(batch).outcomes.allSatisfy { $0 == .delivered })
        }
        await dispatcher.close()
        await dispatcher.close()
        let expected = records.map { String(decoding: FileLine.encode($0, mode: .standard), as: UTF8.self) }
        #expect(try lines(of: path) == expected)
    }

    @Test func `the file is private, and keeps nothing reserved when it is closed`() async throws {
        let path = directory.file("records.jsonl")
        let dispatcher = dispatcher(path)
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<3)))
        await dispatcher.close()
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_blocks * 512 <= 65_536)
    }

    @Test func `an existing file is continued, and a torn last line gets its newline`() async throws {
        let path = directory.file("records.jsonl")
        try "{\"txid\":\"txid-7\"}\n{\"half".write(toFile: path, atomically: false, encoding: .utf8)
        let dispatcher = dispatcher(path)
        try await dispatcher.open()
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<1)))
        await dispatcher.close()
        let lines = try lines(of: path)
        #expect(lines.prefix(2) == ["{\"txid\":\"txid-7\"}", "{\"half"])
        #expect(try sequences(Array(lines.dropFirst(2))) == [0])
    }

    @Test func `a deleted file is made again`() async throws {
        let path = directory.file("records.jsonl")
        let dispatcher = dispatcher(path)
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<2)))
        try FileManager.default.removeItem(atPath: path)
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(2..<4)))
        await dispatcher.close()
        #expect(try sequences(lines(of: path)) == [2, 3])
    }

    @Test func `a file that was moved away or replaced is left alone`() async throws {
        let path = directory.file("records.jsonl")
        let dispatcher = dispatcher(path)
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<2)))
        try FileManager.default.moveItem(atPath: path, toPath: directory.file("first"))
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(2..<4)))
        try FileManager.default.moveItem(atPath: path, toPath: directory.file("second"))
        try "".write(toFile: path, atomically: true, encoding: .utf8)
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(4..<6)))
        await dispatcher.close()
        #expect(try sequences(lines(of: directory.file("first"))) == [0, 1])
        #expect(try sequences(lines(of: directory.file("second"))) == [2, 3])
        #expect(try sequences(lines(of: path)) == [4, 5])
    }

    @Test func `a directory that is missing is waited for, and nothing is lost`() throws {
        let path = directory.file("later/records.jsonl")
        let bench = try DispatcherBench(dispatcher(path))
        bench.route.submit(TestRecords.records(0..<10))
        let failure = bench.waitForFailure()
        #expect(failure.code == .unreachable)
        #expect(failure.detail.contains(path) && failure.detail.contains("No such file or directory"))
        try FileManager.default.createDirectory(atPath: directory.file("later"), withIntermediateDirectories: false)
        #expect(bench.waitForAcks(10) == Array(0..<10))
        bench.drain()
        #expect(try sequences(lines(of: path)) == Array(0..<10))
    }

    @Test func `a directory that is deleted under load and comes back loses nothing that was not deleted`() throws {
        let folder = directory.file("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let bench = try DispatcherBench(dispatcher("\(folder)/records.jsonl"))
        bench.route.submit(TestRecords.records(0..<10))
        _ = bench.waitForAcks(10)
        try FileManager.default.moveItem(atPath: folder, toPath: directory.file("moved"))
        bench.route.submit(TestRecords.records(10..<20))
        _ = bench.waitForFailure()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        _ = bench.waitForAcks(20)
        bench.drain()
        #expect(try sequences(lines(of: directory.file("moved/records.jsonl"))) == Array(0..<10))
        #expect(try sequences(lines(of: "\(folder)/records.jsonl")) == Array(10..<20))
    }

    @Test func `a full disk keeps the records and says so`() throws {
        let bench = try DispatcherBench(dispatcher("/dev/full"))
        bench.route.submit(TestRecords.records(0..<10))
        let failure = bench.waitForFailure()
        #expect(failure.code == .full)
        #expect(failure.detail.contains("/dev/full") && failure.detail.contains("No space left on device"))
        let report = bench.drain(milliseconds: 20)
        #expect(report.lanes.map(\.left) == [10])
        #expect(bench.waitForAcks(0).isEmpty)
    }

    @Test(arguments: ["", "/sys/fleet-telemetry-test", "with\0nul"])
    func `a path that can't be written is a failure with its reason`(path: String) async throws {
        let path = path.isEmpty ? directory.path : path
        let dispatcher = dispatcher(path)
        let failure = await #expect(throws: DispatcherFailure.self) { try await dispatcher.open() }
        #expect(failure?.detail.contains(path) == true)
        #expect(failure?.code == (path.contains("\0") ? .refused : .unwritable))
        let outcome = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<1))).outcomes[0]
        #expect(outcome == .retry(try #require(failure)))
        await dispatcher.close()
    }

    @Test func `a named pipe that nobody reads is unreachable, not a wait for ever`() async throws {
        let path = directory.file("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let dispatcher = dispatcher(path)
        let failure = await #expect(throws: DispatcherFailure.self) { try await dispatcher.open() }
        #expect(failure?.code == .unreachable)
    }

    @Test func `a named pipe whose reader goes away loses nothing that is not acknowledged`() throws {
        let path = directory.file("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let reader = Glibc.open(path, O_RDONLY | O_NONBLOCK)
        let bench = try DispatcherBench(dispatcher(path))
        bench.route.submit(TestRecords.records(0..<3))
        _ = bench.waitForAcks(3)
        Glibc.close(reader)
        bench.route.submit(TestRecords.records(3..<6))
        #expect(bench.waitForFailure().detail.contains(path))
        let next = Glibc.open(path, O_RDONLY | O_NONBLOCK)
        #expect(bench.waitForAcks(6) == Array(0..<6))
        Glibc.close(next)
        bench.drain()
    }

    @Test func `records of a type that this build does not decode are written in base64`() async throws {
        let path = directory.file("records.jsonl")
        let dispatcher = dispatcher(path)
        let record = TestRecords.record(0, type: RecordType(topic: "custom"), content: .opaque)
        #expect(await dispatcher.deliver(RecordBatch([record])).outcomes == [.delivered])
        await dispatcher.close()
        #expect(try lines(of: path)[0].contains(#""payload":{"base64":"AQID"}"#))
    }

    @Test func `a reader that follows the file sees every line whole and once`() throws {
        let path = directory.file("records.jsonl")
        let bench = try DispatcherBench(dispatcher(path), recordLimit: 500)
        let count = 20_000
        let writer = try submit(count, to: bench)
        while bench.waitForAcks(0).isEmpty { usleep(200) }
        let descriptor = Glibc.open(path, O_RDONLY)
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bench.waitForAcks(0).count < count || !chunk.isEmpty {
            let isOver = bench.waitForAcks(0).count == count
            let length = read(descriptor, &chunk, chunk.count)
            text += chunk[..<max(0, length)]
            if isOver, length == 0 { break }
        }
        Glibc.close(descriptor)
        writer.join()
        bench.drain()
        let followed = String(decoding: text, as: UTF8.self)
        #expect(followed.hasSuffix("\n"))
        #expect(try sequences(followed.split(separator: "\n").map(String.init)) == Array(0..<count))
    }

    @Test func `files that are moved away under load hold whole lines, and together every record once`() throws {
        let path = directory.file("records.jsonl")
        let bench = try DispatcherBench(dispatcher(path), recordLimit: 500)
        let count = 20_000
        let writer = try submit(count, to: bench)
        var rotations = 0
        while bench.waitForAcks(0).count < count {
            if rename(path, directory.file("old-\(rotations)")) == 0 { rotations += 1 }
            sched_yield()
        }
        writer.join()
        bench.drain()
        var seen: [Int] = []
        for rotation in 0..<rotations { seen += try sequences(lines(of: directory.file("old-\(rotation)"))) }
        if FileManager.default.fileExists(atPath: path) { seen += try sequences(lines(of: path)) }
        #expect(rotations > 0)
        #expect(seen == Array(0..<count))
    }

    /// Submits like a loop: as long as there is room.
    private func submit(_ count: Int, to bench: DispatcherBench) throws -> LoopThread {
        try LoopThread(name: "loop") {
            for start in stride(from: 0, to: count, by: 50) {
                while !bench.route.hasRoom { usleep(200) }
                bench.route.submit(TestRecords.records(start..<start + 50))
            }
        }
    }
}
