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
        entries = [
            Entry(key: "device_client_version", text: record.source.clientVersion),
            // Milliseconds since 1970 by the server's clock.
            Entry(key: "receivedat", text: String(record.receivedAt.rawValue)),
            // These two are always 0 in the reference.
            Entry(key: "timestamp", text: "0"),
            Entry(key: "txid", text: record.txidText),
            Entry(key: "txtype", text: record.type.topic),
            Entry(key: "version", text: "0"),
            Entry(key: "vin", text: record.vin.text),
        ]
    }
}
