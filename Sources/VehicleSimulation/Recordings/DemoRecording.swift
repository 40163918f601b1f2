internal import EnvelopeCodec
internal import PayloadCodec
internal import TelemetryModel

/// A drive, a charge and a park, as `serve --record` would have recorded them: with the acks. Always the same.
///
/// The demo plays it, and tests read it from `Tests/Fixtures/recordings`.
package enum DemoRecording {
    private struct Part {
        let vin: String
        let scenario: ScenarioKind
        let seed: UInt64
        let records: Int
    }

    private static let parts = [
        Part(vin: "5YJ3E1EA0KF000001", scenario: .drive, seed: 41, records: 120),
        Part(vin: "7SAYGDEE0PA000002", scenario: .charge, seed: 42, records: 60),
        Part(vin: "LRW3E7FA0MC000003", scenario: .park, seed: 43, records: 30),
    ]

    /// Fictional.
    package static let vins = parts.map(\.vin)

    /// 2026-01-30T18:44:18.024618247Z.
    private static let start = Timestamp(seconds: 1_769_798_658, nanos: 24_618_247)
    /// From the vehicle's clock to the server's, in milliseconds: what real logs show.
    private static let delayMilliseconds: Int64 = 90

    /// All frames in the order of their moments.
    package static func frames() -> [RecordedFrame] {
        parts.flatMap(frames).enumerated()
            .sorted { ($0.element.milliseconds, $0.offset) < ($1.element.milliseconds, $1.offset) }
            .map(\.element)
    }

    private static func frames(of part: Part) -> [RecordedFrame] {
        var scenario = Scenario(part.scenario, seed: part.seed, startedAt: start)
        var random = SeededNumbers(seed: part.seed)
        var writer = PayloadWriter()
        let txid = VehicleTxid(from: &random)
        var frames: [RecordedFrame] = []
        for number in 1...part.records {
            let record = scenario.next()
            let prepared = PreparedRecord(record, writer: &writer)
            let message = prepared.message(from: part.vin, txid: txid.text(number))
            var envelope: [UInt8] = []
            Envelope.appendStream(message, to: &envelope)
            var ack: [UInt8] = []
            Envelope.appendAcknowledgement(txid: message.txid.span, topic: message.topic.span, to: &ack)
            let made = record.createdAt.seconds * 1000 + Int64(record.createdAt.nanos / 1_000_000)
            let received = made + delayMilliseconds + Int64(random.number(in: -10...10))
            frames.append(frame(received, part.vin, .incoming, envelope))
            frames.append(frame(received + 1, part.vin, .outgoing, ack))
        }
        return frames
    }

    private static func frame(
        _ milliseconds: Int64,
        _ vin: String,
        _ direction: RecordedFrame.Direction,
        _ bytes: [UInt8]
    ) -> RecordedFrame {
        RecordedFrame(milliseconds: milliseconds, vin: vin, direction: direction, bytes: bytes)
    }
}
