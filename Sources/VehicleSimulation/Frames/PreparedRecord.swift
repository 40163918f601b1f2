package import EnvelopeCodec
internal import PayloadCodec
internal import TelemetryModel

/// A record in bytes, before a vehicle puts its name and number on it.
package struct PreparedRecord: Sendable, Hashable {
    package let topic: [UInt8]
    /// Protobuf.
    package let payload: [UInt8]
    /// Whole seconds since 1970, for the envelope.
    package let createdAtSeconds: UInt32

    init(topic: [UInt8], payload: [UInt8], createdAtSeconds: UInt32) {
        self.topic = topic
        self.payload = payload
        self.createdAtSeconds = createdAtSeconds
    }

    init(_ record: ScenarioRecord, writer: inout PayloadWriter) {
        topic = Array(record.type.topic.utf8)
        payload = writer.bytes(of: record.content)
        createdAtSeconds = UInt32(truncatingIfNeeded: record.createdAt.seconds)
    }

    /// The same record marked as sent before, as vehicles do with what was not acked.
    ///
    /// Only vehicle data have such a mark. It is field 4 of the payload, the last one that vehicles write, so the mark
    /// goes to the end (`proto/vehicle_data.proto`, `Payload.is_resend`).
    var markedAsResend: PreparedRecord {
        guard topic == Self.vehicleDataTopic else { return self }
        return PreparedRecord(topic: topic, payload: payload + [0x20, 0x01], createdAtSeconds: createdAtSeconds)
    }

    private static let vehicleDataTopic = Array(RecordType.vehicleData.topic.utf8)

    /// The envelope that a vehicle sends.
    package func message(from vin: String, txid: [UInt8]) -> StreamMessage {
        StreamMessage(
            txid: txid,
            topic: topic,
            senderID: Array("\(Self.deviceType).\(vin)".utf8),
            payload: payload,
            deviceType: Array(Self.deviceType.utf8),
            deviceID: Array(vin.utf8),
            createdAtSeconds: createdAtSeconds
        )
    }

    static let deviceType = "vehicle_device"
}

extension PreparedRecord {
    /// The first records of a scenario.
    package static func records(of kind: ScenarioKind, seed: UInt64, startedAt: Int64, count: Int) -> [PreparedRecord] {
        var scenario = Scenario(kind, seed: seed, startedAt: Timestamp(seconds: startedAt, nanos: 24_618_247))
        var writer = PayloadWriter()
        return (0..<count).map { _ in PreparedRecord(scenario.next(), writer: &writer) }
    }

    /// Vehicle data of exactly so many datums each, as after a pause or with a short list of signals: load whose size
    /// is known.
    ///
    /// - Parameter datums: at least one; no more than the scenario has signals, so that no record has one twice.
    package static func records(
        of kind: ScenarioKind,
        datums: Int,
        seed: UInt64,
        startedAt: Int64,
        count: Int
    ) -> [PreparedRecord] {
        let wanted = min(max(1, datums), SignalCatalogue.signals.count)
        var scenario = Scenario(kind, seed: seed, startedAt: Timestamp(seconds: startedAt, nanos: 24_618_247))
        var writer = PayloadWriter()
        var records: [PreparedRecord] = []
        // What every signal said last, in a fixed order; those that have not changed take turns to fill a record up.
        var known: [Datum] = []
        var turn = 0
        while records.count < count {
            let record = scenario.next()
            guard case .vehicleData(let data) = record.content else { continue }
            for datum in data.data {
                if let place = known.firstIndex(where: { $0.field == datum.field }) {
                    known[place] = datum
                } else {
                    known.append(datum)
                }
            }
            var taken = Array(data.data.prefix(wanted))
            while taken.count < min(wanted, known.count) {
                turn += 1
                let datum = known[turn % known.count]
                if !taken.contains(where: { $0.field == datum.field }) { taken.append(datum) }
            }
            let content = RecordContent.vehicleData(VehicleData(data: taken, createdAt: record.createdAt))
            let made = ScenarioRecord(
                type: record.type,
                content: content,
                createdAt: record.createdAt,
                pauseMilliseconds: 0
            )
            records.append(PreparedRecord(made, writer: &writer))
        }
        return records
    }

    /// The records that vehicles sent in a recording; what is no record is left out.
    package static func records(in frames: [RecordedFrame]) -> [PreparedRecord] {
        frames.compactMap { frame in
            guard frame.direction == .incoming, let envelope = try? Envelope.read(frame.bytes.span) else { return nil }
            guard let stream = envelope.stream else { return nil }
            return PreparedRecord(
                topic: Array(frame.bytes[envelope.topic]),
                payload: Array(frame.bytes[stream.payload]),
                createdAtSeconds: stream.createdAtSeconds
            )
        }
    }
}
