internal import LinuxSystem
internal import Synchronization

/// A line on a terminal that says how far something is which takes its time, and goes away with it.
///
/// It shows itself after two seconds, on standard error and only where that is a terminal: scripts and logs see nothing
/// of it. What is printed through ``Console`` meanwhile takes its place.
final class ProgressLine: Sendable {
    private static let firstShownMilliseconds = 2_000
    private static let roundMilliseconds = 250
    /// Narrower than any terminal in use: a line that wraps could not be taken back.
    private static let columns = 78
    private static let erase = "\r\u{1B}[K"

    private let title: String
    private let detail = Mutex("")
    private let end = ThreadSignal()
    private let start = MonotonicTime.now

    private init(_ title: String) {
        self.title = title
    }

    /// Does some work and shows the line meanwhile.
    ///
    /// - Parameters:
    ///   - title: what is being done, e.g. `downloading tesla_ca.pem`.
    ///   - work: tells the line how far it is, if it knows.
    static func during<Result, Failure: Error>(
        _ title: String,
        _ work: (ProgressLine) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let line = ProgressLine(title)
        // Without a thread nothing is shown, which harms nobody.
        let thread = StandardStream.error.isTerminal ? try? LoopThread(name: "progress", { line.run() }) : nil
        defer {
            line.end.raise()
            thread?.join()
        }
        return try work(line)
    }

    /// Says how far it is, e.g. `1200 of 5000 records`. Cheap: it is drawn four times a second at most.
    func update(_ detail: String) {
        self.detail.withLock { $0 = detail }
    }

    /// Whether a line stands there now.
    private static let isShown = Atomic<Bool>(false)

    /// Takes the line away, if there is one, before something else is written to the terminal.
    static func makeRoom() {
        guard isShown.exchange(false, ordering: .relaxed) else { return }
        _ = StandardStream.error.write(Array(erase.utf8))
    }

    private func run() {
        var next = start.adding(milliseconds: Self.firstShownMilliseconds)
        while !end.wait(until: next) {
            next = MonotonicTime.now.adding(milliseconds: Self.roundMilliseconds)
            let seconds = MonotonicTime.now.nanoseconds(since: start) / 1_000_000_000
            let detail = detail.withLock { $0 }
            let text = "\(title): \(detail.isEmpty ? "" : "\(detail), ")\(seconds) s"
            // The cursor goes back to the beginning, so that the next one to write begins there.
            _ = StandardStream.error.write(Array("\(Self.erase)\(text.prefix(Self.columns))\r".utf8))
            Self.isShown.store(true, ordering: .relaxed)
        }
        Self.makeRoom()
    }
}
