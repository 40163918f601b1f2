internal import CLinux
internal import Glibc
internal import Synchronization

/// A program of ours that runs beside us, with its standard output on a pipe.
///
/// It is killed when the value goes away before it has ended. Belongs to one thread.
package final class ChildProcess {
    /// How a process ended.
    package enum End: Sendable, Hashable {
        case exited(code: Int32)
        case killed(signal: Int32)
    }

    package enum Signal: Sendable, Hashable {
        case terminate, interrupt, kill
    }

    /// What the system calls it.
    package let id: Int32
    private let output: FileDescriptor
    private var buffer = [UInt8](repeating: 0, count: 16_384)
    private var held = 0
    private var isOutputOver = false
    private var end: End?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - errorPath: file that standard error goes to; made when missing, emptied when not.
    ///   - cpu: the one CPU that all its threads run on; nil leaves it all that we may use.
    /// - Throws: `SystemCallError` when it cannot be started.
    package init(
        _ path: String,
        _ arguments: [String],
        errorPath: String,
        cpu: Int? = nil
    ) throws(SystemCallError) {
        var ends: [Int32] = [0, 0]
        // SAFETY: the kernel writes two numbers into the array.
        guard pipe(&ends) == 0 else { throw SystemCallError(call: "pipe", code: errno) }
        output = FileDescriptor(owning: ends[0])
        let input = FileDescriptor(owning: ends[1])
        for number in ends { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        let start = Start(path: path, arguments: arguments, outputNumber: input.number, errorPath: errorPath)
        let started: Result<Int32, SystemCallError>
        if let cpu {
            // A child runs where the thread that starts it may run.
            let result = ResultBox()
            let thread = try LoopThread(name: "spawn") {
                LoopThread.pinCurrent(toCPU: cpu)
                result.value.withLock { $0 = start.run() }
            }
            thread.join()
            started = result.value.withLock { $0 }
        } else {
            started = start.run()
        }
        id = try started.get()
    }

    deinit {
        guard end == nil else { return }
        signal(.kill)
        _ = wait(timeoutMilliseconds: nil)
    }

    /// Does nothing when the process has ended and ``wait(timeoutMilliseconds:)`` has seen it.
    package func signal(_ signal: Signal) {
        guard end == nil else { return }
        switch signal {
        case .terminate: kill(id, SIGTERM)
        case .interrupt: kill(id, SIGINT)
        case .kill: kill(id, SIGKILL)
        }
    }

    /// - Parameter timeoutMilliseconds: nil waits for ever.
    /// - Returns: nil when it still runs after that time.
    package func wait(timeoutMilliseconds: Int?) -> End? {
        if let end { return end }
        let deadline = timeoutMilliseconds.map { MonotonicTime.now.adding(milliseconds: $0) }
        while true {
            var status: Int32 = 0
            // SAFETY: the kernel writes one number.
            let found = waitpid(id, &status, deadline == nil ? 0 : WNOHANG)
            if found == id {
                let signal = status & 0x7F
                end = signal == 0 ? .exited(code: status >> 8 & 0xFF) : .killed(signal: signal)
                return end
            }
            guard found == 0 || errno == EINTR else { return nil }
            if let deadline, MonotonicTime.now >= deadline { return nil }
            if deadline != nil { usleep(500) }
        }
    }

    /// The next line of its standard output, without the line feed.
    ///
    /// - Returns: nil when none came in time, or when the output is over; see ``hasSaidAll``.
    package func readLine(timeoutMilliseconds: Int) -> String? {
        let deadline = MonotonicTime.now.adding(milliseconds: timeoutMilliseconds)
        while true {
            if let feed = buffer[..<held].firstIndex(of: 0x0A) {
                let line = String(decoding: buffer[..<feed], as: UTF8.self)
                buffer.replaceSubrange(..<(feed + 1), with: repeatElement(0, count: 0))
                held -= feed + 1
                return line
            }
            let left = deadline.nanoseconds(since: .now)
            guard !isOutputOver, left > 0 else { return nil }
            var wanted = pollfd(fd: output.number, events: Int16(POLLIN), revents: 0)
            // SAFETY: one structure, which the kernel fills before it returns.
            guard poll(&wanted, 1, Int32((left + 999_999) / 1_000_000)) > 0 else { continue }
            if buffer.count - held < 4096 { buffer.append(contentsOf: repeatElement(0, count: 16_384)) }
            guard let count = try? output.read(into: &buffer, at: held), count > 0 else {
                isOutputOver = true
                continue
            }
            held += count
        }
    }

    /// Whether the process has closed its output and every line has been read.
    package var hasSaidAll: Bool { isOutputOver && !buffer[..<held].contains(0x0A) }
}

@available(*, unavailable)
extension ChildProcess: Sendable {}

private final class ResultBox: Sendable {
    let value = Mutex<Result<Int32, SystemCallError>>(.failure(SystemCallError(call: "posix_spawn", code: EAGAIN)))
}

/// Everything that a start takes, so that another thread can do it.
private struct Start: Sendable {
    let path: String
    let arguments: [String]
    let outputNumber: Int32
    let errorPath: String

    func run() -> Result<Int32, SystemCallError> {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        // SAFETY: both are initialised here, only used by the call below, and destroyed before we return.
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, outputNumber, 1)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // What we keep from being interrupted by shall not bind the child.
        var none = sigset_t()
        sigemptyset(&none)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // SAFETY: the copies are ours until they are freed below; the kernel copies them before the call returns.
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, path, &actions, &attributes, words, environ)
        guard code == 0 else { return .failure(SystemCallError(call: "posix_spawn", code: code, subject: path)) }
        return .success(id)
    }
}
