/// Positions of the fields in their vtables, and the union's tags.
///
/// Source: `spec/protocol.md` section 2.
enum Slot {
    static let txid = 0
    static let topic = 1
    static let messageType = 2
    static let message = 3
    static let messageID = 4

    static let createdAt = 0
    static let senderID = 1
    static let payload = 2
    static let deviceType = 3
    static let deviceID = 4
    static let deliveredAt = 5

    static let streamTag: UInt8 = 4
    static let acknowledgementTag: UInt8 = 5
}

extension Envelope {
    /// Reads an envelope where it lies, without copying or allocating.
    ///
    /// Any valid FlatBuffers layout is taken: other field orders, shared or trimmed vtables, missing fields, no
    /// NUL after texts, a file identifier, unaligned starts. What the receiver needs (type, txid, topic, sender,
    /// payload) must lie inside the message; damage elsewhere does not matter. Of a message that is no record only
    /// the type has to be readable, because all that it gets is an acknowledgement: txid and topic are then taken
    /// as far as they can be read.
    ///
    /// - Parameters:
    ///   - bytes: a buffer that holds the message, and perhaps others.
    ///   - range: where the message lies in it; nil for all of it.
    /// - Returns: ranges into `bytes`.
    /// - Throws: ``EnvelopeError`` with offsets relative to the message, and txid and topic as ranges into `bytes`.
    package static func read(
        _ bytes: Span<UInt8>,
        in range: Range<Int>? = nil
    ) throws(EnvelopeError) -> Envelope {
        let range = range ?? 0..<bytes.count
        let message = bytes.extracting(range)
        let start = range.lowerBound
        var txid: Range<Int>?
        var topic: Range<Int>?
        do throws(EnvelopeFault) {
            guard !message.isEmpty, let root = try message.follow(0, from: 0, for: .root) else {
                let nothing = start..<start
                return Envelope(txid: nothing, topic: nothing, messageID: nothing, kind: .absent)
            }
            let table = try message.table(at: root, from: 0, for: .envelope, layout: .envelopeLayout)
            let tag = try message.byte(Slot.messageType, of: table, for: .messageType) ?? 0
            guard tag == Slot.streamTag else { return other(message, table, tag, start) }
            let foundTxid = try message.vector(Slot.txid, of: table, for: .txid).shifted(by: start)
            txid = foundTxid
            let foundTopic = try message.vector(Slot.topic, of: table, for: .topic).shifted(by: start)
            topic = foundTopic
            guard let union = message.field(Slot.message, of: table),
                let position = try message.follow(union, from: message.entry(Slot.message, of: table), for: .message)
            else { return other(message, table, nil, start) }
            let stream = try message.table(at: position, from: union, for: .stream, layout: .streamLayout)
            return Envelope(
                txid: foundTxid,
                topic: foundTopic,
                messageID: message.unneededVector(Slot.messageID, of: table).shifted(by: start),
                kind: .stream,
                stream: Stream(
                    createdAtSeconds: message.number32(Slot.createdAt, of: stream),
                    senderID: try message.vector(Slot.senderID, of: stream, for: .senderID).shifted(by: start),
                    payload: try message.vector(Slot.payload, of: stream, for: .payload).shifted(by: start),
                    deviceType: message.unneededVector(Slot.deviceType, of: stream).shifted(by: start),
                    deviceID: message.unneededVector(Slot.deviceID, of: stream).shifted(by: start),
                    deliveredAtMilliseconds: message.number64(Slot.deliveredAt, of: stream)
                )
            )
        } catch {
            throw EnvelopeError(
                part: error.part,
                reason: error.reason,
                offset: error.position,
                cause: error.cause,
                txid: txid,
                topic: topic
            )
        }
    }

    /// An envelope that holds no record.
    ///
    /// - Parameters:
    ///   - tag: the union's tag; nil when a record was announced but is not there.
    ///   - start: of the message in the caller's buffer.
    @inline(never)
    private static func other(
        _ message: Span<UInt8>,
        _ table: TablePosition,
        _ tag: UInt8?,
        _ start: Int
    ) -> Envelope {
        let isEmpty = message.field(Slot.message, of: table) == nil
        let kind: EnvelopeKind =
            switch tag {
            case nil: .absent
            case _ where isEmpty: .absent
            case Slot.acknowledgementTag?: .acknowledgement
            case .some(let tag): .other(tag)
            }
        return Envelope(
            txid: message.unneededVector(Slot.txid, of: table).shifted(by: start),
            topic: message.unneededVector(Slot.topic, of: table).shifted(by: start),
            messageID: message.unneededVector(Slot.messageID, of: table).shifted(by: start),
            kind: kind
        )
    }
}

extension Range<Int> {
    /// From positions in a message to positions in the buffer that it lies in.
    @inline(__always)
    fileprivate func shifted(by distance: Int) -> Range<Int> {
        lowerBound &+ distance..<upperBound &+ distance
    }
}
