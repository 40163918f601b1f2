internal import OpenSSLTransport
internal import TelemetryModel

/// What tells a record from all others, and is the same whenever it is sent: after a retry, after a restart, and when
/// the vehicle sends it again.
struct RecordKey {
    private let digest: [UInt8]

    init(_ record: Record) {
        var text = Array("\(record.type.topic)\0\(record.vin.text)\0".utf8) + record.txid
        // The records of one connection share its id, so the txid alone does not tell them apart.
        if record.type == .connectivity || record.txid.isEmpty { text += [0] + record.payload }
        digest = SHA256.digest(of: text.span)
    }

    /// Of several records that are sent together.
    init(_ records: [Record]) {
        let keys = records.flatMap { RecordKey($0).digest }
        digest = records.count == 1 ? keys : SHA256.digest(of: keys.span)
    }

    /// 32 hexadecimal digits.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest[..<16].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// At most 19 decimal digits, as Pub/Sub's ids are.
    var number: String {
        String(digest[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1)
    }

    /// The vehicle's own name for the message where that is unique.
    static func eventID(of record: Record) -> String {
        record.type == .connectivity || record.txid.isEmpty ? RecordKey(record).hexadecimal : record.txidText
    }
}
