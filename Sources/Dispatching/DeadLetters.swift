package import Observability
package import TelemetryModel

/// A record that a dispatcher will never take, with the reason.
package struct DeadLetter: Sendable {
    package let record: Record
    package let dispatcher: DispatcherName
    package let failure: DispatcherFailure

    package init(record: Record, dispatcher: DispatcherName, failure: DispatcherFailure) {
        self.record = record
        self.dispatcher = dispatcher
        self.failure = failure
    }
}

/// Where rejected records go.
package protocol DeadLetterSink: Sendable {
    /// Keeps the letters. Called on a lane's thread, which may block.
    ///
    /// - Returns: true when they are safe from now on, so that the vehicles may forget the records; false when
    ///   their acks must be withheld.
    func store(_ letters: [DeadLetter]) -> Bool
}

/// Keeps nothing: says in the log that a record was rejected and why. Acks are withheld, vehicles resend.
package struct LoggedDeadLetters: DeadLetterSink {
    private let log: Log

    package init(log: Log) {
        self.log = log
    }

    package func store(_ letters: [DeadLetter]) -> Bool {
        for letter in letters { letter.note(in: log, isKept: false) }
        return false
    }
}

extension DeadLetter {
    /// Says that the record was rejected, and whether it is kept.
    func note(in log: Log, isKept: Bool) {
        log.limited(
            .error,
            "dispatch_rejected",
            [
                "dispatcher": .text(dispatcher.text),
                "record_type": .text(record.type.topic),
                "vin": .text(record.vin.text),
                "txid": .text(record.txidText),
                "code": .text(failure.code.rawValue),
                "detail": .text(failure.detail),
                "kept": .flag(isKept),
            ]
        )
    }
}
