import EnvelopeCodec
import TelemetryFixtures

/// The outermost layer of messages. What is read lies inside the message and does not depend on what lies around it; a
/// record that was read is read as the same again after it was written.
final class EnvelopeTarget: FuzzTarget {
    static let name = "envelope"
    static let limitBytes = 4096
    static let words: [[UInt8]] = ["V", "alerts", "vehicle_device.", "5YJ3E1EA7KF000316"].map { Array($0.utf8) }

    static func seeds() throws -> [[UInt8]] {
        try Corpus.frameAreas.flatMap { try Corpus.cases($0) }.compactMap { $0.frames?.first?.bytes }
            .filter { !$0.isEmpty && $0.count < 2000 }
    }

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let offset = input.count % 9
        let range = offset..<offset + input.count
        let outcomes = [0x00, 0xff].map { (filler: UInt8) in
            let around = [UInt8](repeating: filler, count: 24)
            return read(around[..<offset] + input + around, range)
        }
        guard outcomes[0] == outcomes[1] else { throw FuzzFinding("what lies around the message changes its meaning") }
        switch outcomes[0] {
        case .failure(let error):
            guard !error.description.isEmpty else { throw FuzzFinding("an error without text") }
            try check([error.txid, error.topic].compactMap { $0 }, within: range)
            return false
        case .success(let envelope):
            let stream = envelope.stream.map { [$0.senderID, $0.payload, $0.deviceType, $0.deviceID] } ?? []
            try check([envelope.txid, envelope.topic, envelope.messageID] + stream, within: range)
            try checkAnswers(to: envelope, input, offset)
            return envelope.stream != nil
        }
    }

    private func read(_ bytes: ArraySlice<UInt8>, _ range: Range<Int>) -> Result<Envelope, EnvelopeError> {
        do throws(EnvelopeError) {
            return .success(try Envelope.read(bytes.span, in: range))
        } catch {
            return .failure(error)
        }
    }

    private func check(_ parts: [Range<Int>], within range: Range<Int>) throws(FuzzFinding) {
        for part in parts where part.lowerBound < range.lowerBound || part.upperBound > range.upperBound {
            throw FuzzFinding("\(part) lies outside of the message \(range)")
        }
    }

    /// The ack is as long as was said, and names the same record.
    private func checkAnswers(to envelope: Envelope, _ input: [UInt8], _ offset: Int) throws(FuzzFinding) {
        func bytes(_ range: Range<Int>) -> [UInt8] {
            Array(input.dropFirst(range.lowerBound - offset).prefix(range.count))
        }
        let (txid, topic) = (bytes(envelope.txid), bytes(envelope.topic))
        var ack: [UInt8] = []
        Envelope.appendAcknowledgement(txid: txid.span, topic: topic.span, to: &ack)
        guard
            ack.count == Envelope.acknowledgementLength(txid: txid.count, topic: topic.count),
            let read = try? Envelope.read(ack.span), Array(ack[read.txid]) == txid, Array(ack[read.topic]) == topic
        else { throw FuzzFinding("the ack does not name its record") }
        guard let stream = envelope.stream else { return }
        let message = StreamMessage(
            txid: txid,
            topic: topic,
            messageID: bytes(envelope.messageID),
            senderID: bytes(stream.senderID),
            payload: bytes(stream.payload),
            deviceType: bytes(stream.deviceType),
            deviceID: bytes(stream.deviceID),
            createdAtSeconds: stream.createdAtSeconds,
            deliveredAtMilliseconds: stream.deliveredAtMilliseconds
        )
        var written: [UInt8] = []
        Envelope.appendStream(message, to: &written)
        guard written.count == Envelope.streamLength(message), let again = try? Envelope.read(written.span),
            let content = again.stream
        else { throw FuzzFinding("a record that was read and written is not read again") }
        let isSame =
            Array(written[again.txid]) == message.txid && Array(written[again.topic]) == message.topic
            && Array(written[again.messageID]) == message.messageID
            && Array(written[content.senderID]) == message.senderID
            && Array(written[content.payload]) == message.payload
            && Array(written[content.deviceType]) == message.deviceType
            && Array(written[content.deviceID]) == message.deviceID
            && content.createdAtSeconds == message.createdAtSeconds
            && content.deliveredAtMilliseconds == message.deliveredAtMilliseconds
        guard isSame else { throw FuzzFinding("a record that was read and written is read as another one") }
    }
}
