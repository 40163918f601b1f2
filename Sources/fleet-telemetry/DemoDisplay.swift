internal import Dispatchers
internal import JSONText
internal import LinuxSystem
internal import RecordEncoding
internal import Synchronization
internal import TelemetryModel

/// Takes the demo's records from their queue, counts them, and shows as many as eyes can follow.
final class DemoDisplay: Sendable {
    private let count: Counted
    private let thread: LoopThread

    private final class Counted: Sendable {
        let dispatched = Atomic<Int>(0)
    }

    init(_ records: RecordQueue, linesPerSecond: Int) throws(SystemCallError) {
        let count = Counted()
        self.count = count
        thread = try LoopThread(name: "demo-display") {
            var second: UInt64 = 0
            var shown = 0
            while !records.isEnded {
                guard let record = records.next(timeoutMilliseconds: 200) else { continue }
                // Connections come and go by our own account; only what vehicles sent is counted.
                if record.type != .connectivity { count.dispatched.add(1, ordering: .relaxed) }
                let now = MonotonicTime.now.nanoseconds / 1_000_000_000
                if now != second {
                    second = now
                    shown = 0
                }
                guard shown < linesPerSecond else { continue }
                shown += 1
                Console.print(FileLine.encode(record, mode: .standard) + [10])
            }
        }
    }

    /// Waits until the queue has ended and is empty.
    ///
    /// - Returns: how many records of vehicles came.
    func finish() -> Int {
        thread.join()
        return count.dispatched.load(ordering: .relaxed)
    }
}
