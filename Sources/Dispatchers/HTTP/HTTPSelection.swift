internal import Dispatching
internal import TelemetryModel

/// Chooses what of a record is sent. Belongs to one thread.
struct HTTPSelection {
    private let filter: RecordFilter
    private let wantsChangesOnly: Bool
    private var tracker = ChangeTracker()

    init(_ filter: HTTPSettings.Filter) {
        self.filter = RecordFilter(
            vins: filter.vins.isEmpty ? nil : Set(filter.vins.map { VIN($0) }),
            types: filter.recordTypes.isEmpty ? nil : Set(filter.recordTypes.map { RecordType(topic: $0) })
        )
        fields = filter.fields.isEmpty ? nil : Set(filter.fields.compactMap { Field(name: $0) })
        wantsChangesOnly = filter.changedOnly
    }

    private let fields: Set<Field>?

    /// The record as it is sent; nil when there is nothing to send.
    ///
    /// A record of which only some data are sent keeps its payload, which the format pubsub_push transports whole.
    func part(of record: Record, in draft: inout ChangeTracker.Draft) -> Record? {
        guard filter.matches(record) else { return nil }
        guard case .vehicleData(var data) = record.content, fields != nil || wantsChangesOnly else { return record }
        let count = data.data.count
        if let fields { data.data.removeAll { !fields.contains($0.field) } }
        if wantsChangesOnly { data.data = tracker.changes(of: data.data, vin: record.vin, in: &draft) }
        if data.data.isEmpty { return nil }
        if data.data.count == count { return record }
        return record.showing(.vehicleData(data), payload: nil)
    }

    mutating func commit(_ draft: ChangeTracker.Draft) { tracker.commit(draft) }
}
