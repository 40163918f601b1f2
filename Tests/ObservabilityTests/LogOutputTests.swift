import Foundation
import Observability
import Testing

@Suite struct LogOutputTests {
    /// A child process whose standard error is a pipe that nobody reads: its log must lose lines, not stop.
    @Test(.timeLimit(.minutes(1))) func `a reader that stops reading does not stop the log`() async {
        await #expect(processExitsWith: .success) {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0, dup2(ends[1], 2) >= 0 else { exit(3) }
            let log = Log(level: .info, format: .json, output: .standardError)
            for number in 0..<4_000 { log.info("flood", ["n": .count(number)]) }
            // What is in the pipe is whole lines, but for the piece that found no room.
            var buffer = [UInt8](repeating: 0, count: 1 << 17)
            let count = read(ends[0], &buffer, buffer.count)
            log.info("back")
            let tail = read(ends[0], &buffer, buffer.count)
            let text = String(decoding: buffer[..<max(0, tail)], as: UTF8.self)
            guard count > 10_000, text.contains("\"msg\":\"back\""), text.contains("lines_lost")
            else { exit(4) }
            exit(0)
        }
    }
}
