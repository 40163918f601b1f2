/// Where the parts of an envelope of ours begin, counted from its first byte.
///
/// FlatBuffers are built back to front, so alignment is counted from the end. The order of the parts and the
/// order of fields inside the tables are those of the reference server's encoder, so that our bytes equal its bytes.
///
/// Source: `spec/protocol.md` section 2 and every reply in the corpus.
struct EnvelopeLayout {
    let total: Int
    /// The root offset, and the distance from the buffer's start to the envelope table.
    let table: Int
    let messageID: Int
    let topic: Int
    let txid: Int
    /// Where the union points: a stream table, or the empty vector of an acknowledgement.
    let message: Int

    /// Size of the envelope's table: way to the vtable, four offsets, and the type behind three zero bytes.
    static let tableSize = 24
    /// Size of the envelope's vtable: two sizes and five slots.
    static let vtableSize = 14

    /// - Parameters:
    ///   - tail: bytes from the start of the union's value to the end.
    ///   - lead: bytes that lie directly before the union's value: its vtable.
    ///   - alignment: of the widest number inside: 4 or 8.
    init(txid: Int, topic: Int, messageID: Int, lead: Int, tail: Int, alignment: Int) {
        // A vtable may leave an odd number of words; the vector in front of it then has fewer zero bytes behind it.
        let txidFromEnd = roundedUp(tail + lead + txid + 1, to: 4) + 4
        let topicFromEnd = txidFromEnd + Self.vectorSize(topic)
        let messageIDFromEnd = topicFromEnd + Self.vectorSize(messageID)
        let tableFromEnd = messageIDFromEnd + Self.tableSize
        total = roundedUp(tableFromEnd + Self.vtableSize + 4, to: alignment)
        table = total - tableFromEnd
        self.messageID = total - messageIDFromEnd
        self.topic = total - topicFromEnd
        self.txid = total - txidFromEnd
        message = total - tail
    }

    /// An acknowledgement's layout: its union is an empty vector.
    static func acknowledgement(txid: Int, topic: Int) -> EnvelopeLayout {
        EnvelopeLayout(txid: txid, topic: topic, messageID: 0, lead: 0, tail: vectorSize(0), alignment: 4)
    }

    /// Bytes of a vector with its length in front, one NUL behind, and zero bytes up to the next multiple of 4.
    static func vectorSize(_ count: Int) -> Int { 4 + roundedUp(count + 1, to: 4) }
}

/// Where the parts of a stream table of ours lie, counted from the table's first byte.
struct StreamLayout {
    let vtableSize: Int
    let tableSize: Int
    /// Where in the table each slot's field lies; 0 for one that is left out.
    let fields: (createdAt: Int, senderID: Int, payload: Int, deviceType: Int, deviceID: Int, deliveredAt: Int)
    let deviceID: Int
    let deviceType: Int
    let payload: Int
    let senderID: Int
    /// Bytes from the table's start to the end of the message.
    let tail: Int
    let alignment: Int

    init(senderID: Int, payload: Int, deviceType: Int, deviceID: Int, hasCreatedAt: Bool, hasDeliveredAt: Bool) {
        let vectors =
            EnvelopeLayout.vectorSize(deviceID) + EnvelopeLayout.vectorSize(deviceType)
            + EnvelopeLayout.vectorSize(payload) + EnvelopeLayout.vectorSize(senderID)
        let offsets = hasCreatedAt ? 20 : 16
        // A 64-bit number lies in front of the offsets, at a multiple of 8 from the end.
        let wide = hasDeliveredAt ? roundedUp(vectors + offsets + 8, to: 8) - vectors - offsets : 0
        alignment = hasDeliveredAt ? 8 : 4
        // A vtable ends with the last field that is there.
        vtableSize = hasDeliveredAt ? 16 : 14
        tableSize = 4 + wide + offsets
        let first = 4 + wide
        fields = (
            createdAt: hasCreatedAt ? first + 12 : 0, senderID: first + offsets - 4, payload: first + 8,
            deviceType: first + 4, deviceID: first, deliveredAt: hasDeliveredAt ? 4 : 0
        )
        self.deviceID = tableSize
        self.deviceType = self.deviceID + EnvelopeLayout.vectorSize(deviceID)
        self.payload = self.deviceType + EnvelopeLayout.vectorSize(deviceType)
        self.senderID = self.payload + EnvelopeLayout.vectorSize(payload)
        tail = tableSize + vectors
    }
}

private func roundedUp(_ length: Int, to multiple: Int) -> Int {
    (length + multiple - 1) & ~(multiple - 1)
}
