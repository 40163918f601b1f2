/// What a record that comes again has in common with the first: txid, type and payload, as 128 bits.
///
/// The same txid with another payload is another record and must not get lost. The digests are keyed anew in each
/// process (Swift's `Hasher`), so that nobody can make two records for one fingerprint.
struct RecordFingerprint: Sendable, Hashable {
    private let txid: UInt64
    private let content: UInt64

    /// - Parameters:
    ///   - row: of the record's type in the ``TopicTable``.
    ///   - payload: as the vehicle sent it.
    init(row: Int, txid: Span<UInt8>, payload: Span<UInt8>) {
        var hasher = Hasher()
        hasher.combine(txid)
        self.txid = hasher.digest()
        hasher = Hasher()
        hasher.combine(row)
        hasher.combine(payload)
        content = hasher.digest()
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(content)
    }
}

extension Hasher {
    /// Feeds bytes, eight at a time: one after the other they would cost as much as decoding them.
    fileprivate mutating func combine(_ bytes: Span<UInt8>) {
        combine(bytes.count)
        var place = 0
        while place &+ 8 <= bytes.count {
            let piece = bytes.extracting(place..<place &+ 8)
            var word: UInt64 = 0
            for index in piece.indices { word = word &<< 8 | UInt64(piece[index]) }
            combine(word)
            place &+= 8
        }
        var rest: UInt64 = 0
        while place < bytes.count {
            rest = rest &<< 8 | UInt64(bytes[place])
            place &+= 1
        }
        combine(rest)
    }

    fileprivate func digest() -> UInt64 { UInt64(bitPattern: Int64(finalize())) }
}
