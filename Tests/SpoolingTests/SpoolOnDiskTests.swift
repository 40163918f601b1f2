import LinuxSystem
import Synchronization
import TelemetryModel
import Testing

@testable import Spooling

private func diskSettings(_ directory: String) -> SpoolSettings {
    var settings = SpoolSettings(directory: directory)
    settings.segmentBytes = 64 << 10
    settings.cursorSaveMilliseconds = 5
    return settings
}

private final class Numbers: Sendable {
    private let numbers = Mutex<[Int]>([])

    var all: [Int] { numbers.withLock { $0 } }
    var count: Int { numbers.withLock { $0.count } }

    func add(_ more: [Int]) { numbers.withLock { $0 += more } }
}

/// Reads and delivers on a thread of its own until so many records came.
private func follow(_ name: String, _ spool: Spool, until count: Int) throws -> (thread: LoopThread, numbers: Numbers) {
    let bell = ThreadSignal()
    let numbers = Numbers()
    let cursor = try #require(spool.cursor(for: name) { bell.raise() })
    let thread = try LoopThread(name: "read-\(name)") {
        while numbers.count < count {
            guard let batch = try? cursor.read(recordLimit: 50, byteLimit: 1 << 20) else {
                bell.wait(until: MonotonicTime.now.adding(milliseconds: 2_000))
                continue
            }
            numbers.add(batch.records.map { number(of: $0) ?? -1 })
            cursor.advance(past: batch)
        }
    }
    return (thread, numbers)
}

@Suite struct SpoolOnDiskTests {
    @Test func `threads write, two cursors read along, and everything comes once, in each thread's order`() throws {
        let directory = try TemporaryDirectory(prefix: "spool-test")
        let spool = try Spool(diskSettings(directory.path + "/deep/spool"), dispatchers: ["a", "b"])
        try spool.start()
        let outcomes = Outcomes()
        let writers = try (0..<4).map { thread in
            try LoopThread(name: "test-\(thread)") {
                for step in 0..<150 {
                    let numbers = [thread * 10_000 + 2 * step, thread * 10_000 + 2 * step + 1]
                    if step % 10 == 9 {
                        let range = try? spool.append(numbers.map { record($0) })
                        outcomes.all.withLock { $0.append((numbers, range.map { .success($0) } ?? .failure(.closed))) }
                    } else {
                        spool.submit(numbers.map { record($0) }, completion: outcomes.note(numbers))
                    }
                }
            }
        }
        let near = try follow("a", spool, until: 1_200)
        let far = try follow("b", spool, until: 1_200)
        for thread in writers + [near.thread, far.thread] { thread.join() }
        spool.close()
        #expect(outcomes.durable.count == 1_200)
        for numbers in [near.numbers.all, far.numbers.all] {
            for thread in 0..<4 {
                let own = numbers.filter { $0 / 10_000 == thread }
                #expect(own == Array(thread * 10_000..<thread * 10_000 + 300))
            }
        }
        #expect(Files.mode(of: directory.path + "/deep/spool/a.cursor") == 0o600)

        let again = try Spool(diskSettings(directory.path + "/deep/spool"), dispatchers: ["a", "b"])
        #expect(again.findings.isEmpty)
        #expect(again.lag(of: "a")?.records == 0)
        #expect(try again.drain("b") == [])
        again.close()
    }

