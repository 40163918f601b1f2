internal import Synchronization
internal import TelemetryModel

/// What a lane's delivery means for the ack of the records in one submission.
enum AckShare: Sendable, Hashable {
    /// The ack does not wait for this lane.
    case none
    /// The ack waits for this lane alone.
    case sole
    /// The ack waits for this lane and others; the record counts them.
    case shared
}

/// The count of lanes that a record's ack waits for, kept in the record itself.
///
/// The low half counts the lanes still to report, the high half those that will never have the record.
extension Record {
    private static var oneFailure: Int { 1 << 32 }

    /// Before the record is handed to the first lane.
    func expectDeliveries(_ count: Int) {
        outstandingDeliveries.store(count, ordering: .relaxed)
    }

    /// Reports one lane's result.
    ///
    /// - Parameter isSafe: the dispatcher has the record, or its dead letter is durable.
    /// - Returns: what to do about the ack; nil while other lanes have not reported, or when nothing waits.
    func finishDelivery(_ share: AckShare, isSafe: Bool) -> Settlement.Outcome? {
        switch share {
        case .none:
            return nil
        case .sole:
            return isSafe ? .acknowledge : .withhold
        case .shared:
            let change = isSafe ? -1 : Record.oneFailure - 1
            let left = outstandingDeliveries.wrappingAdd(change, ordering: .acquiringAndReleasing).newValue
            guard left & (Record.oneFailure - 1) == 0 else { return nil }
            return left == 0 ? .acknowledge : .withhold
        }
    }
}

/// Collects settlements per event loop, so that each loop is told once per batch.
///
/// Belongs to one thread.
struct SettlementCollector {
    private let observers: [any DeliveryObserver]
    private var byLoop: [[Settlement]]

    init(observers: [any DeliveryObserver]) {
        self.observers = observers
        byLoop = Array(repeating: [], count: observers.count)
    }

    /// - Parameter expected: how many may still follow, to grow once.
    mutating func add(_ record: Record, _ outcome: Settlement.Outcome, expected: Int) {
        let loop = Int(record.source.connection.loop)
        // A record of a loop that nobody observes was made by a test or an embedding program: nobody waits.
        guard loop < byLoop.count else { return }
        if byLoop[loop].isEmpty { byLoop[loop].reserveCapacity(expected) }
        byLoop[loop].append(Settlement(record: record, outcome: outcome))
    }

    /// Tells every loop that has something to hear.
    mutating func post() {
        for loop in byLoop.indices where !byLoop[loop].isEmpty {
            var settlements: [Settlement] = []
            swap(&settlements, &byLoop[loop])
            observers[loop].settle(settlements)
        }
    }
}
