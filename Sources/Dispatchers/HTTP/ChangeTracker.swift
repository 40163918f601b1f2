internal import TelemetryModel

/// The values that an endpoint was sent last, for endpoints that want changes only.
///
/// What is sent counts once it is delivered: values of records that were refused, or that must be sent again, are
/// still changes the next time. Belongs to one thread.
struct ChangeTracker {
    typealias Values = [Field: SignalValue]

    /// More vehicles than this, and all are forgotten, which sends their values once more than needed.
    private static let vehicleLimit = 20_000

    private var sent: [VIN: Values] = [:]

    /// What a request that is being put together would change.
    struct Draft {
        fileprivate var values: [VIN: Values] = [:]
    }

    /// The data that differ from what was sent last, or stands in the draft, which they are added to.
    func changes(of data: [Datum], vin: VIN, in draft: inout Draft) -> [Datum] {
        data.filter { datum in
            let last = draft.values[vin]?[datum.field] ?? sent[vin]?[datum.field]
            guard last != datum.value else { return false }
            draft.values[vin, default: [:]][datum.field] = datum.value
            return true
        }
    }

    /// The request with the draft's values was taken.
    mutating func commit(_ draft: Draft) {
        for (vin, values) in draft.values {
            if sent[vin] == nil, sent.count >= Self.vehicleLimit { sent = [:] }
            sent[vin, default: [:]].merge(values) { $1 }
        }
    }
}
