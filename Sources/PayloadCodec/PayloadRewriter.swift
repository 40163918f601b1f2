package import TelemetryModel

/// Which message a payload is; the record types that this build decodes, without their names.
package enum PayloadKind: Sendable, Hashable {
    case vehicleData
    case alerts
    case errors
    case connectivity

    /// Nil for a type whose payload isn't looked at. Compares texts, so callers keep the answer.
    package init?(_ type: RecordType) {
        switch type {
        case .vehicleData: self = .vehicleData
        case .alerts: self = .alerts
        case .errors: self = .errors
        case .connectivity: self = .connectivity
        default: return nil
        }
    }
}

/// What a record is made of, besides its payload.
package struct RecordStamp {
    package var source: RecordSource
    package var sequence: UInt64
    package var type: RecordType
    package var receivedAt: UnixMilliseconds
    package var receivedTick: UInt64

    package init(
        source: RecordSource,
        sequence: UInt64,
        type: RecordType,
        receivedAt: UnixMilliseconds,
        receivedTick: UInt64 = 0
    ) {
        self.source = source
        self.sequence = sequence
        self.type = type
        self.receivedAt = receivedAt
        self.receivedTick = receivedTick
    }
}

/// Makes records of payloads: decoded, transformed, and written anew for the dispatchers.
///
/// All of it is one call because a record's value has many parts: passing it from module to module copied it four
/// times, which took 8 percent of the receiving thread's instructions. One rewriter belongs to one thread.
package struct PayloadRewriter: ~Copyable {
    private var decoder = PayloadDecoder()
    private var buffer = WireBuffer()
    private let transform: RecordTransform

    package init(mode: TransformMode) {
        transform = RecordTransform(mode: mode)
    }

    /// - Parameters:
    ///   - kind: nil for a payload that this build doesn't decode: its bytes stay as they are.
    ///   - stamp: its source's VIN takes the place of the payload's own.
    /// - Returns: the record, and how many signals are in it.
    /// - Throws: as ``PayloadDecoder/decode(_:_:)`` does.
    package mutating func record(
        _ kind: PayloadKind?,
        _ payload: Span<UInt8>,
        txid: Span<UInt8>,
        _ stamp: RecordStamp
    ) throws(PayloadError) -> (record: Record, signals: Int) {
        let vin = stamp.source.device.vin
        // Compared with the payload's own, which is then not made into a text: it is the same but for a faulty vehicle.
        decoder.vin = vin.text
        switch kind {
        case .vehicleData:
            var data = try decoder.decodeVehicleData(payload)
            transform.apply(to: &data, vin: vin)
            buffer.write(data)
            let signals = data.data.count
            return (finish(.vehicleData(consume data), txid, stamp), signals)
        case .alerts:
            var alerts = try decoder.decodeAlerts(payload)
            transform.apply(to: &alerts, vin: vin)
            buffer.write(alerts)
            return (finish(.alerts(alerts), txid, stamp), 0)
        case .errors:
            var errors = try decoder.decodeErrors(payload)
            errors.vin = vin.text
            buffer.write(errors)
            return (finish(.errors(errors), txid, stamp), 0)
        case .connectivity:
            var connectivity = try decoder.decodeConnectivity(payload)
            connectivity.vin = vin.text
            buffer.write(connectivity)
            return (finish(.connectivity(connectivity), txid, stamp), 0)
        case nil:
            buffer.append(payload)
            return (finish(.opaque, txid, stamp), 0)
        }
    }

    /// The record without some of its data: in its content, and in its payload, which is written anew.
    ///
    /// - Parameters:
    ///   - isLeftOut: for each datum; a record that is no vehicle data stays as it is.
    ///   - findings: what travels with it.
    package mutating func strip(_ record: Record, _ isLeftOut: [Bool], _ findings: RecordFindings) -> Record {
        guard case .vehicleData(var data) = record.content, isLeftOut.count == data.data.count else {
            return record.with(findings)
        }
        data.data = zip(data.data, isLeftOut).filter { !$0.1 }.map(\.0)
        buffer.write(data)
        let stamp = RecordStamp(
            source: record.source,
            sequence: record.sequence,
            type: record.type,
            receivedAt: record.receivedAt,
            receivedTick: record.receivedTick
        )
        let bytes = record.bytes
        let txid = bytes.span.extracting(record.txidRange)
        return finish(.vehicleData(data), txid, stamp, findings)
    }

    /// Makes a record of the content and the payload that was written.
    @inline(__always)
    private mutating func finish(
        _ content: consuming RecordContent,
        _ txid: Span<UInt8>,
        _ stamp: RecordStamp,
        _ findings: RecordFindings? = nil
    ) -> Record {
        let payloadCount = buffer.count
        return Record(
            source: stamp.source,
            sequence: stamp.sequence,
            type: stamp.type,
            receivedAt: stamp.receivedAt,
            receivedTick: stamp.receivedTick,
            content: content,
            bytes: buffer.take(followedBy: txid),
            payloadCount: payloadCount,
            findings: findings
        )
    }
}
