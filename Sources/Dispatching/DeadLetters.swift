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
        for letter in letters {
            log.limited(
                .error,
                "dispatch_rejected",
                [
                    "dispatcher": .text(letter.dispatcher.text),
                    "record_type": .text(letter.record.type.topic),
                    "vin": .text(letter.record.vin.text),
                    "txid": .text(letter.record.txidText),
                    "code": .text(letter.failure.code.rawValue),
                    "detail": .text(letter.failure.detail),
                ]
            )
        }
        return false
    }
}
