internal import TelemetryModel

extension Record {
    /// When the vehicle says that it was; when it was received, for records without such a moment.
    var moment: Timestamp {
        content.createdAt ?? Timestamp(receivedAt)
    }
}
