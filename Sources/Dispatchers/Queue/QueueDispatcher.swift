package import ConfigurationSchema
package import Dispatching
internal import LinuxSystem
internal import Synchronization
internal import TelemetryModel

/// What happens to a record for which a queue has no room.
package enum QueueOverflow: String, Sendable, CaseIterable {
    /// It waits, and with it the lane: in the end vehicles are not read, and nothing is lost.
    case block
    /// The oldest record that waits goes, and is counted.
    case dropOldest = "drop_oldest"
}

/// `"queue": {"capacity_records": …, "overflow": …}`: records for the program that embeds the server.
package struct QueueSettings: DispatcherSettings, Hashable {
    package static let kind = "queue"

    /// Records that wait for the program at most, per subscription.
    package var recordLimit = 10_000
    package var overflow = QueueOverflow.block
    package var includesFindings = false
    package var values: ValueSettings?
    package var location: LocationSettings?

    package init() {}

    package static let summary = "The dispatcher `queue`: records for the program that embeds the server."
    package static let needsSection = false

    package static let settings: [Setting<Self>] = [
        .wholeNumber("capacity_records", \.recordLimit, in: 1...100_000_000, "Records that fit."),
        .choice("overflow", \.overflow, "What happens to a record that does not fit."),
        .flag("include_findings", \.includesFindings, "Tell what the rules of `validation` found in the record."),
    ] + viewRows

    package func makeDispatcher(_ context: DispatcherContext) -> any Dispatcher {
        QueueDispatcher(self)
    }
}

/// Hands records to the program that embeds the server, through bounded queues in memory.
///
/// Each subscription gets every record that its filter wants, from the moment of subscribing on. A record is delivered
/// when it stands in the queue of each of them, or was unwanted by all; a subscription that blocks therefore holds
/// back the others. One that ends in the middle counts no longer, but what the last one left undone waits. While
/// nobody subscribes, nothing is delivered: records wait in the lane, and vehicles get no acks for what nobody took.
package final class QueueDispatcher: Dispatcher {
    private struct State {
        var stores: [RecordQueueStore] = []
        var isClosed = false
    }

    private let settings: QueueSettings
    private let state = Mutex(State())
    private let roomSignal = ThreadSignal()

    package init(_ settings: QueueSettings = QueueSettings()) {
        self.settings = settings
    }

    /// A new queue of the records that come from now on. Subscribe before the server starts to get all.
    ///
    /// - Parameter settings: nil for those of the dispatcher. After the server has stopped the queue is ended.
    package func subscribe(_ filter: RecordFilter = RecordFilter(), settings: QueueSettings? = nil) -> RecordQueue {
        let store = RecordQueueStore(filter, settings ?? self.settings, roomSignal: roomSignal)
        let isClosed = state.withLock { state in
            state.stores.removeAll { !$0.isOpen }
            if !state.isClosed { state.stores.append(store) }
            return state.isClosed
        }
        if isClosed { store.end(discarding: true) }
        return RecordQueue(store)
    }

    package func open() async throws(DispatcherFailure) {}

    package func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        let stores = openStores
        guard !stores.isEmpty else {
            return DeliveryReport(all: .retry(QueueDispatcher.nobody), of: batch)
        }
        return await withTaskCancellationHandler {
            // What every subscription that was there took before it ended; the rest has been taken by none of them.
            var taken = 0
            for store in stores {
                switch put(batch.records, into: store) {
                case .finished: taken = batch.records.count
                case .ended(let index): taken = max(taken, index)
                case .full: return DeliveryReport(all: .retry(QueueDispatcher.full), of: batch)
                }
            }
            return DeliveryReport(delivered: taken, rest: .retry(QueueDispatcher.nobody), of: batch)
        } onCancel: {
            roomSignal.raise()
        }
    }

    package func close() async {
        let stores = state.withLock { state in
            state.isClosed = true
            defer { state.stores = [] }
            return state.stores
        }
        for store in stores { store.end(discarding: false) }
    }

    /// Blocks the lane's thread while the queue is full.
    ///
    /// - Returns: ``RecordQueueStore/Progress/full(at:)`` only when the lane gave up first.
    private func put(_ records: [Record], into store: RecordQueueStore) -> RecordQueueStore.Progress {
        var progress = store.put(records, from: 0)
        while case .full(let index) = progress {
            if Task.isCancelled { return progress }
            roomSignal.wait()
            progress = store.put(records, from: index)
        }
        return progress
    }

    private var openStores: [RecordQueueStore] {
        state.withLock { state in
            state.stores.removeAll { !$0.isOpen }
            return state.stores
        }
    }

    private static let nobody = DispatcherFailure(
        .unreachable,
        "nobody takes records from the queue; subscribe to it in the program that embeds the server, "
            + "or take \"queue\" out of \"records\""
    )
    private static let full = DispatcherFailure(
        .full,
        "the queue is full and the server is stopping; the program that embeds it takes records too slowly"
    )
}
