package import TelemetryModel

/// Which records a consumer wants. An empty filter wants all.
package struct RecordFilter: Sendable, Hashable {
    /// Only these vehicles; nil for all.
    package var vins: Set<VIN>?
    /// Only these record types; nil for all.
    package var types: Set<RecordType>?
    /// Only vehicle data with at least one of these fields; nil for all, other record types included.
    package var fields: Set<Field>?

    package init(vins: Set<VIN>? = nil, types: Set<RecordType>? = nil, fields: Set<Field>? = nil) {
        self.vins = vins
        self.types = types
        self.fields = fields
    }

    /// Whether the consumer wants this record: every part of the filter that is set must agree.
    package func matches(_ record: Record) -> Bool {
        if let types, !types.contains(record.type) { return false }
        if let vins, !vins.contains(record.vin) { return false }
        guard let fields else { return true }
        guard case .vehicleData(let vehicleData) = record.content else { return false }
        return vehicleData.data.contains { fields.contains($0.field) }
    }
}
