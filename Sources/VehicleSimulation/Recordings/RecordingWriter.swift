package import LinuxSystem
internal import Synchronization

/// Writes a recording from many threads without holding any of them up.
///
/// Lines are collected in memory and written by a thread of its own. When the disk cannot follow, frames are left out
/// and counted: a recording must never slow the server it watches.
package final class RecordingWriter: Sendable {
    /// What has become of the frames so far.
    package struct Progress: Sendable, Hashable {
        package var written = 0
        /// Left out because ``pendingLimitBytes`` was reached, or because writing failed.
        package var dropped = 0
        /// Why writing failed; nothing is written after it.
        package var error: SystemCallError?
    }

    /// Most bytes of lines that wait to be written.
    package static let pendingLimitBytes = 32 << 20

    private struct State {
        var pending: [UInt8] = []
        var pendingFrames = 0
        var progress = Progress()
        var isClosing = false
    }

    private let core: Core
    private let thread: LoopThread

    private final class Core: Sendable {
        let state = Mutex<State>(State())
        let bell = ThreadSignal()
    }

    /// Opens the file, to which lines are appended; it is made with mode 0600 when missing, since frames hold places.
    ///
    /// - Throws: `SystemCallError`, and ``NoRecordingError`` for a file that holds something else.
    package init(path: String) throws {
        try NoRecordingError.check(path)
        let core = Core()
        // Opened here for the error, and again on the thread that writes: an open file belongs to one thread.
        _ = try AppendFile.open(path: path, mode: 0o600)
        thread = try LoopThread(name: "recording") { Self.run(core, path) }
        self.core = core
    }

    package var progress: Progress { core.state.withLock { $0.progress } }

    /// Takes a frame. Never waits for the disk.
    package func record(
        milliseconds: Int64,
        vin: String,
        direction: RecordedFrame.Direction,
        bytes: borrowing Span<UInt8>
    ) {
        var line: [UInt8] = []
        RecordedFrame.appendLine(milliseconds: milliseconds, vin: vin, direction: direction, bytes: bytes, to: &line)
        let isFirst = core.state.withLock { state in
            guard state.progress.error == nil, !state.isClosing,
                state.pending.count + line.count <= Self.pendingLimitBytes
            else {
                state.progress.dropped += 1
                return false
            }
            state.pending.append(contentsOf: line)
            state.pendingFrames += 1
            return state.pendingFrames == 1
        }
        if isFirst { core.bell.raise() }
    }

    /// Writes what waits and ends. Frames that come later are dropped. Safe to call twice.
    @discardableResult
    package func close() -> Progress {
        core.state.withLock { $0.isClosing = true }
        core.bell.raise()
        thread.join()
        return progress
    }

    deinit {
        core.state.withLock { $0.isClosing = true }
        core.bell.raise()
    }

    private static func run(_ core: Core, _ path: String) {
        var file: AppendFile
        do throws(SystemCallError) {
            file = try AppendFile.open(path: path, mode: 0o600)
        } catch {
            return core.state.withLock { $0.progress.error = error }
        }
        while true {
            core.bell.wait()
            let (lines, frames, isClosing) = core.state.withLock { state in
                let taken = (state.pending, state.pendingFrames, state.isClosing)
                state.pending = []
                state.pendingFrames = 0
                return taken
            }
            let outcome = frames == 0 ? nil : file.append(lines)
            core.state.withLock { state in
                guard let outcome else { return }
                if let error = outcome.error {
                    state.progress.error = error
                    state.progress.dropped += frames
                } else {
                    state.progress.written += frames
                }
            }
            if isClosing { break }
        }
        file.releaseReservation()
    }
}
