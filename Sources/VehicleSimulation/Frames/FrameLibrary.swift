internal import EnvelopeCodec
internal import WebSocketCodec

/// Records encoded and masked once, so that sending one is a copy and a few dozen bytes written over.
///
/// A frame depends on the length of the sender's VIN; one library serves all vehicles whose VINs are as long.
struct FrameLibrary {
    /// A masked frame, and where in it stands what differs from vehicle to vehicle and from record to record.
    private struct Template {
        var bytes: [UInt8]
        /// Where the mask begins to apply.
        var content: Int
        var txid: Int
        var senderVIN: Int
        var deviceVIN: Int
    }

    let vinBytes: Int
    private let templates: [Template]
    private let mask: [UInt8]

    /// - Parameter records: at least one.
    init(_ records: [PreparedRecord], vinBytes: Int, random: inout SeededNumbers) {
        precondition(!records.isEmpty)
        let mask = UInt32(truncatingIfNeeded: random.next())
        self.mask = (0..<4).map { UInt8(truncatingIfNeeded: mask >> (8 * UInt32($0))) }
        self.vinBytes = vinBytes
        let vin = String(repeating: "-", count: vinBytes)
        let txid = [UInt8](repeating: 0, count: VehicleTxid.bytes)
        templates = records.map { record in
            var envelope: [UInt8] = []
            Envelope.appendStream(record.message(from: vin, txid: txid), to: &envelope)
            var frame: [UInt8] = []
            appendFrame(.binary, envelope, mask: mask, to: &frame)
            let content = frame.count - envelope.count
            guard let places = try? Envelope.read(envelope.span), let stream = places.stream else {
                preconditionFailure("an envelope of ours cannot be read")
            }
            return Template(
                bytes: frame,
                content: content,
                txid: content + places.txid.lowerBound,
                senderVIN: content + stream.senderID.upperBound - vinBytes,
                deviceVIN: content + stream.deviceID.lowerBound
            )
        }
    }

    /// Appends record number `counter` of a vehicle, which is template `counter` modulo their count.
    ///
    /// - Parameters:
    ///   - prefix: the vehicle's ``VehicleTxid/prefix``.
    ///   - vin: of ``vinBytes`` bytes.
    func append(_ counter: Int, prefix: [UInt8], vin: [UInt8], to output: inout [UInt8]) {
        let template = templates[counter % templates.count]
        let base = output.count
        output.append(contentsOf: template.bytes)
        let origin = base + template.content
        var bytes = output.mutableSpan
        put(prefix.span, at: base + template.txid, origin, &bytes)
        var rest = counter
        var position = base + template.txid + VehicleTxid.bytes
        for _ in 0..<VehicleTxid.counterBytes {
            position &-= 1
            bytes[position] = (0x30 &+ UInt8(truncatingIfNeeded: rest % 10)) ^ mask[(position &- origin) & 3]
            rest /= 10
        }
        position &-= 1
        bytes[position] = 0x2D ^ mask[(position &- origin) & 3]
        put(vin.span, at: base + template.senderVIN, origin, &bytes)
        put(vin.span, at: base + template.deviceVIN, origin, &bytes)
    }

    @inline(__always)
    private func put(
        _ text: Span<UInt8>,
        at position: Int,
        _ origin: Int,
        _ bytes: inout MutableSpan<UInt8>
    ) {
        for index in text.indices {
            let place = position &+ index
            bytes[place] = text[index] ^ mask[(place &- origin) & 3]
        }
    }
}