    @Test func `a directory belongs to one spool at a time`() throws {
        let directory = try TemporaryDirectory(prefix: "spool-test")
        let spool = try Spool(diskSettings(directory.path), dispatchers: [])
        let error = #expect(throws: SpoolOpeningError.self) {
            _ = try Spool(diskSettings(directory.path), dispatchers: [])
        }
        #expect(error?.reason == .inUse(by: Int(ProcessID.own)))
        #expect("\(error!)".contains("stop the other server"))
        #expect(throws: SpoolOpeningError.self) { try SpoolCleaner(directory: directory.path) }
        spool.close()
        try Spool(diskSettings(directory.path), dispatchers: []).close()
    }

    @Test func `an unusable directory is told with its path, the reason and what to do`() throws {
        let directory = try TemporaryDirectory(prefix: "spool-test")
        try Files.write([1], to: directory.path + "/file", mode: 0o600)
        let error = #expect(throws: SpoolOpeningError.self) {
            _ = try Spool(diskSettings(directory.path + "/file/spool"), dispatchers: [])
        }
        #expect(error?.path == directory.path + "/file/spool")
        #expect("\(error!)".contains("Not a directory"))
        #expect("\(error!)".contains("make spool.directory a directory"))
    }

    @Test func `real files cut and damaged after a crash are repaired`() throws {
        let directory = try TemporaryDirectory(prefix: "spool-test")
        for round in 0..<20 {
            let path = "\(directory.path)/\(round)"
            var settings = diskSettings(path)
            settings.segmentBytes = 2_000
            let spool = try Spool(settings, dispatchers: ["a"])
            for number in 0..<20 { _ = spool.write([record(number, length: 100)]) }
            // The process is gone: nothing is closed, and the lock goes with it.
            spool.storage.release()
            let names = try Files.list(path).filter { $0.hasSuffix(".segment") }
            let last = "\(path)/\(try #require(names.last))"
            let size = try PositionedFile(path: last, .reading).size()
            try PositionedFile(path: last, .writing).write([UInt8](repeating: 9, count: 7 * round).span, at: size)
            let again = try Spool(settings, dispatchers: ["a"])
            let torn = SpoolFinding.tornTail(segment: names.last ?? "", keptRecords: 0, cutBytes: 7 * round)
            #expect(again.findings.count == (round == 0 ? 0 : 1))
            if case .tornTail(let segment, _, let bytes)? = again.findings.first {
                #expect(SpoolFinding.tornTail(segment: segment, keptRecords: 0, cutBytes: bytes) == torn)
            }
            #expect(try PositionedFile(path: last, .reading).size() == size)
            #expect(try again.drain("a") == Array(0..<20))
            again.close()
        }
    }

    @Test func `files are read and written where asked, and errors name the path`() throws {
        let directory = try TemporaryDirectory(prefix: "spool-test")
        let path = directory.path + "/file"
        let file = try PositionedFile(path: path, .creating(mode: 0o600))
        #expect(file.reserve(0..<10_000) == nil)
        try file.write([1, 2, 3, 4].span, at: 2)
        try file.sync()
        #expect(try file.size() == 6)
        var buffer = [UInt8](repeating: 7, count: 8)
        #expect(try file.read(into: &buffer, 1..<8, at: 0) == 6)
        #expect(buffer == [7, 0, 0, 1, 2, 3, 4, 7])
        #expect(try file.read(into: &buffer, 0..<8, at: 60) == 0)
        try file.cut(to: 3)
        #expect(try file.size() == 3)
        let exists = #expect(throws: SystemCallError.self) {
            _ = try PositionedFile(path: path, .creating(mode: 0o600))
        }
        #expect(exists?.code == SystemCallError.exists)
        #expect(exists?.subject == path)
        #expect(throws: SystemCallError.self) { _ = try PositionedFile(path: directory.path + "/no", .reading) }
        #expect(throws: SystemCallError.self) { _ = try PositionedFile(path: "a\u{0}b", .reading) }
        #expect(throws: SystemCallError.self) { try PositionedFile(path: directory.path, .reading).size() }
        let handle = try DirectoryHandle(path: directory.path)
        try handle.rename("file", to: "other")
        try handle.sync()
        #expect(try Files.list(directory.path) == ["other"])
        try handle.remove("other")
        try handle.remove("other")
        #expect(try Files.list(directory.path) == [])
        #expect((handle.freeBytes ?? 0) > 0)
    }
}

private enum ProcessID {
    static var own: Int32 {
        // The first number in /proc/self/stat.
        let bytes = (try? Files.read("/proc/self/stat", limitBytes: 4_096)) ?? []
        return Int32(String(decoding: bytes.prefix { $0 != 32 }, as: UTF8.self)) ?? 0
    }
}
