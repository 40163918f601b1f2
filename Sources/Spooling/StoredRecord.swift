internal import LinuxSystem
package import TelemetryModel

/// A record as it lies on disk: everything of a ``TelemetryModel/Record`` except the decoded content, which the
/// payload tells again.
///
/// ```
/// u8      version: 1, or 2 when there are findings of rules
/// u8      type: 1 V, 2 alerts, 3 errors, 4 connectivity; 0: the topic follows as text
/// i64     received at, milliseconds since 1970
/// varint  sequence within its connection
/// block   source: varints loop, slot, generation; texts VIN, device type, socket id, client version,
///         network interface, remote address
/// block   only in version 2: varint of findings left out; for each other u8 rule, u8 outcome, and varint of the
///         field's number plus 1, in 32 bits, 0 when it is about the whole record
/// varint  bytes of the payload
/// bytes   payload, then txid to the end
/// ```
package struct StoredRecord: Sendable {
    package let source: RecordSource
    package let sequence: UInt64
    package let type: RecordType
    package let receivedAt: UnixMilliseconds
    /// What the rules found when it was received.
    package let findings: RecordFindings?
    /// Payload and txid.
    let bytes: [UInt8]
    let payloadCount: Int

    /// The protobuf bytes as dispatchers transport them.
    package var payload: ArraySlice<UInt8> { bytes[..<payloadCount] }
    package var txid: ArraySlice<UInt8> { bytes[payloadCount...] }

    private static let version: UInt8 = 1
    /// Written only where it is needed, so that older programs can read all other records.
    private static let versionWithFindings: UInt8 = 2
    /// By code minus 1.
    private static let types: [RecordType] = [.vehicleData, .alerts, .errors, .connectivity]

    /// The record again.
    ///
    /// Its connection's loop is one that nobody observes: whoever sent it had its ack long ago.
    package func record(_ content: RecordContent) -> Record {
        Record(
            source: source,
            sequence: sequence,
            type: type,
            receivedAt: receivedAt,
            content: content,
            bytes: bytes,
            payloadCount: payloadCount,
            findings: findings
        )
    }

    // MARK: Writing

    static func append(_ record: Record, to buffer: inout [UInt8]) {
        buffer.append(record.findings == nil ? version : versionWithFindings)
        let topic = record.type
        switch topic {
        case .vehicleData: buffer.append(1)
        case .alerts: buffer.append(2)
        case .errors: buffer.append(3)
        case .connectivity: buffer.append(4)
        default:
            buffer.append(0)
            buffer.appendText(topic.topic)
        }
        buffer.appendFixed(record.receivedAt.rawValue)
        buffer.appendVarint(record.sequence)
        appendSource(record.source, to: &buffer)
        if let findings = record.findings { StoredFindings.append(findings, to: &buffer) }
        let payload = record.payload
        buffer.appendVarint(UInt(payload.count))
        buffer.append(contentsOf: payload)
        buffer.append(contentsOf: record.txid)
    }

    private static func appendSource(_ source: RecordSource, to buffer: inout [UInt8]) {
        // The block's length takes three bytes whatever it is, so that it can be filled in afterwards.
        let start = buffer.count
        buffer.append(0x80)
        buffer.append(0x80)
        buffer.append(0)
        buffer.appendVarint(source.connection.loop)
        buffer.appendVarint(source.connection.slot)
        buffer.appendVarint(source.connection.generation)
        buffer.appendText(source.device.vin.text)
        buffer.appendText(source.device.deviceType)
        buffer.appendText(source.socketID)
        buffer.appendText(source.clientVersion)
        buffer.appendText(source.networkInterface)
        buffer.appendText(source.remoteAddress)
        let count = buffer.count - start - 3
        buffer[start] |= UInt8(truncatingIfNeeded: count) & 0x7F
        buffer[start + 1] |= UInt8(truncatingIfNeeded: count >> 7) & 0x7F
        buffer[start + 2] = UInt8(truncatingIfNeeded: count >> 14) & 0x7F
    }

    // MARK: Reading

    /// Reads a body; nil when it is none of a version that this program knows.
    static func read(_ bytes: [UInt8], _ range: Range<Int>, sources: inout SourceCache) -> StoredRecord? {
        var fields = ByteFieldReader(range)
        guard let written = fields.byte(bytes), written == version || written == versionWithFindings,
            let code = fields.byte(bytes)
        else { return nil }
        let type: RecordType
        if code == 0 {
            guard let topic = fields.text(bytes) else { return nil }
            type = RecordType(topic: topic)
        } else {
            guard Int(code) <= types.count else { return nil }
            type = types[Int(code) - 1]
        }
        guard
            let receivedAt = fields.fixed64(bytes),
            let sequence = fields.varint(bytes),
            let sourceRange = fields.block(bytes),
            let source = sources.source(bytes, sourceRange)
        else { return nil }
        var findings: RecordFindings?
        if written == versionWithFindings {
            guard let range = fields.block(bytes), let read = StoredFindings.read(bytes, range) else { return nil }
            findings = read
        }
        guard
            let payloadCount = fields.varint(bytes),
            payloadCount <= UInt64(fields.remaining)
        else { return nil }
        return StoredRecord(
            source: source,
            sequence: sequence,
            type: type,
            receivedAt: UnixMilliseconds(rawValue: Int64(bitPattern: receivedAt)),
            findings: findings,
            bytes: Array(bytes[fields.position..<fields.end]),
            payloadCount: Int(payloadCount)
        )
    }
}

/// The connections that a reader has met lately, so that their records share one object again.
struct SourceCache {
    private static let limit = 4_096

    private struct Known {
        let block: [UInt8]
        let source: RecordSource
    }

    private var known: [UInt32: Known] = [:]

    mutating func source(_ bytes: [UInt8], _ range: Range<Int>) -> RecordSource? {
        let key = CRC32C.checksum(bytes.span.extracting(range))
        if let found = known[key], SourceCache.isEqual(found.block, bytes, range) { return found.source }
        guard let source = SourceCache.read(bytes, range) else { return nil }
        if known.count >= SourceCache.limit { known.removeAll(keepingCapacity: true) }
        known[key] = Known(block: Array(bytes[range]), source: source)
        return source
    }

    private static func isEqual(_ block: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard block.count == range.count else { return false }
        for index in block.indices where block[index] != bytes[range.lowerBound + index] { return false }
        return true
    }

    private static func read(_ bytes: [UInt8], _ range: Range<Int>) -> RecordSource? {
        var fields = ByteFieldReader(range)
        guard
            fields.varint(bytes) != nil,
            let slot = fields.varint(bytes).flatMap(UInt32.init(exactly:)),
            let generation = fields.varint(bytes).flatMap(UInt32.init(exactly:)),
            let vin = fields.text(bytes),
            let deviceType = fields.text(bytes),
            let socketID = fields.text(bytes),
            let clientVersion = fields.text(bytes),
            let networkInterface = fields.text(bytes),
            let remoteAddress = fields.text(bytes)
        else { return nil }
        return RecordSource(
            device: DeviceIdentity(vin: VIN(vin), deviceType: deviceType),
            connection: ConnectionID(loop: .max, slot: slot, generation: generation),
            socketID: socketID,
            clientVersion: clientVersion,
            networkInterface: networkInterface,
            remoteAddress: remoteAddress
        )
    }
}
