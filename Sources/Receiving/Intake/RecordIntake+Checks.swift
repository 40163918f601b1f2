internal import Observability
internal import TelemetryModel

/// What keeps a message from becoming a record, and what is said about it.
extension RecordIntake {
    /// Counts the message against the vehicle's rate limit.
    @inline(__always)
    func isOverLimit(_ socket: VehicleSocket, _ topic: Topic?) -> Bool {
        guard let limit = context.settings.rateLimit, !socket.vehicle.rateWindow.admits(limit, now: now) else {
            return false
        }
        noteOverLimit(limit, topic, socket.source)
        return true
    }

    private func noteOverLimit(_ limit: RateLimit, _ topic: Topic?, _ source: RecordSource) {
        let label = topic?.type.topic ?? ReferenceMetrics.other
        context.meters.reference.rateLimitExceeded(vin: source.device.vin.text, recordType: label).add()
        context.log.limited(
            .error,
            "rate_limit_exceeded",
            [
                "vin": .text(source.device.vin.text),
                "message_limit": .number(Int64(limit.messages)),
                "interval_milliseconds": .number(Int64(limit.intervalMilliseconds)),
            ]
        )
    }

    /// Whether the envelope names the certificate's device: as `type.id`, or the bare id.
    func isSender(_ sender: Span<UInt8>, _ device: DeviceIdentity) -> Bool {
        equals(sender, device.senderID) || equals(sender, device.vin.text)
    }

    private func equals(_ bytes: Span<UInt8>, _ text: String) -> Bool {
        let wanted = text.utf8.span
        guard bytes.count == wanted.count else { return false }
        for index in bytes.indices where bytes[index] != wanted[index] { return false }
        return true
    }

    func noteWrongSender(_ sender: Span<UInt8>, _ source: RecordSource) {
        context.meters.reference.unauthorizedSenders.add()
        context.meters.reference.unexpectedRecords.add()
        let shown = (0..<min(sender.count, 64)).map { sender[$0] }
        context.log.limited(
            .error,
            "unexpected_sender_id",
            [
                "vin": .text(source.device.vin.text),
                "sender_id": .text(String(decoding: shown, as: UTF8.self)),
                "expected": .text(source.device.senderID),
            ]
        )
    }

    func noteUnexpected(_ source: RecordSource, _ reason: String) {
        context.meters.reference.unexpectedRecords.add()
        context.log.limited(
            .error,
            "unexpected_record",
            [
                "vin": .text(source.device.vin.text), "txid": .text(source.socketID), "error": .text(reason),
            ]
        )
    }
}
