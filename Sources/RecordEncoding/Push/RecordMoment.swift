internal import TelemetryModel

extension Record {
    /// When the vehicle says that it was; when it was received, for records without such a moment.
    var moment: Timestamp {
        let createdAt: Timestamp? =
            switch content {
            case .vehicleData(let data): data.createdAt
            case .alerts(let alerts): alerts.createdAt
            case .errors(let errors): errors.createdAt
            case .connectivity(let event): event.createdAt
            case .metrics(let metrics): metrics.createdAt
            case .opaque: nil
            }
        return createdAt ?? Timestamp(receivedAt)
    }
}
