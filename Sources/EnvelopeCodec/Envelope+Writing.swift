/// A record as the simulator and replays send it. Texts are UTF-8 by convention only.
package struct StreamMessage: Sendable, Hashable {
    package var txid: [UInt8]
    package var topic: [UInt8]
    package var messageID: [UInt8] = []
    package var senderID: [UInt8]
    package var payload: [UInt8]
    package var deviceType: [UInt8]
    package var deviceID: [UInt8]
    /// Whole seconds since 1970; 0 is left out on the wire.
    package var createdAtSeconds: UInt32
    /// Milliseconds since 1970; 0 is left out on the wire, as vehicles do.
    package var deliveredAtMilliseconds: UInt64 = 0

    package init(
        txid: [UInt8],
        topic: [UInt8],
        messageID: [UInt8] = [],
        senderID: [UInt8],
        payload: [UInt8],
        deviceType: [UInt8],
        deviceID: [UInt8],
        createdAtSeconds: UInt32,
        deliveredAtMilliseconds: UInt64 = 0
    ) {
        self.txid = txid
        self.topic = topic
        self.messageID = messageID
        self.senderID = senderID
        self.payload = payload
        self.deviceType = deviceType
        self.deviceID = deviceID
        self.createdAtSeconds = createdAtSeconds
        self.deliveredAtMilliseconds = deliveredAtMilliseconds
    }
}

extension Envelope {
    /// The payload of every error answer, whatever went wrong; vehicles know no other.
    ///
    /// Source: `spec/protocol.md` section 2.
    package static let errorText = "incorrect message format"

    /// Exact size of an acknowledgement in bytes, so that a frame header can be written before it.
    package static func acknowledgementLength(txid: Int, topic: Int) -> Int {
        EnvelopeLayout.acknowledgement(txid: txid, topic: topic).total
    }

    /// Appends the answer that tells a vehicle to forget a record.
    ///
    /// The bytes are the reference server's, which means that the union holds an empty vector instead of a table;
    /// vehicles accept exactly that.
    package static func appendAcknowledgement(
        txid: Span<UInt8>,
        topic: Span<UInt8>,
        to output: inout [UInt8]
    ) {
        let layout = EnvelopeLayout.acknowledgement(txid: txid.count, topic: topic.count)
        let base = output.count
        appendZeros(layout.total, to: &output)
        var bytes = output.mutableSpan
        write(layout, tag: Slot.acknowledgementTag, txid: txid, topic: topic, into: &bytes, at: base)
    }

    /// As ``appendAcknowledgement(txid:topic:to:)``, with txid and topic where ``read(_:in:)`` found them.
    package static func appendAcknowledgement(
        txid: Range<Int>,
        topic: Range<Int>,
        of message: Span<UInt8>,
        to output: inout [UInt8]
    ) {
        appendAcknowledgement(txid: message.extracting(txid), topic: message.extracting(topic), to: &output)
    }

    /// Exact size of an error answer in bytes.
    package static func errorLength(txid: Int) -> Int {
        let stream = StreamLayout(
            senderID: 0,
            payload: errorText.utf8.count,
            deviceType: 0,
            deviceID: 0,
            hasCreatedAt: false,
            hasDeliveredAt: false
        )
        return EnvelopeLayout(
            txid: txid,
            topic: 0,
            messageID: 0,
            lead: stream.vtableSize,
            tail: stream.tail,
            alignment: 4
        ).total
    }

    /// Appends the answer to a message that is refused: a stream message with ``errorText`` as its payload.
    ///
    /// - Parameter txid: empty when the message's own could not be read.
    package static func appendError(txid: Span<UInt8>, to output: inout [UInt8]) {
        let message = StreamMessage(
            txid: [],
            topic: [],
            senderID: [],
            payload: Array(errorText.utf8),
            deviceType: [],
            deviceID: [],
            createdAtSeconds: 0
        )
        append(message, txid: txid, to: &output)
    }

    /// Exact size in bytes of a record as ``appendStream(_:to:)`` writes it.
    package static func streamLength(_ message: StreamMessage) -> Int {
        let stream = StreamLayout(message)
        return EnvelopeLayout(message, txid: message.txid.count, stream).total
    }

    /// Appends a record as a vehicle sends it, in the bytes of the reference's encoder.
    package static func appendStream(_ message: StreamMessage, to output: inout [UInt8]) {
        append(message, txid: message.txid.span, to: &output)
    }

