import DispatcherConformance
import Dispatchers
import Glibc
import LinuxSystem
import RecordEncoding
import Testing

@Suite struct LoggerConformanceTests {
    @Test(arguments: ConformanceScenario.all(for: PipeSink.self))
    func `standard output into a pipe`(scenario: ConformanceScenario) throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let writer = ends[1]
        defer { close(writer) }
        let sink = try PipeSink(reading: ends[0]) {
            LoggerDispatcher(LoggerEncoding(mode: .standard), format: .json) { () throws(SystemCallError) in
                AppendFile(stream: FileDescriptor(owning: dup(writer)), name: "pipe")
            }
        }
        try scenario.run(on: sink)
    }
}
