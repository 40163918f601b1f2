import Foundation
import Glibc
import LinuxSystem
import Synchronization
import Testing

/// The executable of this package as a child process, with what it has said so far.
///
/// It is killed, by its own id, when the value goes away before it has ended.
final class Child: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    enum Stream: Sendable, Hashable {
        case output, error
    }

    enum Signal: Sendable {
        case interrupt, terminate, hangUp, kill

        fileprivate var number: Int32 {
            switch self {
            case .interrupt: SIGINT
            case .terminate: SIGTERM
            case .hangUp: SIGHUP
            case .kill: SIGKILL
            }
        }
    }

    private struct State {
        var text: [Stream: [UInt8]] = [.output: [], .error: []]
        var open: Set<Stream> = [.output, .error]
        /// As waitpid(2) tells it.
        var end: Int32?
    }

    /// What the threads share that read and wait; they outlive the value if the child does.
    private final class Core: Sendable {
        let state = Mutex(State())
        let changed = NSCondition()

        func note(_ change: (inout State) -> Void) {
            state.withLock { change(&$0) }
            changed.lock()
            changed.broadcast()
            changed.unlock()
        }
    }

    private let core = Core()
    private let id: pid_t
    var processIdentifier: pid_t { id }

    /// The executable lies beside the tests, in the same build.
    static let executable: String = {
        // The long form of tests runs an optimised one.
        if let named = ProcessInfo.processInfo.environment["FLEET_TELEMETRY"] { return named }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let folders = [own, CommandLine.arguments[0]].map { URL(filePath: $0).deletingLastPathComponent() }
        let paths = folders.map { $0.appending(path: "fleet-telemetry").path }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? paths[0]
    }()

    /// - Parameters:
    ///   - input: what it finds on its standard input; at most as much as a pipe holds.
    ///   - environment: `NAME=value`, besides ours.
    ///   - isOnTerminal: gives it a terminal of its own, which mixes both streams into standard output.
    ///   - descriptorLimit: `ulimit -n`, soft and hard; nil leaves it.
    ///   - umask: nil leaves it.
    ///   - listening: a socket that it is given as systemd does; stays ours, too.
    init(
        _ arguments: [String],
        input: [UInt8] = [],
        environment: [String] = [],
        isOnTerminal: Bool = false,
        descriptorLimit: Int? = nil,
        umask: Int? = nil,
        listening: Int32? = nil
    ) throws {
        // Foundation's Process hands descriptors of ours to children that start at the same moment, so that neither
        // sees the end of the other's pipes.
        let (inputPipe, outputPipe, errorPipe) = (try Self.pipe(), try Self.pipe(), try Self.pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputPipe.read, 0)
        posix_spawn_file_actions_adddup2(&actions, outputPipe.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errorPipe.write, 2)
        if let listening { posix_spawn_file_actions_adddup2(&actions, listening, 3) }
        let first: Int32 = listening == nil ? 3 : 4
        for number in first..<Self.highestDescriptor { posix_spawn_file_actions_addclose(&actions, number) }
        // The shell becomes the program: only it knows the id that both have, and its own limits.
        var script = descriptorLimit.map { "ulimit -n \($0) && " } ?? ""
        if let umask { script += "umask \(umask) && " }
        if listening != nil { script += "LISTEN_PID=$$ LISTEN_FDS=1 " }
        script += isOnTerminal ? "exec script -qefc \"$0 $*\" /dev/null" : "exec \"$0\" \"$@\""
        let command = ["/bin/sh", "-c", script, Self.executable] + arguments
        let inherited = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        let words = command.map { strdup($0) } + [nil]
        let variables = (inherited + environment).map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        var started: pid_t = 0
        let code = posix_spawn(&started, "/bin/sh", &actions, nil, words, variables)
        let id = started
        self.id = id
        for number in [inputPipe.read, outputPipe.write, errorPipe.write] { close(number) }
        if !input.isEmpty { _ = input.withUnsafeBytes { write(inputPipe.write, $0.baseAddress, $0.count) } }
        close(inputPipe.write)
        guard code == 0 else { throw Failure(description: "\(Self.executable): \(String(cString: strerror(code)))") }
        read(outputPipe.read, as: .output)
        read(errorPipe.read, as: .error)
        Thread.detachNewThread { [core] in
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            core.note { $0.end = status }
        }
    }

    /// Closed on exec: nobody else's child may hold an end.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Failure(description: "no pipe to be had") }
        for number in ends { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Beyond everything that is open now, with room for what other threads open meanwhile.
    private static var highestDescriptor: Int32 {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return (open.compactMap { Int32($0) }.max() ?? 256) + 32
    }

    private func read(_ number: Int32, as stream: Stream) {
        Thread.detachNewThread { [core] in
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Glibc.read(number, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                core.note { $0.text[stream]?.append(contentsOf: bytes[..<count]) }
            }
            close(number)
            core.note { $0.open.remove(stream) }
        }
    }

    deinit {
        // Its number is ours until waitpid has returned.
        if core.state.withLock({ $0.end }) == nil { kill(id, SIGKILL) }
    }

    func send(_ signal: Signal) {
        guard core.state.withLock({ $0.end }) == nil else { return }
        kill(id, signal.number)
    }

    func text(_ stream: Stream) -> String {
        String(decoding: core.state.withLock { $0.text[stream] ?? [] }, as: UTF8.self)
    }

    func lines(_ stream: Stream) -> [String] {
        text(stream).split(separator: "\n").map(String.init)
    }

    /// Waits for a line that contains the words.
    @discardableResult
    func line(_ stream: Stream, containing words: String, seconds: Double = 60) throws -> String {
        try wait(seconds, "\"\(words)\" on standard \(stream)") {
            if let line = self.lines(stream).first(where: { $0.contains(words) }) { return line }
            let isOver = self.core.state.withLock { !$0.open.contains(stream) }
            if isOver { throw Failure(description: "it ended without \"\(words)\"; it said:\n\(self.everything)") }
            return nil
        }
    }

    /// Waits until it has ended by itself and everything it said was read.
    ///
    /// - Returns: its exit code; a death by signal is an error.
    @discardableResult
    func exitCode(seconds: Double = 60) throws -> Int32 {
        let status = try wait(seconds, "the end") {
            self.core.state.withLock { $0.open.isEmpty ? $0.end : nil }
        }
        let signal = status & 0x7f
        guard signal == 0 else { throw Failure(description: "killed by signal \(signal):\n\(everything)") }
        return status >> 8 & 0xff
    }

    /// Waits until it has ended in whatever way, death by a signal included.
    func waitForEnd(seconds: Double = 60) throws {
        _ = try wait(seconds, "the end") { self.core.state.withLock { $0.open.isEmpty ? $0.end : nil } }
    }

    /// For messages of tests.
    var everything: String { "standard output:\n\(text(.output))\nstandard error:\n\(text(.error))" }

    private func wait<Value>(_ seconds: Double, _ what: String, _ look: () throws -> Value?) throws -> Value {
        let deadline = Date(timeIntervalSinceNow: seconds)
        core.changed.lock()
        defer { core.changed.unlock() }
        while true {
            if let value = try look() { return value }
            guard core.changed.wait(until: deadline) else {
                throw Failure(description: "waited \(seconds) s in vain for \(what); it said:\n\(everything)")
            }
        }
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String],
        input: [UInt8] = []
    ) throws -> (code: Int32, output: String, error: String) {
        let child = try Child(arguments, input: input)
        let code = try child.exitCode()
        return (code, child.text(.output), child.text(.error))
    }
}
