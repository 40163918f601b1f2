import EnvelopeCodec
import TelemetryFixtures
import Testing

struct ReadingTests {
    @Test func `every recorded envelope is read as it was written`() throws {
        for (name, message, frame) in try SentEnvelope.all() {
            #expect(try StreamMessage(reading: frame) == message, "\(name)")
        }
    }

    @Test func `an envelope is read where it lies in a larger buffer, aligned or not`() throws {
        for (name, message, frame) in try SentEnvelope.all() {
            for offset in [1, 2, 3, 6, 14] {
                // What surrounds the message would be believed if it were read.
                let buffer = Array(repeating: 0xff as UInt8, count: offset) + frame + Array(repeating: 0xff, count: 9)
                let range = offset..<offset + frame.count
                #expect(try StreamMessage(reading: buffer, in: range) == message, "\(name) at \(offset)")
            }
        }
    }

    @Test func `other layouts are read alike`() throws {
        // Fields in slot order, one shared vtable form, no NUL behind vectors, a file identifier, odd alignment.
        var builder = LooseBuilder(identifier: "TLMY")
        let bytes = builder.finish(txid: "t-1", topic: "alerts", sender: "vehicle_device.X", payload: [1, 2, 3])
        let envelope = try Envelope.read(bytes.span)
        let stream = try #require(envelope.stream)
        #expect(text(bytes, envelope.txid) == "t-1")
        #expect(text(bytes, envelope.topic) == "alerts")
        #expect(envelope.messageID.isEmpty)
        #expect(text(bytes, stream.senderID) == "vehicle_device.X")
        #expect(Array(bytes[stream.payload]) == [1, 2, 3])
        #expect(stream.deviceType.isEmpty && stream.deviceID.isEmpty)
        #expect(stream.createdAtSeconds == 0 && stream.deliveredAtMilliseconds == 0)
    }

    @Test func `a buffer without an envelope is absent, not damaged`() throws {
        for bytes in [[], [0, 0, 0, 0], [0, 0, 0, 0, 7, 7], Array(repeating: 0, count: 8)] as [[UInt8]] {
            let envelope = try Envelope.read(bytes.span)
            #expect(envelope.kind == .absent)
            #expect(envelope.txid.isEmpty && envelope.topic.isEmpty && envelope.stream == nil)
        }
    }

    @Test func `kinds are told apart by the union tag`() throws {
        var frame = try #require(try SentEnvelope.all().first).frame
        // The tag lies behind the envelope table's message offset.
        let tag = 35
        #expect(frame[tag] == 4)
        for (value, kind) in [(0, .other(0)), (5, .acknowledgement), (6, .other(6)), (255, .other(255))]
            as [(UInt8, EnvelopeKind)]
        {
            frame[tag] = value
            let envelope = try Envelope.read(frame.span)
            #expect(envelope.kind == kind)
            #expect(envelope.stream == nil)
            #expect(text(frame, envelope.topic) == "V")
        }
    }

    @Test func `our own answers are read`() throws {
        var bytes: [UInt8] = []
        Envelope.appendAcknowledgement(txid: [1, 2].span, topic: [3].span, to: &bytes)
        let acknowledgement = try Envelope.read(bytes.span)
        #expect(acknowledgement.kind == .acknowledgement)
        #expect(Array(bytes[acknowledgement.txid]) == [1, 2])
        bytes = []
        Envelope.appendError(txid: [7].span, to: &bytes)
        let error = try StreamMessage(reading: bytes)
        #expect(error.txid == [7] && error.topic.isEmpty && error.senderID.isEmpty)
        #expect(text(error.payload, error.payload.indices) == "incorrect message format")
    }

    @Test func `an error carries txid and topic as ranges of the larger buffer`() throws {
        let frame = try #require(try SentEnvelope.all().first).frame
        let buffer = [9, 9, 9] + frame
        // The last vector is the sender id; without its end the message is refused.
        let error = #expect(throws: EnvelopeError.self) {
            try Envelope.read(buffer.span, in: 3..<buffer.count - 8)
        }
        #expect(error?.part == .senderID)
        #expect(try text(buffer, #require(error?.txid)) == "tx-0001")
        #expect(try text(buffer, #require(error?.topic)) == "V")
    }

    @Test func `an envelope cut short anywhere is refused or lacks only zero bytes`() throws {
        let frame = try #require(try SentEnvelope.all().first).frame
        let whole = try StreamMessage(reading: frame)
        for end in 1..<frame.count {
            let rest = frame[end...]
            if let message = try? StreamMessage(reading: frame, in: 0..<end) {
                #expect(rest.allSatisfy { $0 == 0 } && message == whole)
            }
        }
    }

    private func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}

/// Writes an envelope front to back, as no encoder does and every reader must take.
struct LooseBuilder {
    private var bytes: [UInt8]

    init(identifier: String) {
        bytes = [0, 0, 0, 0] + Array(identifier.utf8)
    }

    mutating func finish(txid: String, topic: String, sender: String, payload: [UInt8]) -> [UInt8] {
        let vtable = append16([12, 18, 4, 8, 12, 13])
        let table = bytes.count
        bytes += Array(repeating: 0, count: 18)
        set32(0, table)
        set32(table, table - vtable)
        bytes[table + 12] = 4
        set32(table + 8, appendVector(Array(topic.utf8)) - table - 8)
        set32(table + 4, appendVector(Array(txid.utf8)) - table - 4)
        bytes.append(0)
        let stream = bytes.count
        set32(table + 13, stream - table - 13)
        bytes += Array(repeating: 0, count: 12)
        set32(stream + 8, appendVector(payload) - stream - 8)
        set32(stream + 4, appendVector(Array(sender.utf8)) - stream - 4)
        // This vtable lies behind its table and ends with the last field that is there.
        set32(stream, stream - append16([10, 12, 0, 4, 8]))
        return bytes
    }

    private mutating func append16(_ values: [Int]) -> Int {
        defer { for value in values { bytes += [UInt8(value & 0xff), UInt8(value >> 8)] } }
        return bytes.count
    }

    private mutating func appendVector(_ content: [UInt8]) -> Int {
        defer {
            bytes += [UInt8(content.count), 0, 0, 0]
            bytes += content
        }
        return bytes.count
    }

    private mutating func set32(_ position: Int, _ value: Int) {
        let word = UInt32(bitPattern: Int32(value))
        for index in 0..<4 { bytes[position + index] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(index))) }
    }
}
