internal import EnvelopeCodec
internal import TelemetryModel
internal import WebSocketCodec

/// Writes the frames of one record type's acks.
///
/// They differ in their txids only, as long as these have the same length, which those of vehicles have: what stands
/// before and behind the txid is made once and kept. Laying out each ack anew took four times the instructions.
struct AcknowledgementFrames {
    /// Longer txids than vehicles send are not worth keeping anything for.
    private static let keptTxidBytes = 64

    private let topic: [UInt8]
    /// The length of the txids that `head` and `tail` belong to; -1 before the first.
    private var txidCount = -1
    private var head: [UInt8] = []
    private var tail: [UInt8] = []

    init(topic: [UInt8]) {
        self.topic = topic
    }

    /// Appends an ack with its frame header.
    mutating func append(_ txid: ArraySlice<UInt8>, to output: inout [UInt8]) {
        guard txid.count == txidCount || prepare(txid.count) else {
            return Self.append(txid.span, topic.span, to: &output)
        }
        output.append(contentsOf: head)
        output.append(contentsOf: txid)
        output.append(contentsOf: tail)
    }

    /// Appends an ack of any topic with its frame header.
    static func append(_ txid: Span<UInt8>, _ topic: Span<UInt8>, to output: inout [UInt8]) {
        appendFrameHeader(
            .binary,
            length: Envelope.acknowledgementLength(txid: txid.count, topic: topic.count),
            to: &output
        )
        Envelope.appendAcknowledgement(txid: txid, topic: topic, to: &output)
    }

    /// - Returns: whether `head` and `tail` fit txids of this length now.
    private mutating func prepare(_ count: Int) -> Bool {
        guard count <= Self.keptTxidBytes else { return false }
        let sample = [UInt8](repeating: 0, count: count)
        var frame: [UInt8] = []
        Self.append(sample.span, topic.span, to: &frame)
        // Read back, because only the codec knows where in an ack the txid lies.
        let start = frame.count - Envelope.acknowledgementLength(txid: count, topic: topic.count)
        guard let ack = try? Envelope.read(frame.span, in: start..<frame.count), ack.txid.count == count else {
            return false
        }
        head = Array(frame[..<ack.txid.lowerBound])
        tail = Array(frame[ack.txid.upperBound...])
        txidCount = count
        return true
    }
}

/// Writes acks of several records, which are nearly always of one type.
struct Acknowledgements {
    private let topics: TopicTable
    private var topic: Topic?
    /// Taken out of the topic: Swift checks each access to a class's property for overlaps, which costs as much as
    /// an ack.
    private var frames = AcknowledgementFrames(topic: [])

    init(_ topics: TopicTable) {
        self.topics = topics
    }

    mutating func append(_ record: Record, to output: inout [UInt8]) {
        if topic?.type != record.type {
            finish()
            guard let found = topics.find(record.type) else { return }
            topic = found
            frames = found.acknowledgements
        }
        frames.append(record.txid, to: &output)
    }

    /// Gives back what was learned about the last topic. Call it once, at the end.
    mutating func finish() {
        topic?.acknowledgements = frames
        topic = nil
    }
}
