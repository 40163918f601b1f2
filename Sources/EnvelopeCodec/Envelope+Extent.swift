extension Envelope {
    /// Where the last part of an envelope ends that begins with the span: tables, vtables, texts and payload.
    ///
    /// A message does not say its length, so this is how bytes are noticed that follow it in a file. The NUL of a last
    /// text and padding, at most sixteen bytes of zero, are counted in.
    ///
    /// - Returns: nil for what is no record and no acknowledgement of ours.
    package static func extent(of bytes: Span<UInt8>) -> Int? {
        guard let envelope = try? read(bytes), envelope.kind == .stream || envelope.kind == .acknowledgement,
            let root = try? bytes.follow(0, from: 0, for: .root),
            let table = try? bytes.table(at: root, from: 0, for: .envelope, layout: .envelopeLayout)
        else { return nil }
        var end = [envelope.txid, envelope.topic, envelope.messageID].map(\.upperBound).max() ?? 0
        end = max(end, bytes.end(of: table))
        if let union = bytes.field(Slot.message, of: table),
            let inner = try? bytes.follow(union, from: 0, for: .message),
            let message = try? bytes.table(at: inner, from: 0, for: .stream, layout: .streamLayout)
        {
            // The server's acknowledgements hold none, so nobody knows what stands in this one.
            guard envelope.kind == .stream else { return nil }
            end = max(end, bytes.end(of: message))
        }
        if let stream = envelope.stream {
            for range in [stream.senderID, stream.payload, stream.deviceType, stream.deviceID] {
                end = max(end, range.upperBound)
            }
        }
        end = min(end, bytes.count)
        let limit = min(bytes.count, end + 16)
        while end < limit, bytes[end] == 0 { end += 1 }
        return end
    }
}

extension Span<UInt8> {
    /// Where a table and its vtable have ended; the table's size is the vtable's second number.
    fileprivate func end(of table: TablePosition) -> Int {
        Swift.max(table.vtableEnd, table.start + word16(at: table.vtable + 2))
    }
}
