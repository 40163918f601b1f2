internal import Dispatchers
internal import RecordEncoding
internal import TelemetryModel

/// Records on their way to the program, oldest first; see ``Receiver/records(vins:types:fields:)``.
///
/// Take them in a task, with `for await record in stream`, or in a thread of your own, with ``next(timeout:)``. Several
/// consumers of one stream share the records: each goes to one of them. Let go of the stream, or ``cancel()`` it, when
/// no more are wanted: a stream that nobody empties holds the vehicles back.
///
/// It ends after the last record when the receiver has stopped.
public final class RecordStream: AsyncSequence, Sendable {
    public typealias Element = TelemetryRecord
    public typealias Failure = Never

    private let queue: RecordQueue
    private let mode: EncodingMode
    private let showsFindings: Bool

    init(_ queue: RecordQueue, mode: EncodingMode, showsFindings: Bool) {
        self.queue = queue
        self.mode = mode
        self.showsFindings = showsFindings
    }

    /// Waits for the oldest record. Blocks the calling thread; tasks iterate instead.
    ///
    /// - Parameter timeout: how long to wait at most; nil waits until a record comes or the stream ends.
    /// - Returns: nil when the time was over, and at the end; ``isEnded`` tells which.
    @available(*, noasync, message: "it would block a thread of Swift's pool; write for await record in stream")
    public func next(timeout: Duration? = nil) -> TelemetryRecord? {
        queue.next(timeoutMilliseconds: timeout.map(\.milliseconds)).map {
            TelemetryRecord(record: $0, mode: mode, showsFindings: showsFindings)
        }
    }

    /// Whether no record will ever come again.
    public var isEnded: Bool { queue.isEnded }

    /// Records that wait to be taken.
    public var count: Int { queue.count }

    /// Records that were dropped because nobody took them in time: always 0 unless the queue's overflow is
    /// `drop_oldest`.
    public var droppedRecords: Int { queue.droppedRecords }

    /// Ends the stream and forgets what waits.
    public func cancel() { queue.cancel() }

    /// Iterators of one stream share its records.
    public func makeAsyncIterator() -> Iterator {
        Iterator(iterator: queue.makeAsyncIterator(), mode: mode, showsFindings: showsFindings)
    }

    /// Takes the records one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        public typealias Element = TelemetryRecord
        public typealias Failure = Never

        var iterator: RecordQueue.Iterator
        let mode: EncodingMode
        let showsFindings: Bool

        /// - Returns: nil at the end, or when the task was cancelled.
        public mutating func next() async -> TelemetryRecord? {
            await iterator.next().map { TelemetryRecord(record: $0, mode: mode, showsFindings: showsFindings) }
        }

        /// - Returns: nil at the end, or when the task was cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> TelemetryRecord? {
            await iterator.next(isolation: actor).map {
                TelemetryRecord(record: $0, mode: mode, showsFindings: showsFindings)
            }
        }
    }
}

extension Duration {
    /// Rounded up, so that a short wait is one; bounded to what timers take.
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < Int64(Int32.max) else { return Int(Int32.max) * 1000 }
        return Swift.max(0, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
