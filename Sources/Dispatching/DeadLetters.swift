package import Observability
package import TelemetryModel

/// A record that a dispatcher will never take, or that a rule keeps from all of them, with the reason.
package struct DeadLetter: Sendable {
    package let record: Record
    /// Who refuses it: a dispatcher, or ``rules``.
    package let refusedBy: String
    /// Few and fixed.
    package let code: String
    /// For people. Never a payload, never a secret.
    package let detail: String

    /// What stands in the place of a dispatcher when rules refuse a record.
    package static let rules = "validation"

    package init(record: Record, dispatcher: DispatcherName, failure: DispatcherFailure) {
        self.record = record
        refusedBy = dispatcher.text
        code = failure.code.rawValue
        detail = failure.detail
    }

    /// - Parameter rule: that the record broke.
    package init(record: Record, rule: RecordRule) {
        self.record = record
        refusedBy = Self.rules
        code = rule.name
        detail = "validation.rules.\(rule.name) says enforce; see the record's findings"
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
        log.observe(
            .dispatchRejected,
            [
                "dispatcher": .text(refusedBy),
                "record_type": .text(record.type.topic),
                "vin": .text(record.vin.text),
                "txid": .text(record.txidText),
                "failure": .text(code),
                "detail": .text(detail),
                "kept": .flag(isKept),
            ]
        )
    }
}
