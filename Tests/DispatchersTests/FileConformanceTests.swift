import DispatcherConformance
import Dispatchers
import Dispatching
import Foundation
import Glibc
import Synchronization
import Testing

@Suite struct FileConformanceTests {
    @Test(arguments: ConformanceScenario.all(for: FileSink.self))
    func `a file on a disk`(scenario: ConformanceScenario) throws {
        try scenario.run(on: FileSink())
    }

    @Test(arguments: ConformanceScenario.all(for: PipeSink.self))
    func `a named pipe`(scenario: ConformanceScenario) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let sink = try PipeSink(reading: open(path, O_RDONLY | O_NONBLOCK)) {
            var settings = FileSettings()
            settings.path = path
            return FileDispatcher(settings, encodingMode: .standard)
        }
        try scenario.run(on: sink)
    }
}

/// A file in a directory that can be taken away.
private final class FileSink: SinkUnderTest {
    static let conditions: Set<SinkCondition> = [.up, .down]

    private let directory: TemporaryDirectory
    private let folder: String
    private let moved = Mutex<[String]>([])

    init() throws {
        directory = try TemporaryDirectory()
        folder = directory.file("folder")
        try become(.up)
    }

    func makeDispatcher() -> any Dispatcher {
        var settings = FileSettings()
        settings.path = "\(folder)/records.jsonl"
        return FileDispatcher(settings, encodingMode: .standard)
    }

    func become(_ condition: SinkCondition) throws {
        let files = FileManager.default
        if condition == .down {
            try moved.withLock { moved in
                moved.append(directory.file("moved-\(moved.count)"))
                try files.moveItem(atPath: folder, toPath: moved[moved.count - 1])
            }
        } else if !files.fileExists(atPath: folder) {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: false)
        }
    }

    func received() throws -> [SinkRecord] {
        let folders = moved.withLock { $0 } + [folder]
        return try folders.flatMap { folder -> [SinkRecord] in
            guard let data = FileManager.default.contents(atPath: "\(folder)/records.jsonl") else { return [] }
            return try SinkRecord.all(inLines: data)
        }
    }
}

extension SinkRecord {
    /// Of lines as the dispatcher `file` writes them, or the dispatcher `logger`.
    static func all(inLines data: Data) throws -> [SinkRecord] {
        try data.split(separator: 10).map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            let members = object["metadata"] as? [String: Any] ?? object
            return SinkRecord(
                vin: try #require(members["vin"] as? String),
                txid: try #require(members["txid"] as? String)
            )
        }
    }
}
