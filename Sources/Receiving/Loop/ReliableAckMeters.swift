internal import Dispatching
internal import Observability
internal import TelemetryModel

/// `reliable_ack` and `reliable_ack_miss`: acks that followed a dispatcher named in `reliable_ack_sources`.
///
/// Empty without such sources, so that nothing is looked up per record.
struct ReliableAckMeters: Sendable {
    private struct Row: Sendable {
        let type: RecordType
        let sent: [Counter]
        let missed: [Counter]
    }

    private let rows: [Row]

    /// - Parameter sources: as configured; types that are not listed are not counted, as on the reference.
    init(_ sources: [RecordType: [DispatcherName]], _ reference: ReferenceMetrics) {
        rows = sources.sorted { $0.key.topic < $1.key.topic }.map { type, names in
            Row(
                type: type,
                sent: names.map { reference.reliableAck(recordType: type.topic, dispatcher: $0.text) },
                missed: names.map { reference.reliableAckMiss(recordType: type.topic, dispatcher: $0.text) }
            )
        }
    }

    var isEmpty: Bool { rows.isEmpty }

    /// The ack of a record went to its vehicle.
    func noteSent(_ type: RecordType) {
        for row in rows where row.type == type {
            for counter in row.sent { counter.add() }
        }
    }

    /// The dispatchers have the record, and its connection is gone.
    func noteMissed(_ type: RecordType) {
        for row in rows where row.type == type {
            for counter in row.missed { counter.add() }
        }
    }
}
