import ConfigurationSchema
import Dispatching
import Foundation
import LinuxSystem
import TelemetryModel
import Testing

@testable import Dispatchers

@Suite struct FilePatternTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func dispatcher(_ pattern: String, _ change: (inout FileSettings) -> Void = { _ in }) -> FileDispatcher {
        var settings = FileSettings()
        settings.path = directory.file(pattern)
        change(&settings)
        return FileDispatcher(settings, encodingMode: .standard, gzip: FileDispatcher.systemGzip)
    }

    private func record(_ sequence: Int, vin: String = "A", type: RecordType = .vehicleData, hour: Int = 0) -> Record {
        let record = TestRecords.record(sequence, vin: vin, type: type)
        return Record(
            source: record.source,
            sequence: record.sequence,
            type: type,
            receivedAt: UnixMilliseconds(rawValue: 1_795_219_199_123 + Int64(hour) * 3_600_000),
            content: record.content,
            payload: Array(record.payload),
            txid: Array(record.txid)
        )
    }

    private func deliver(_ records: [Record], to dispatcher: FileDispatcher) async -> [DeliveryReport.Outcome] {
        await dispatcher.deliver(RecordBatch(records)).outcomes
    }

    private func sequences(_ path: String) throws -> [Int] {
        try DispatchersTests.sequences(lines(of: directory.file(path)))
    }

    @Test func `each record goes to the file that it names, and directories are made`() async throws {
        let dispatcher = dispatcher("{record_type}/{vin}-{year}-{month}-{day}T{hour}.jsonl")
        try await dispatcher.open()
        let records = [
            record(0), record(1, vin: "B"), record(2), record(3, type: .alerts), record(4, hour: 1), record(5),
        ]
        #expect(await deliver(records, to: dispatcher).allSatisfy { $0 == .delivered })
        await dispatcher.close()
        #expect(try sequences("V/A-2026-11-20T23.jsonl") == [0, 2, 5])
        #expect(try sequences("V/B-2026-11-20T23.jsonl") == [1])
        #expect(try sequences("V/A-2026-11-21T00.jsonl") == [4])
        #expect(try sequences("alerts/A-2026-11-20T23.jsonl") == [3])
        #expect(Files.mode(of: directory.file("V")) == 0o700)
    }

    @Test(arguments: [
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"), ("..", "%2E."), (".", "%2E"), ("", "%"),
        ("a\n\0b", "a%0A%00b"),
        ("/etc", "%2Fetc"), ("ü%", "%C3%BC%25"), ("5YJ3E1EA7LF000001", "5YJ3E1EA7LF000001"), ("a.b_c-d", "a.b_c-d"),
    ])
    func `a VIN stays one harmless component of the path`(vin: String, name: String) async throws {
        #expect(FilePathPattern.safe(vin) == name)
        let dispatcher = dispatcher("{vin}/records")
        #expect(await deliver([record(0, vin: vin)], to: dispatcher) == [.delivered])
        await dispatcher.close()
        #expect(try Files.list(directory.path) == [name])
        #expect(try sequences("\(name)/records") == [0])
    }

    @Test func `VINs that are too long for a file name stay apart`() async throws {
        let long = String(repeating: "é", count: 2_000)
        let names = [long, long + "1", long + "2"].map { FilePathPattern.safe($0) }
        #expect(Set(names).count == 3 && names.allSatisfy { $0.utf8.count <= 101 })
        #expect(await deliver([record(0, vin: long)], to: dispatcher("{vin}")) == [.delivered])
    }

    @Test func `no more files are open than may be, and none loses a line`() async throws {
        let dispatcher = dispatcher("{vin}") { $0.openFileLimit = 3 }
        func openFiles() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
                return target?.contains(directory.path.split(separator: "/").last ?? "") == true
            }
        }
        for round in 0..<4 {
            let records = (0..<20).map { record(round * 20 + $0, vin: "VIN\($0)") }
            #expect(await deliver(records, to: dispatcher).allSatisfy { $0 == .delivered })
            #expect(try openFiles() == 3)
        }
        await dispatcher.close()
        #expect(try openFiles() == 0)
        for vin in 0..<20 { #expect(try sequences("VIN\(vin)") == [vin, 20 + vin, 40 + vin, 60 + vin]) }
    }

    @Test func `one file that can't be written holds back its own records only`() async throws {
        try FileManager.default.createDirectory(atPath: directory.file("B"), withIntermediateDirectories: false)
        let dispatcher = dispatcher("{vin}")
        let outcomes = await deliver([record(0), record(1, vin: "B"), record(2)], to: dispatcher)
        #expect(outcomes[0] == .delivered && outcomes[2] == .delivered)
        let failure = try #require(outcomes[1].failure)
        #expect(failure.code == .unwritable && failure.detail.contains("{vin}: Is a directory"))
        await dispatcher.close()
        #expect(try sequences("A") == [0, 2])
    }

    @Test func `the directory before the first placeholder is waited for and never made`() async throws {
        let dispatcher = dispatcher("missing/{vin}/{day}")
        let failure = await #expect(throws: DispatcherFailure.self) { try await dispatcher.open() }
        #expect(failure?.code == .unreachable && failure?.detail.contains("missing") == true)
        #expect(await deliver([record(0)], to: dispatcher)[0].failure?.code == .unreachable)
        try FileManager.default.createDirectory(atPath: directory.file("missing"), withIntermediateDirectories: false)
        try await dispatcher.open()
        #expect(await deliver([record(0)], to: dispatcher) == [.delivered])
        await dispatcher.close()
        #expect(try sequences("missing/A/20") == [0])
    }

    @Test func `files of an hour that is over are closed and compressed`() async throws {
        let dispatcher = dispatcher("{hour}.jsonl") { $0.rotation.compresses = true }
        #expect(await deliver([record(0)], to: dispatcher) == [.delivered])
        #expect(await deliver([record(1, hour: 1)], to: dispatcher) == [.delivered])
        dispatcher.waitForKeeping()
        await dispatcher.close()
        let names = try Files.list(directory.path)
        #expect(names.count == 2 && names[0] == "00.jsonl")
        #expect(names[1].hasPrefix("23.jsonl.") && names[1].hasSuffix("Z.gz"))
    }

    @Test(arguments: [
        ("/a/{vin}/b", nil), ("/a/../b", nil), ("/a", nil), ("/a/{VIN}", "did you mean {vin}?"),
        ("/a/{foo}", "the placeholders are {vin}"), ("/a/{vin", "a { without its }"), ("/a/vin}", "a } without its {"),
        ("/a/{vin}/../../b", "must not contain \"..\""), ("../{vin}", "must not contain \"..\""),
        ("/a/{vin}/", "ends with /"), ("/a\nb", "control character"),
    ])
    func `paths are checked`(path: String, words: String?) throws {
        let complaint = FilePathPattern(path).complaint
        guard let words else {
            #expect(complaint == nil)
            return
        }
        let found = try #require(complaint)
        #expect("\(found.problem); \(found.remedy)".contains(words))
    }
}
