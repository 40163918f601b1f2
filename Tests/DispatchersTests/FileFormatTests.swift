import Dispatching
import Foundation
import JSONText
import LinuxSystem
import RecordEncoding
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import Dispatchers

@Suite struct FileFormatTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func dispatcher(_ format: FileSettings.Format, _ change: (inout FileSettings) -> Void = { _ in })
        -> FileDispatcher
    {
        var settings = FileSettings()
        settings.path = directory.file("records")
        settings.format = format
        change(&settings)
        return FileDispatcher(settings, encodingMode: .standard, gzip: nil)
    }

    @Test func `flat lines have one member per field`() async throws {
        let dispatcher = dispatcher(.flat)
        let alerts = TestRecords.record(2, type: .alerts, content: .alerts(VehicleAlerts(alerts: [], vin: "A")))
        _ = await dispatcher.deliver(RecordBatch([TestRecords.record(1), alerts]))
        await dispatcher.close()
        let head = #"{"vin":"5YJ3E1EA7LF000001","record_type":"#
        let received = #""received_at":"2023-11-14T22:13:20.123Z""#
        #expect(
            try lines(of: directory.file("records")) == [
                head + #""V","created_at":"2023-11-14T22:13:20.000Z",\#(received),"VehicleSpeed":0.5}"#,
                head + #""alerts","created_at":null,\#(received),"payload":{"alerts":[],"createdAt":null,"vin":"A"}}"#,
            ]
        )
    }

    @Test func `protobuf messages are read by protoc`() async throws {
        let dispatcher = dispatcher(.protobuf)
        let records = TestRecords.records(0..<200)
        for half in [records[..<90], records[90...]] {
            _ = await dispatcher.deliver(RecordBatch(Array(half)))
        }
        await dispatcher.close()
        let frames = try frames(in: directory.file("records"))
        #expect(frames.count == 200)
        let proto = """
            syntax = "proto3"; message FileRecord { string vin = 1; string record_type = 2; bytes txid = 3;
            int64 received_at = 4; string device_client_version = 5; bytes payload = 6; }
            """
        try proto.write(toFile: directory.file("file.proto"), atomically: false, encoding: .utf8)
        try Data(frames[199]).write(to: URL(fileURLWithPath: directory.file("message")))
        let command = "protoc-c --decode=FileRecord -I\(directory.path) file.proto < \(directory.file("message"))"
        let text = try Tool.run(command).output
        #expect(text.contains(#"vin: "5YJ3E1EA7LF000001""#) && text.contains(#"txid: "txid-199""#))
        #expect(text.contains("received_at: 1700000000123") && text.contains(#"payload: "\001\002\003""#))
    }

    @Test func `a file of messages that ends in the middle of one is put aside, at every byte`() async throws {
        let whole = dispatcher(.protobuf)
        _ = await whole.deliver(RecordBatch(TestRecords.records(0..<2)))
        await whole.close()
        let path = directory.file("records")
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
        let ends = [0, bytes.count / 2, bytes.count]
        for cut in 0...bytes.count {
            for name in try Files.list(directory.path) { try Files.remove(directory.file(name)) }
            try Data(bytes[..<cut]).write(to: URL(fileURLWithPath: path))
            let dispatcher = dispatcher(.protobuf)
            _ = await dispatcher.deliver(RecordBatch(TestRecords.records(5..<6)))
            await dispatcher.close()
            let isWhole = ends.contains(cut)
            #expect(try Files.list(directory.path).count == (isWhole ? 1 : 2), "cut at \(cut)")
            #expect(try frames(in: path).count == (isWhole ? ends.firstIndex(of: cut)! + 1 : 1), "cut at \(cut)")
        }
    }

    @Test func `the disk keeps a batch before it counts, where fsync says so`() async throws {
        let dispatcher = dispatcher(.protojson) { $0.syncing = .batch }
        let report = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<3)))
        #expect(report.outcomes.allSatisfy { $0 == .delivered })
        await dispatcher.close()
        #expect(try sequences(lines(of: directory.file("records"))) == [0, 1, 2])
    }

    private func frames(in path: String) throws -> [[UInt8]] {
        var rest = [UInt8](try #require(FileManager.default.contents(atPath: path)))[...]
        var frames: [[UInt8]] = []
        while !rest.isEmpty {
            var length = 0
            var shift = 0
            while let byte = rest.popFirst() {
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            try #require(length <= rest.count)
            frames.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return frames
    }
}
