internal import LinuxSystem
internal import Synchronization

/// Where finished log lines go.
package struct LogOutput: Sendable {
    /// Takes one line with its newline; says whether the line arrived. Called on any thread, also on event loops.
    let write: @Sendable (_ line: [UInt8]) -> Bool

    /// - Parameter write: must not wait for long, since event loops call it, and must not log.
    package init(write: @escaping @Sendable (_ line: [UInt8]) -> Bool) {
        self.write = write
    }

    /// Standard error. A reader that stops reading costs one line 20 milliseconds; while it stays away, lines
    /// are dropped at once and counted.
    package static let standardError: LogOutput = {
        let patience = Patience()
        return LogOutput { line in
            let arrived = StandardStream.error.write(line, waitingAtMost: patience.milliseconds)
            patience.isGone = !arrived
            return arrived
        }
    }()

    /// Keeps lines for whoever asks ``LogCapture``.
    package static func capture(_ capture: LogCapture) -> LogOutput {
        LogOutput { line in
            capture.append(line)
            return true
        }
    }
}

/// Remembers whether the last line found nobody who reads.
private final class Patience: Sendable {
    private let gone = Atomic<Bool>(false)

    var isGone: Bool {
        get { gone.load(ordering: .relaxed) }
        set { gone.store(newValue, ordering: .relaxed) }
    }

    var milliseconds: Int32 { isGone ? 0 : 20 }
}

/// Log lines kept in memory, for tests.
package final class LogCapture: Sendable {
    private let kept = Mutex<[String]>([])

    package init() {}

    /// The lines so far without their newlines, oldest first.
    package var lines: [String] { kept.withLock { $0 } }

    /// The lines that report one event.
    package func lines(of event: String) -> [String] {
        lines.filter { $0.contains("\"msg\":\"\(event)\"") || $0.contains(" msg=\(event)") }
    }

    /// Keeps one line, with or without its newline.
    package func append(_ line: [UInt8]) {
        let text = String(decoding: line.last == 10 ? line.dropLast() : line[...], as: UTF8.self)
        kept.withLock { $0.append(text) }
    }
}
