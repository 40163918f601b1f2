import LinuxSystem
import Testing
@testable import VehicleSimulation

struct RecordingWriterTests {
    private func temporaryPath() -> String { "/tmp/recording-\(UInt64.random(in: 0 ... .max)).jsonl" }

    @Test func `frames of many threads become whole lines, none lost`() throws {
        let path = temporaryPath()
        defer { try? Files.remove(path) }
        let writer = try RecordingWriter(path: path)
        let threads = try (0..<4).map { number in
            try LoopThread(name: "test") {
                for index in 0..<500 {
                    let bytes = [UInt8](repeating: UInt8(number), count: index)
                    writer.record(
                        milliseconds: Int64(index),
                        vin: "VIN\(number)",
                        direction: .incoming,
                        bytes: bytes.span
                    )
                }
            }
        }
        for thread in threads { thread.join() }
        let progress = writer.close()
        #expect(progress == RecordingWriter.Progress(written: 2000, dropped: 0, error: nil))
        #expect(writer.close() == progress)
        let frames = try RecordingReader(Files.read(path, limitBytes: 1 << 24)).map { try $0.get() }
        #expect(frames.count == 2000)
        for number in 0..<4 {
            let own = frames.filter { $0.vin == "VIN\(number)" }
            #expect(own.map(\.milliseconds) == (0..<500).map(Int64.init))
            #expect(own.allSatisfy { $0.bytes.count == Int($0.milliseconds) && $0.bytes.allSatisfy { $0 == number } })
        }
        #expect(Files.mode(of: path) == 0o600)
    }

    @Test func `a recording that is there already goes on`() throws {
        let path = temporaryPath()
        defer { try? Files.remove(path) }
        for _ in 0..<2 {
            let writer = try RecordingWriter(path: path)
            writer.record(milliseconds: 1, vin: "A", direction: .outgoing, bytes: [7].span)
            writer.close()
        }
        #expect(try RecordingReader(Files.read(path, limitBytes: 1000)).map { try $0.get() }.count == 2)
    }

    @Test(arguments: ["{\n  \"port\": 4443\n}\n", "{\"port\": 4443}", "noise"])
    func `nothing is appended to a file that is no recording`(text: String) throws {
        let path = temporaryPath()
        defer { try? Files.remove(path) }
        try Files.write(Array(text.utf8), to: path, mode: 0o600)
        let error = #expect(throws: NoRecordingError.self) { try RecordingWriter(path: path) }
        #expect(error?.description.hasPrefix("\(path): holds something else than a recording (line 1") == true)
        #expect(try Files.read(path, limitBytes: 1000) == Array(text.utf8))
    }

    @Test func `a frame after the end is counted as dropped`() throws {
        let path = temporaryPath()
        defer { try? Files.remove(path) }
        let writer = try RecordingWriter(path: path)
        writer.close()
        writer.record(milliseconds: 1, vin: "A", direction: .incoming, bytes: [7].span)
        #expect(writer.progress.dropped == 1)
    }

    @Test func `a path that cannot be written is refused at once, with the path`() {
        let error = #expect(throws: SystemCallError.self) { try RecordingWriter(path: "/no/such/folder/file") }
        #expect(error?.subject == "/no/such/folder/file")
    }
}
