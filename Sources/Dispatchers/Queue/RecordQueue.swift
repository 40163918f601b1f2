internal import Dispatching
internal import LinuxSystem
internal import Synchronization
package import TelemetryModel

/// The records of one subscription to a ``QueueDispatcher``, for the program that embeds the server.
///
/// Take them with `for await record in queue`, or from threads with ``next(timeoutMilliseconds:)``. Several
/// consumers of the same queue compete: each record goes to one of them. For consumers that each want all records,
/// subscribe once per consumer.
///
/// The subscription ends when the queue is cancelled or nobody refers to it any more, and after the last record when
/// the server has stopped.
package final class RecordQueue: AsyncSequence, Sendable {
    package typealias Element = Record
    package typealias Failure = Never

    private let store: RecordQueueStore

    init(_ store: RecordQueueStore) {
        self.store = store
    }

    deinit { store.end(discarding: true) }

    /// The oldest record. Blocks the calling thread; not for tasks, which iterate.
    ///
    /// - Parameter timeoutMilliseconds: how long to wait at most; nil waits until a record comes or the end.
    /// - Returns: nil when the time was over, or at the end; ``isEnded`` tells which.
    package func next(timeoutMilliseconds: Int? = nil) -> Record? {
        store.next(until: timeoutMilliseconds.map { MonotonicTime.now.adding(milliseconds: Swift.max(0, $0)) })
    }

    /// Whether no record will ever come again.
    package var isEnded: Bool { store.isEnded }

    /// Records that wait.
    package var count: Int { store.count }

    /// Records that were dropped because the queue was full; always 0 when its overflow blocks.
    package var droppedRecords: Int { store.droppedRecords }

    /// Ends the subscription and forgets what waits.
    package func cancel() { store.end(discarding: true) }

    /// Ends the subscription; what waits can still be taken.
    package func finish() { store.end(discarding: false) }

    package func makeAsyncIterator() -> Iterator { Iterator(queue: self) }

    package struct Iterator: AsyncIteratorProtocol {
        package typealias Element = Record
        package typealias Failure = Never

        fileprivate let queue: RecordQueue

        /// - Returns: nil at the end, or when the task was cancelled.
        package mutating func next() async -> Record? {
            await queue.store.next()
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> Record? {
            await queue.store.next()
        }
    }
}
