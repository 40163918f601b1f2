import DispatcherConformance
import Dispatchers
import Dispatching
import Foundation
import Glibc
import LinuxSystem
import Synchronization
import Testing

@Suite struct FileConformanceTests {
    @Test(arguments: ConformanceScenario.all(for: FileSink.self), FileSink.Kind.allCases)
    func `a file on a disk`(scenario: ConformanceScenario, kind: FileSink.Kind) throws {
        try scenario.run(on: FileSink(kind))
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

/// Files in a directory that something happens to.
final class FileSink: SinkUnderTest {
    /// What is written, and what it means to be down.
    enum Kind: String, Sendable, CaseIterable {
        case deletedDirectory, fullDisk, readOnlyDisk, rotation, perVehicle, syncedEachBatch
    }

    static let conditions: Set<SinkCondition> = [.up, .down]

    private let kind: Kind
    private let directory: TemporaryDirectory
    private let folder: String
    private let moved = Mutex<[String]>([])

    init(_ kind: Kind) throws {
        self.kind = kind
        directory = try TemporaryDirectory()
        folder = directory.file("folder")
        try become(.up)
    }

    private var path: String { "\(folder)/records.jsonl" }

    func makeDispatcher() -> any Dispatcher {
        var settings = FileSettings()
        settings.path = kind == .perVehicle ? "\(folder)/{vin}.jsonl" : path
        if kind == .rotation { settings.rotation.byteLimit = 20_000 }
        if kind == .perVehicle { settings.openFileLimit = 2 }
        if kind == .syncedEachBatch { settings.syncing = .batch }
        return FileDispatcher(settings, encodingMode: .standard)
    }

    func become(_ condition: SinkCondition) throws {
        let files = FileManager.default
        guard condition == .down else {
            // A link to where nothing can be written goes; what was written comes from elsewhere.
            if (try? files.destinationOfSymbolicLink(atPath: path)) != nil { try files.removeItem(atPath: path) }
            if !files.fileExists(atPath: folder) {
                try files.createDirectory(atPath: folder, withIntermediateDirectories: false)
            }
            return
        }
        let place = moved.withLock { moved in
            moved.append(directory.file("moved-\(moved.count)"))
            return moved[moved.count - 1]
        }
        let target: String? =
            switch kind {
            case .fullDisk: "/dev/full"
            case .readOnlyDisk: "/sys/fleet-telemetry-test"
            default: nil
            }
        // In one step, so that the dispatcher finds no directory in which it could make a file.
        let next = place + "-next"
        if let target {
            try files.createDirectory(atPath: next, withIntermediateDirectories: false)
            try files.createSymbolicLink(atPath: "\(next)/records.jsonl", withDestinationPath: target)
        }
        try files.moveItem(atPath: folder, toPath: place)
        if target != nil { try files.moveItem(atPath: next, toPath: folder) }
    }

    func received() throws -> [SinkRecord] {
        try (moved.withLock { $0 } + [folder]).flatMap { folder -> [SinkRecord] in
            let names = (try? Files.list(folder)) ?? []
            // The file that is written now comes after those that were rotated.
            let sorted = names.filter { !$0.hasSuffix(".jsonl") } + names.filter { $0.hasSuffix(".jsonl") }
            return try sorted.flatMap { name -> [SinkRecord] in
                let path = "\(folder)/\(name)"
                let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
                guard !isLink, let data = FileManager.default.contents(atPath: path) else { return [] }
                return try SinkRecord.all(inLines: data)
            }
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
