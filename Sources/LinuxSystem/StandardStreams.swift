internal import CLinux
internal import Glibc
internal import Synchronization

/// Standard output or standard error, shared by everybody in the process who writes whole lines.
///
/// The descriptor may be a file, a terminal, a pipe or a socket, and stays as we found it: making it
/// non-blocking would change it for the processes that share it too.
package final class StandardStream: Sendable {
    package static let output = StandardStream(number: 1)
    package static let error = StandardStream(number: 2)

    private let number: Int32
    /// What a line that could not be finished left behind.
    private let isTorn = Mutex<Bool>(false)
    private let lastFailure = Atomic<Int32>(0)

    private init(number: Int32) {
        self.number = number
    }

    /// The value of errno of the last write that failed; nil while none has, a reader that is merely slow apart.
    package var failureCode: Int32? {
        let code = lastFailure.load(ordering: .relaxed)
        return code == 0 ? nil : code
    }

    /// Whether a person's terminal is at the other end.
    package var isTerminal: Bool { isatty(number) == 1 }

    /// Whether the pipe's other end was closed, as `head` does when it has seen enough.
    package var isReaderGone: Bool { failureCode == EPIPE }

    /// How much is handed to one write. A pipe that reports room takes this many bytes at once (PIPE_BUF),
    /// so such a write neither waits nor mixes with another process's.
    private static let pieceBytes = 4096

    /// Writes whole lines, unmixed with those of other threads.
    ///
    /// - Parameters:
    ///   - lines: ends with a newline.
    ///   - milliseconds: how long to wait for a reader that has stopped reading; nil waits for ever.
    /// - Returns: false when the reader did not make room in time, or is gone, and (part of) the lines are lost.
    package func write(_ lines: [UInt8], waitingAtMost milliseconds: Int32? = nil) -> Bool {
        isTorn.withLock { isTorn in
            if isTorn {
                guard writeAll([10], milliseconds) else { return false }
                isTorn = false
            }
            var written = 0
            let isComplete = writeAll(lines, milliseconds, &written)
            isTorn = !isComplete && written > 0
            return isComplete
        }
    }

    private func writeAll(_ bytes: [UInt8], _ milliseconds: Int32?) -> Bool {
        var written = 0
        return writeAll(bytes, milliseconds, &written)
    }

    private func writeAll(_ bytes: [UInt8], _ milliseconds: Int32?, _ written: inout Int) -> Bool {
        while written < bytes.count {
            guard hasRoom(milliseconds) else { return false }
            let start = written
            let length = min(Self.pieceBytes, bytes.count - start)
            // SAFETY: the pointer does not leave the closure, and the kernel reads at most the count given.
            let count = bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress! + start, length) }
            if count >= 0 {
                written += count
            } else if case let code = errno, code != EINTR, code != EAGAIN {
                lastFailure.store(code, ordering: .relaxed)
                return false
            }
        }
        return true
    }

    private func hasRoom(_ milliseconds: Int32?) -> Bool {
        while true {
            var question = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
            // SAFETY: one element, on the stack for the time of the call.
            let count = poll(&question, 1, milliseconds ?? -1)
            if count < 0, errno == EINTR { continue }
            return count > 0 && question.revents & Int16(POLLOUT) != 0
        }
    }
}
