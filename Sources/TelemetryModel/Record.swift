package import Synchronization

/// One message from one vehicle, checked and stamped, on its way to the dispatchers.
///
/// A record is immutable and shared: passing it on retains it, no bytes are copied. It knows nothing of
/// sockets, dispatchers or acks.
package final class Record: Sendable, Identifiable {
    /// Where the record came in: unique for the life of the process, and never on the wire.
    package struct ID: Sendable, Hashable {
        package let connection: ConnectionID
        /// Counts the records of one connection, from 0.
        package let sequence: UInt64

        package init(connection: ConnectionID, sequence: UInt64) {
            self.connection = connection
            self.sequence = sequence
        }
    }

    package let source: RecordSource
    package let sequence: UInt64
    package let type: RecordType
    /// When the last byte was read, by the server's clock.
    package let receivedAt: UnixMilliseconds
    /// The same moment in nanoseconds of the monotonic clock, which nobody sets back: what the latency of its ack is
    /// counted from. 0 when the record didn't come from a vehicle in the life of this process.
    package let receivedTick: UInt64
    package let content: RecordContent
    /// What the rules found in it; nil when nothing, or when none are asked.
    package let findings: RecordFindings?

    /// Payload, then txid: they share one buffer, so that a record is one allocation of bytes.
    ///
    /// For code that runs per record: ``payload`` and ``txid`` make slices of it, which retain it each time.
    package let bytes: [UInt8]
    /// Where the payload ends in ``bytes``.
    package let payloadCount: Int
    /// What lanes count: the size of payload and txid together.
    ///
    /// Kept here rather than asked of ``bytes``, whose memory would have to be fetched for it.
    package let transportedBytes: Int

    /// Deliveries that the record's ack still waits for. It lives here, rather than in an object of its own,
    /// to save an allocation per record; only `Dispatching` touches it.
    package let outstandingDeliveries = Atomic<Int>(0)

    private let encoded = Mutex<[UInt8]?>(nil)

    /// - Parameters:
    ///   - bytes: the payload as dispatchers transport it, followed by the txid.
    ///   - payloadCount: where the payload ends.
    ///   - findings: of the rules.
    package init(
        source: RecordSource,
        sequence: UInt64,
        type: RecordType,
        receivedAt: UnixMilliseconds,
        receivedTick: UInt64 = 0,
        content: RecordContent,
        bytes: [UInt8],
        payloadCount: Int,
        findings: RecordFindings? = nil
    ) {
        precondition(payloadCount <= bytes.count)
        self.source = source
        self.sequence = sequence
        self.type = type
        self.receivedAt = receivedAt
        self.receivedTick = receivedTick
        self.content = content
        self.findings = findings
        self.bytes = bytes
        self.payloadCount = payloadCount
        transportedBytes = bytes.count
    }

    package convenience init(
        source: RecordSource,
        sequence: UInt64,
        type: RecordType,
        receivedAt: UnixMilliseconds,
        content: RecordContent,
        payload: [UInt8],
        txid: [UInt8]
    ) {
        self.init(
            source: source,
            sequence: sequence,
            type: type,
            receivedAt: receivedAt,
            content: content,
            bytes: payload + txid,
            payloadCount: payload.count
        )
    }

    /// The same message with another content, for one dispatcher alone.
    ///
    /// - Parameter payload: the content's protobuf bytes; nil leaves those of this record.
    package func showing(_ content: RecordContent, payload: [UInt8]?) -> Record {
        copy(content, payload, findings)
    }

    /// The same record with findings.
    package func with(_ findings: RecordFindings) -> Record {
        copy(content, nil, findings)
    }

    /// - Parameter payload: nil leaves the bytes as they are.
    private func copy(_ content: RecordContent, _ payload: [UInt8]?, _ findings: RecordFindings?) -> Record {
        Record(
            source: source,
            sequence: sequence,
            type: type,
            receivedAt: receivedAt,
            receivedTick: receivedTick,
            content: content,
            bytes: payload.map { $0 + txid } ?? bytes,
            payloadCount: payload?.count ?? payloadCount,
            findings: findings
        )
    }

    package var id: ID { ID(connection: source.connection, sequence: sequence) }
    package var vin: VIN { source.device.vin }

    /// The protobuf bytes after the transforms (VIN set, fields in number order): what brokers transport.
    package var payload: ArraySlice<UInt8> { bytes[..<payloadCount] }

    /// The vehicle's own name for this message; the ack repeats it. Any bytes may come.
    package var txid: ArraySlice<UInt8> { bytes[payloadCount...] }

    /// Where the txid lies in ``bytes``.
    package var txidRange: Range<Int> { payloadCount..<transportedBytes }

    /// The txid for people and JSON; bytes that are not UTF-8 become U+FFFD.
    package var txidText: String { String(decoding: txid, as: UTF8.self) }

    /// The record as JSON, made by the first who asks and kept for the rest.
    ///
    /// - Parameter encode: called at most once for the life of the record, whatever is passed later.
    package func cachedJSON(_ encode: (Record) -> [UInt8]) -> [UInt8] {
        encoded.withLock { cached in
            if let cached { return cached }
            let fresh = encode(self)
            cached = fresh
            return fresh
        }
    }
}