    private static func append(_ message: StreamMessage, txid: Span<UInt8>, to output: inout [UInt8]) {
        let stream = StreamLayout(message)
        let layout = EnvelopeLayout(message, txid: txid.count, stream)
        let base = output.count
        appendZeros(layout.total, to: &output)
        var bytes = output.mutableSpan
        write(layout, tag: Slot.streamTag, txid: txid, topic: message.topic.span, into: &bytes, at: base)
        bytes.writeVector(message.messageID.span, at: base + layout.messageID)
        let table = base + layout.message
        let vtable = table - stream.vtableSize
        bytes.write16(stream.vtableSize, at: vtable)
        bytes.write16(stream.tableSize, at: vtable + 2)
        bytes.write16(stream.fields.createdAt, at: vtable + 4)
        bytes.write16(stream.fields.senderID, at: vtable + 6)
        bytes.write16(stream.fields.payload, at: vtable + 8)
        bytes.write16(stream.fields.deviceType, at: vtable + 10)
        bytes.write16(stream.fields.deviceID, at: vtable + 12)
        bytes.write32(UInt32(stream.vtableSize), at: table)
        if stream.fields.deliveredAt != 0 {
            bytes.write16(stream.fields.deliveredAt, at: vtable + 14)
            bytes.write64(message.deliveredAtMilliseconds, at: table + stream.fields.deliveredAt)
        }
        if stream.fields.createdAt != 0 {
            bytes.write32(message.createdAtSeconds, at: table + stream.fields.createdAt)
        }
        bytes.writeVector(message.deviceID.span, at: table + stream.deviceID, from: table + stream.fields.deviceID)
        bytes.writeVector(
            message.deviceType.span,
            at: table + stream.deviceType,
            from: table + stream.fields.deviceType
        )
        bytes.writeVector(message.payload.span, at: table + stream.payload, from: table + stream.fields.payload)
        bytes.writeVector(message.senderID.span, at: table + stream.senderID, from: table + stream.fields.senderID)
    }

    /// Writes everything up to the union's value, except the message id.
    private static func write(
        _ layout: EnvelopeLayout,
        tag: UInt8,
        txid: Span<UInt8>,
        topic: Span<UInt8>,
        into bytes: inout MutableSpan<UInt8>,
        at base: Int
    ) {
        let table = base + layout.table
        let vtable = table - EnvelopeLayout.vtableSize
        bytes.write32(UInt32(layout.table), at: base)
        bytes.write16(EnvelopeLayout.vtableSize, at: vtable)
        bytes.write16(EnvelopeLayout.tableSize, at: vtable + 2)
        bytes.write16(20, at: vtable + 4)
        bytes.write16(16, at: vtable + 6)
        bytes.write16(15, at: vtable + 8)
        bytes.write16(8, at: vtable + 10)
        bytes.write16(4, at: vtable + 12)
        bytes.write32(UInt32(EnvelopeLayout.vtableSize), at: table)
        bytes.write32(UInt32(layout.messageID - layout.table - 4), at: table + 4)
        bytes.write32(UInt32(layout.message - layout.table - 8), at: table + 8)
        bytes[table + 15] = tag
        bytes.writeVector(topic, at: base + layout.topic, from: table + 16)
        bytes.writeVector(txid, at: base + layout.txid, from: table + 20)
    }

    private static func appendZeros(_ count: Int, to output: inout [UInt8]) {
        output.append(contentsOf: repeatElement(0, count: count))
    }
}

extension StreamLayout {
    init(_ message: StreamMessage) {
        self.init(
            senderID: message.senderID.count,
            payload: message.payload.count,
            deviceType: message.deviceType.count,
            deviceID: message.deviceID.count,
            hasCreatedAt: message.createdAtSeconds != 0,
            hasDeliveredAt: message.deliveredAtMilliseconds != 0
        )
    }
}

extension EnvelopeLayout {
    init(_ message: StreamMessage, txid: Int, _ stream: StreamLayout) {
        self.init(
            txid: txid,
            topic: message.topic.count,
            messageID: message.messageID.count,
            lead: stream.vtableSize,
            tail: stream.tail,
            alignment: stream.alignment
        )
    }
}

extension MutableSpan<UInt8> {
    @inline(__always)
    mutating func write16(_ value: Int, at position: Int) {
        self[position] = UInt8(truncatingIfNeeded: value)
        self[position &+ 1] = UInt8(truncatingIfNeeded: value >> 8)
    }

    @inline(__always)
    mutating func write32(_ value: UInt32, at position: Int) {
        write16(Int(value & 0xffff), at: position)
        write16(Int(value >> 16), at: position &+ 2)
    }

    @inline(__always)
    mutating func write64(_ value: UInt64, at position: Int) {
        write32(UInt32(truncatingIfNeeded: value), at: position)
        write32(UInt32(truncatingIfNeeded: value >> 32), at: position &+ 4)
    }

    /// Writes length and bytes into zeroed room, and the offset to them into `field`.
    @inline(__always)
    mutating func writeVector(_ content: Span<UInt8>, at position: Int, from field: Int? = nil) {
        if let field { write32(UInt32(position - field), at: field) }
        write32(UInt32(content.count), at: position)
        for index in content.indices {
            self[position &+ 4 &+ index] = content[index]
        }
    }
}
