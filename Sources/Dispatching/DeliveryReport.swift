/// One outcome per record of the batch, in the batch's order.
package struct DeliveryReport: Sendable {
    package enum Outcome: Sendable, Hashable {
        /// The destination has it. Acks may go out.
        case delivered
        /// Not now. The lane keeps the record and tries again.
        case retry(DispatcherFailure)
        /// Never. The lane writes the record to the dead letters.
        case rejected(DispatcherFailure)
    }

    private enum Content {
        case same(Outcome)
        case each([Outcome])
    }

    private let content: Content
    /// How many records the report is about.
    package let count: Int

    /// - Parameter outcomes: as many as the batch has records.
    package init(_ outcomes: [Outcome]) {
        content = .each(outcomes)
        count = outcomes.count
    }

    /// The same outcome for the whole batch. Costs nothing per record.
    package init(all outcome: Outcome, of batch: RecordBatch) {
        content = .same(outcome)
        count = batch.records.count
    }

    /// The first `delivered` records have arrived, the rest has not.
    package init(delivered: Int, rest: Outcome, of batch: RecordBatch) {
        guard delivered > 0 else {
            self.init(all: rest, of: batch)
            return
        }
        guard delivered < batch.records.count else {
            self.init(all: .delivered, of: batch)
            return
        }
        self.init((0..<batch.records.count).map { $0 < delivered ? .delivered : rest })
    }

    package var outcomes: [Outcome] {
        switch content {
        case .same(let outcome): Array(repeating: outcome, count: count)
        case .each(let outcomes): outcomes
        }
    }

    /// Whether the report says at once that all of a batch of `recordCount` records was delivered.
    func isDelivered(of recordCount: Int) -> Bool {
        guard case .same(.delivered) = content else { return false }
        return count == recordCount
    }

    /// The outcome of one record; a report that is too short is the dispatcher's fault, and the record stays.
    func outcome(at index: Int) -> Outcome {
        guard index < count else {
            return .retry(
                DispatcherFailure(.faulty, "the dispatcher reported on \(count) records only; correct its deliver()")
            )
        }
        switch content {
        case .same(let outcome): return outcome
        case .each(let outcomes): return outcomes[index]
        }
    }
}
