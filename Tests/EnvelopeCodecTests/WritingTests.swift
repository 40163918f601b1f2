import EnvelopeCodec
import TelemetryFixtures
import Testing

struct WritingTests {
    @Test(arguments: Corpus.frameAreas)
    func `every reply of the reference is reproduced byte for byte`(area: String) throws {
        for example in try Corpus.cases(area) {
            for reply in example.replies where reply.op == 2 {
                let expected = try #require(reply.bytes)
                var written: [UInt8] = [0xaa]
                let (txid, topic) = (reply.txidBytes, reply.topicBytes)
                if reply.kind == "ack" {
                    Envelope.appendAcknowledgement(txid: txid.span, topic: topic.span, to: &written)
                    #expect(Envelope.acknowledgementLength(txid: txid.count, topic: topic.count) == expected.count)
                } else {
                    #expect(reply.payload == Envelope.errorText)
                    Envelope.appendError(txid: txid.span, to: &written)
                    #expect(Envelope.errorLength(txid: txid.count) == expected.count)
                }
                #expect(written == [0xaa] + expected, "\(area)/\(example.name)")
            }
        }
    }

    @Test func `every frame of the reference's encoder is reproduced byte for byte`() throws {
        let all = try SentEnvelope.all()
        #expect(all.count > 300)
        for (name, message, frame) in all {
            var written: [UInt8] = [1, 2, 3]
            Envelope.appendStream(message, to: &written)
            #expect(Array(written[3...]) == frame, "\(name)")
            #expect(Envelope.streamLength(message) == frame.count, "\(name)")
        }
    }

    @Test func `the samples of real traffic are reproduced byte for byte`() {
        for sample in Sample.all {
            var stream: [UInt8] = []
            Envelope.appendStream(sample.message, to: &stream)
            #expect(Bytes.hex(stream) == sample.stream)
            var acknowledgement: [UInt8] = []
            Envelope.appendAcknowledgement(
                txid: sample.message.txid.span,
                topic: sample.message.topic.span,
                to: &acknowledgement
            )
            if let expected = sample.acknowledgement { #expect(Bytes.hex(acknowledgement) == expected) }
        }
    }

    @Test func `an acknowledgement takes txid and topic from where they were read`() throws {
        var stream: [UInt8] = [9, 9, 9]
        Envelope.appendStream(Sample.all[0].message, to: &stream)
        let envelope = try Envelope.read(stream.span, in: 3..<stream.count)
        var acknowledgement: [UInt8] = []
        Envelope.appendAcknowledgement(
            txid: envelope.txid,
            topic: envelope.topic,
            of: stream.span,
            to: &acknowledgement
        )
        #expect(Bytes.hex(acknowledgement) == Sample.all[0].acknowledgement)
    }

    @Test func `lengths of all fields leave what was written readable`() throws {
        for count in 0..<20 {
            for (createdAt, deliveredAt) in [(0, 0), (7, 0), (0, 9), (7, 9)] as [(UInt32, UInt64)] {
                let message = StreamMessage(
                    txid: text(count, 0),
                    topic: text(count, 1),
                    messageID: text(count, 2),
                    senderID: text(count, 3),
                    payload: text(count, 4),
                    deviceType: text(count, 5),
                    deviceID: text(count, 6),
                    createdAtSeconds: createdAt,
                    deliveredAtMilliseconds: deliveredAt
                )
                var bytes: [UInt8] = []
                Envelope.appendStream(message, to: &bytes)
                #expect(bytes.count == Envelope.streamLength(message))
                #expect(bytes.count % (deliveredAt == 0 ? 4 : 8) == 0)
                #expect(try StreamMessage(reading: bytes) == message)
            }
        }
    }

    private func text(_ count: Int, _ seed: Int) -> [UInt8] {
        (0..<(count * (seed + 3)) % 17).map { UInt8(0x41 + ($0 + seed) % 26) }
    }
}

extension StreamMessage {
    /// All that an envelope says, copied out.
    init(reading bytes: [UInt8], in range: Range<Int>? = nil) throws {
        let envelope = try Envelope.read(bytes.span, in: range)
        let stream = try #require(envelope.stream)
        self.init(
            txid: Array(bytes[envelope.txid]),
            topic: Array(bytes[envelope.topic]),
            messageID: Array(bytes[envelope.messageID]),
            senderID: Array(bytes[stream.senderID]),
            payload: Array(bytes[stream.payload]),
            deviceType: Array(bytes[stream.deviceType]),
            deviceID: Array(bytes[stream.deviceID]),
            createdAtSeconds: stream.createdAtSeconds,
            deliveredAtMilliseconds: stream.deliveredAtMilliseconds
        )
    }
}
