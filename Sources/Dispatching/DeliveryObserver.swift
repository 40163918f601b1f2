package import TelemetryModel

/// What became of a record, as far as its ack is concerned.
package struct Settlement: Sendable {
    package enum Outcome: Sendable, Hashable {
        /// Every dispatcher that the ack depends on has the record, or its dead letter is durable.
        case acknowledge
        /// At least one of them will never have it. The vehicle keeps the record and sends it again.
        case withhold
    }

    package let record: Record
    package let outcome: Outcome

    package init(record: Record, outcome: Outcome) {
        self.record = record
        self.outcome = outcome
    }
}

/// Who owns the connections that records came from: an event loop.
///
/// Both methods are called from lane threads, several at once, and must not wait.
package protocol DeliveryObserver: Sendable {
    /// Records of this observer's connections are settled, in the order in which one lane settled them.
    ///
    /// Called once per delivered batch. Each record that was submitted is settled at most once: not at all when
    /// the process ends first. Records that the server made itself (connectivity) are settled like the others.
    func settle(_ settlements: [Settlement])

    /// A lane that was full is half empty again: connections that stopped because ``DispatchRoute/hasRoom``
    /// was false should look again.
    func lanesHaveRoom()
}
