internal import EnvelopeCodec
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
        context.log.observe(
            .rateLimitExceeded,
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

    /// Two lines, as the reference writes them (`protocol.md` section 3).
    func noteWrongSender(
        _ bytes: Span<UInt8>,
        _ envelope: Envelope,
        _ stream: Envelope.Stream,
        _ source: RecordSource
    ) {
        context.meters.reference.unauthorizedSenders.add()
        let type = Self.shown(bytes, envelope.topic)
        let txid = Self.shown(bytes, envelope.txid)
        let sender = Self.shown(bytes, stream.senderID)
        context.log.observe(
            .unexpectedSenderID,
            [
                "vin": .text(source.device.vin.text), "sender_id": .text(sender),
                "expected_sender_id": .text(source.device.senderID), "record_type": .text(type), "txid": .text(txid),
            ]
        )
        noteUnexpected(
            source,
            type: type,
            txid: txid,
            "the message names \(sender) as its sender, the certificate \(source.device.senderID)"
        )
    }

    func noteUnexpected(_ source: RecordSource, type: String, txid: String, _ reason: String) {
        context.meters.reference.unexpectedRecords.add()
        context.log.observe(
            .unexpectedRecord,
            [
                "vin": .text(source.device.vin.text), "device_id": .text(source.device.vin.text),
                "record_type": .text(type), "txid": .text(txid), "socket_id": .text(source.socketID),
                "error": .text(reason),
            ]
        )
    }

    /// The beginning of what a peer wrote, for a line of the log.
    static func shown(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: range.prefix(64).map { bytes[$0] }, as: UTF8.self)
    }
}
