import Dispatching
import Glibc
import LinuxSystem
import RecordEncoding
import TelemetryModel
import Testing

@testable import Dispatchers

@Suite struct LoggerDispatcherTests {
    /// A pipe whose writing end the dispatcher gets.
    private final class Pipe: Sendable {
        let reader: Int32
        private let writer: Int32

        init() {
            var ends: [Int32] = [0, 0]
            _ = pipe(&ends)
            reader = ends[0]
            writer = ends[1]
            _ = fcntl(reader, F_SETFL, O_NONBLOCK)
        }

        var output: LoggerDispatcher.Output {
            { () throws(SystemCallError) in AppendFile(stream: FileDescriptor(owning: dup(self.writer)), name: "pipe") }
        }

        func text() -> String {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = read(reader, &chunk, chunk.count)
            return String(decoding: chunk[..<max(0, count)], as: UTF8.self)
        }

        deinit {
            Glibc.close(reader)
            Glibc.close(writer)
        }
    }

    private func dispatcher(
        _ output: @escaping LoggerDispatcher.Output,
        mode: EncodingMode = .standard,
        format: LoggerEncoding.LineFormat = .json
    ) -> LoggerDispatcher {
        LoggerDispatcher(LoggerEncoding(mode: mode), format: format, output: output)
    }

    @Test func `each record becomes one line`() async throws {
        let pipe = Pipe()
        let dispatcher = dispatcher(pipe.output)
        try await dispatcher.open()
        let batch = RecordBatch(TestRecords.records(0..<3))
        #expect(await dispatcher.deliver(batch).outcomes == [.delivered, .delivered, .delivered])
        let lines = pipe.text().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines[3].isEmpty)
        for (index, line) in lines.prefix(3).enumerated() {
            #expect(line.hasPrefix(#"{"activity":true,"context":"fleet-telemetry","data":{"#))
            #expect(line.contains(#""VehicleSpeed":\#(index == 1 ? "0.5" : "\(index / 2)")"#))
            #expect(line.contains(#""txid":"txid-\#(index)""#))
        }
        await dispatcher.close()
        await dispatcher.close()
    }

    @Test func `text lines and verbose values are the encoding's`() async throws {
        let pipe = Pipe()
        let dispatcher = dispatcher(pipe.output, format: .text)
        try await dispatcher.open()
        _ = await dispatcher.deliver(RecordBatch(TestRecords.records(0..<1)))
        let text = pipe.text()
        #expect(text.hasPrefix("time=") && text.contains("msg=record_payload"))
    }

    @Test func `a type that the reference can't show has its line all the same`() async throws {
        let pipe = Pipe()
        let dispatcher = dispatcher(pipe.output, mode: .reference)
        try await dispatcher.open()
        let record = TestRecords.record(0, type: RecordType(topic: "custom"), content: .opaque)
        #expect(await dispatcher.deliver(RecordBatch([record])).outcomes == [.delivered])
        #expect(pipe.text().contains(#""data":{"base64":"AQID"}"#))
    }

    @Test func `a reader that goes away ends neither the process nor an ack's truth`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let writer = ends[1]
        let bench = try DispatcherBench(
            dispatcher({ () throws(SystemCallError) in
                AppendFile(stream: FileDescriptor(owning: writer), name: "standard output")
            })
        )
        bench.route.submit(TestRecords.records(0..<2))
        #expect(bench.waitForAcks(2) == [0, 1])
        Glibc.close(ends[0])
        bench.route.submit(TestRecords.records(2..<5))
        let failure = bench.waitForFailure()
        #expect(failure.code == .unwritable)
        #expect(failure.detail.contains("standard output: Broken pipe"))
        #expect(bench.drain(milliseconds: 20).lanes.map(\.left) == [3])
        #expect(bench.waitForAcks(0) == [0, 1])
    }

    @Test func `a stream that can't be had is tried again`() throws {
        let bench = try DispatcherBench(
            dispatcher({ () throws(SystemCallError) in
                throw SystemCallError(call: "dup", code: EBADF, subject: "standard output")
            })
        )
        #expect(bench.waitForFailure().detail.contains("dup standard output"))
        bench.drain(milliseconds: 1)
    }

    @Test func `a pipe that is full and does not block is waited for`() async throws {
        let pipe = Pipe()
        let dispatcher = dispatcher({ () throws(SystemCallError) in
            let stream = try pipe.output()
            return stream
        })
        try await dispatcher.open()
        let reading = try LoopThread(name: "reader") {
            var rest = 2_000
            while rest > 0 { rest -= pipe.text().utf8.count { $0 == 10 } }
        }
        for start in stride(from: 0, to: 2_000, by: 500) {
            let report = await dispatcher.deliver(RecordBatch(TestRecords.records(start..<start + 500)))
            #expect(report.outcomes.allSatisfy { $0 == .delivered })
        }
        reading.join()
    }
}

extension Sequence {
    fileprivate func count(_ isWanted: (Element) -> Bool) -> Int { reduce(0) { $0 + (isWanted($1) ? 1 : 0) } }
}
