internal import LinuxSystem
internal import Observability
internal import Synchronization

/// What becomes of rotated files: compressed by the system's gzip, and removed when there are too many.
///
/// Works on a thread of its own, which is there only while there is something to do. Whatever happens to this process
/// or to gzip, a file is there whole, compressed or not: gzip writes beside it under a name that says that it is not
/// complete, and what an earlier process left is finished with the next file.
final class FileKeeper: Sendable {
    private struct State {
        var waiting: [String] = []
        var isWorking = false
    }

    private let rotation: FileRotation
    /// The system's gzip; nil when there is none.
    private let gzip: String?
    private let log: Log
    private let state = Mutex(State())
    private let idle = ThreadSignal()

    init(_ rotation: FileRotation, gzip: String?, log: Log) {
        self.rotation = rotation
        self.gzip = gzip
        self.log = log
    }

    /// Where gzip usually is; nil where it is not.
    static func systemGzip() -> String? {
        ["/usr/bin/gzip", "/bin/gzip", "/usr/local/bin/gzip"].first { Files.exists($0) }
    }

    /// Takes care of the rotated files of a path, soon. Never waits.
    func keep(_ path: String) {
        guard rotation.compresses || rotation.keepFiles > 0 else { return }
        let mustStart = state.withLock { state in
            if !state.waiting.contains(path) { state.waiting.append(path) }
            defer { state.isWorking = true }
            return !state.isWorking
        }
        guard mustStart else { return }
        do throws(SystemCallError) {
            _ = try LoopThread(name: "file-keeper") { [self] in work() }
        } catch {
            state.withLock { $0.isWorking = false }
            log.observe(.fileKeepingFailed, ["detail": .text("\(error); rotated files stay as they are")])
        }
    }

    /// Waits until nothing is left to do. For tests; one thread at a time.
    func waitUntilIdle() {
        while state.withLock({ $0.isWorking }) { idle.wait() }
    }

    private func work() {
        while true {
            let path = state.withLock { (state) -> String? in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.isWorking = false
                return nil
            }
            guard let path else { return idle.raise() }
            do throws(SystemCallError) {
                try tidy(path)
            } catch {
                log.observe(.fileKeepingFailed, ["detail": .text("\(error)")])
            }
        }
    }

    private func tidy(_ path: String) throws(SystemCallError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let base = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let names = try Files.list(directory)
        let plain = names.filter { RotatedName.state(of: $0, base: base) == .plain }
        // Without the file that it was made from, gzip had finished.
        for name in names where RotatedName.state(of: name, base: base) == .partial {
            let original = String(name.dropLast(RotatedName.partialSuffix.count))
            if !plain.contains(original) { try finish("\(directory)/\(original)") }
        }
        if rotation.compresses {
            for name in plain where !compress("\(directory)/\(name)") { break }
        }
        guard rotation.keepFiles > 0 else { return }
        let rotated = try Files.list(directory).filter { RotatedName.state(of: $0, base: base) != nil }
        for name in rotated.dropLast(rotation.keepFiles) { try Files.remove("\(directory)/\(name)") }
    }

    private func finish(_ path: String) throws(SystemCallError) {
        try Files.move(path + RotatedName.partialSuffix, to: path + RotatedName.compressedSuffix)
    }

    /// - Returns: false when it is pointless to go on.
    private func compress(_ path: String) -> Bool {
        guard let gzip else {
            warnOnce("there is no gzip on this machine; install it, or set file.rotation.gzip to false")
            return false
        }
        do throws(SystemCallError) {
            let arguments = ["-f", "-S", RotatedName.partialSuffix, path]
            let process = try ChildProcess(gzip, arguments, errorPath: "/dev/null")
            guard process.wait(timeoutMilliseconds: nil) == .exited(code: 0) else {
                log.observe(
                    .fileCompressionFailed,
                    ["detail": .text("gzip failed at \(path); the file stays as it is, see whether its disk is full")]
                )
                return false
            }
            try finish(path)
            return true
        } catch {
            log.observe(.fileCompressionFailed, ["detail": .text("\(error); the file stays as it is")])
            return false
        }
    }

    private let hasWarned = Atomic<Bool>(false)

    private func warnOnce(_ text: String) {
        guard !hasWarned.exchange(true, ordering: .relaxed) else { return }
        log.observe(.fileCompressionMissing, ["detail": .text("files stay uncompressed: \(text)")])
    }
}
