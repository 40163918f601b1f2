internal import PayloadCodec
package import TelemetryModel

/// What one dispatcher is shown of records: values and positions as its section wants them.
///
/// A view makes records of its own, with payloads of their own, so that no format of any dispatcher shows more than
/// another. Records that look the same to it are passed on as they are. It remembers nothing: a record looks the same
/// whenever it comes. Belongs to one thread.
package struct RecordView: ~Copyable {
    /// What becomes of a record.
    package enum Outcome {
        /// This one in its place; the same when nothing is changed.
        case shown(Record)
        /// Nothing of it may be shown.
        case withheld
        /// Its content is not known, so nobody can say what it shows.
        case unreadable
    }

    private let values: ValueView?
    private let location: LocationView?
    private var writer = PayloadWriter()

    /// Nil when nothing is to be changed.
    package init?(values: ValueSettings?, location: LocationSettings?) {
        guard values != nil || location != nil else { return nil }
        self.values = values.map { ValueView($0) }
        self.location = location.map { LocationView($0) }
    }

    /// - Parameter meters: count what was taken away.
    package mutating func show(_ record: Record, counting meters: ViewMeters? = nil) -> Outcome {
        guard case .vehicleData(var data) = record.content else {
            // Alerts, errors, metrics and connectivity have no positions.
            if case .opaque = record.content, location != nil { return .unreadable }
            return .shown(record)
        }
        var isNewPayload = false
        var isNewName = false
        if let location {
            let count = data.data.count
            let changes = location.apply(to: &data)
            meters?.note(changes)
            if data.data.isEmpty, count > 0 { return .withheld }
            isNewPayload = changes.isChanged
        }
        if let values {
            for index in data.data.indices {
                switch values.apply(to: &data.data[index]) {
                case .none: continue
                case .name: isNewName = true
                case .value: isNewPayload = true
                }
            }
        }
        guard isNewPayload || isNewName else { return .shown(record) }
        let content = RecordContent.vehicleData(data)
        return .shown(record.showing(content, payload: isNewPayload ? writer.bytes(of: content) : nil))
    }
}
