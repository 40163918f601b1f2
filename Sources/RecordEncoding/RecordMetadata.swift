package import TelemetryModel

/// The seven entries that accompany a record: Kafka headers, Pub/Sub attributes, `metadata` in the logger's lines.
///
/// Always in the order of their names (`differences.md`, 24; the reference's order is random).
package struct RecordMetadata: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package let key: String
        package let text: String
    }

    package let entries: [Entry]

    package init(_ record: Record) {
        var entries: [Entry] = []
        entries.reserveCapacity(7)
        Self.forEach(of: record) { entries.append(Entry(key: $0, text: $1)) }
        self.entries = entries
    }

    /// The entries one after another, for those who write them at once.
    static func forEach(of record: Record, _ take: (_ key: String, _ text: String) -> Void) {
        take("device_client_version", record.source.clientVersion)
        // Milliseconds since 1970 by the server's clock.
        take("receivedat", String(record.receivedAt.rawValue))
        // These two are always 0 in the reference.
        take("timestamp", "0")
        take("txid", record.txidText)
        take("txtype", record.type.topic)
        take("version", "0")
        take("vin", record.vin.text)
    }
}
