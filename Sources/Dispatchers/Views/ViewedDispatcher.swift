package import Dispatching
internal import Observability
internal import Synchronization
internal import TelemetryModel

/// A dispatcher that is shown records as its view wants them. Everything else is the dispatcher's.
package final class ViewedDispatcher: Dispatcher {
    private struct State: ~Copyable {
        var view: RecordView
        /// What the dispatcher was shown in the place of records that it is to get again. It must be the same object:
        /// half of a line may stand in a file, to be completed when its record comes again.
        var pending: [ObjectIdentifier: Pending] = [:]
    }

    private struct Pending {
        /// Kept, so that no other record gets its identifier.
        let original: Record
        let shown: Record
    }

    private let dispatcher: any Dispatcher
    private let meters: ViewMeters
    private let state: Mutex<State>

    /// Nil when the view would change nothing.
    package init?(
        _ dispatcher: any Dispatcher,
        values: ValueSettings?,
        location: LocationSettings?,
        meters: @autoclosure () -> ViewMeters
    ) {
        guard let view = RecordView(values: values, location: location) else { return nil }
        self.dispatcher = dispatcher
        self.meters = meters()
        state = Mutex(State(view: view))
    }

    package func open() async throws(DispatcherFailure) { try await dispatcher.open() }

    package func close() async { await dispatcher.close() }

    package func reopen() { dispatcher.reopen() }

    package func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        let sight = state.withLock { look(at: batch, &$0) }
        guard !sight.records.isEmpty else { return report(sight, nil, of: batch) }
        let report = await dispatcher.deliver(RecordBatch(sight.records))
        return self.report(sight, report.outcomes, of: batch)
    }

    /// A batch as the dispatcher sees it.
    private struct Sight {
        var records: [Record] = []
        /// Of the batch, those that stand in `records`.
        var places: [Int] = []
        /// Of the batch, those that cannot be shown.
        var unreadable: [Int] = []
    }

    private func look(at batch: RecordBatch, _ state: inout State) -> Sight {
        var sight = Sight()
        sight.records.reserveCapacity(batch.records.count)
        for (index, record) in batch.records.enumerated() {
            if let pending = state.pending[ObjectIdentifier(record)] {
                sight.records.append(pending.shown)
                sight.places.append(index)
                continue
            }
            switch state.view.show(record, counting: meters) {
            case .shown(let shown):
                sight.records.append(shown)
                sight.places.append(index)
            case .withheld:
                meters.withheld.add()
            case .unreadable:
                sight.unreadable.append(index)
            }
        }
        return sight
    }

    /// - Parameter outcomes: of the records that were delivered; a dispatcher that reports on fewer leaves the rest to
    ///   the lane.
    private func report(
        _ sight: Sight,
        _ outcomes: [DeliveryReport.Outcome]?,
        of batch: RecordBatch
    ) -> DeliveryReport {
        var all = Array(repeating: DeliveryReport.Outcome.delivered, count: batch.records.count)
        for index in sight.unreadable { all[index] = .rejected(Self.unreadable) }
        var pending: [ObjectIdentifier: Pending] = [:]
        for (number, place) in sight.places.enumerated() {
            let outcome = outcomes.flatMap { $0.indices.contains(number) ? $0[number] : nil } ?? Self.missing
            all[place] = outcome
            guard case .retry = outcome else { continue }
            let original = batch.records[place]
            pending[ObjectIdentifier(original)] = Pending(original: original, shown: sight.records[number])
        }
        state.withLock { $0.pending = pending }
        return all.allSatisfy { $0 == .delivered } ? DeliveryReport(all: .delivered, of: batch) : DeliveryReport(all)
    }

    private static let missing = DeliveryReport.Outcome.retry(
        DispatcherFailure(.faulty, "the dispatcher reported on too few records; correct its deliver()")
    )

    private static let unreadable = DispatcherFailure(
        .unencodable,
        "its content is not known, so it may hold a position, which the dispatcher's section \"location\" keeps back; "
            + "send the record type to a dispatcher without that section"
    )
}
