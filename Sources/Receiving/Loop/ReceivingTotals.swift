internal import Observability

/// What receiving has counted since the start. Each number is right by itself; they are not of one moment.
package struct ReceivingTotals: Sendable {
    package let connectionsOpened: Int
    package let connectionsClosed: Int
    package let handshakes: Int
    package let records: Int
    package let payloadBytes: Int
    /// Records by the label of their type; those that never came are left out.
    package let recordsByType: [(type: String, count: Int)]
    package let duplicates: Int
    package let acknowledgements: Int
    package let withheld: Int
    package let lateSettlements: Int
}

extension ReceivingMeters {
    /// All totals at this moment.
    package var totals: ReceivingTotals {
        let types = reference.recordTypes.map {
            (type: $0.label, count: $0.records.value, bytes: $0.payloadBytes.value)
        }
        return ReceivingTotals(
            connectionsOpened: connectionsOpened.value,
            connectionsClosed: connectionsClosed.value,
            handshakes: handshakes.value,
            records: types.reduce(0) { $0 + $1.count },
            payloadBytes: types.reduce(0) { $0 + $1.bytes },
            recordsByType: types.filter { $0.count > 0 }.map { ($0.type, $0.count) },
            duplicates: duplicates.value,
            acknowledgements: acknowledgements.value,
            withheld: withheld.value,
            lateSettlements: lateSettlements.value
        )
    }
}
