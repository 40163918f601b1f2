package import Spooling
internal import TelemetryModel

/// Which dead letters are meant. Every part that is set must agree.
package struct DeadLetterSelection: Sendable {
    /// Nil for all.
    package var ids: Set<UInt64>?
    /// The dispatcher that refused the record, as `records` names it; nil for all.
    package var dispatcher: String?
    /// Nil for all vehicles.
    package var vin: String?

    package init(ids: Set<UInt64>? = nil, dispatcher: String? = nil, vin: String? = nil) {
        self.ids = ids
        self.dispatcher = dispatcher
        self.vin = vin
    }

    /// Whether every part that is set agrees with the letter.
    package func contains(_ letter: StoredDeadLetter) -> Bool {
        (ids?.contains(letter.id) ?? true)
            && (dispatcher.map { $0 == letter.dispatcher } ?? true)
            && (vin.map { $0 == letter.record.source.device.vin.text } ?? true)
    }
}
