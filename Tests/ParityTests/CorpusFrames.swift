import EnvelopeCodec
import TelemetryFixtures

/// Frames that the corpus describes in words because they are large, and the probe's.
enum CorpusFrames {
    /// A vehicle's record, as the corpus' own encoder lays it out.
    static func record(txid: [UInt8], payload: [UInt8], device: String, topic: String = "V") -> [UInt8] {
        var bytes: [UInt8] = []
        Envelope.appendStream(
            StreamMessage(
                txid: txid,
                topic: Array(topic.utf8),
                senderID: Array("vehicle_device.\(device)".utf8),
                payload: payload,
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array(device.utf8),
                createdAtSeconds: 1_700_000_000
            ),
            to: &bytes
        )
        return bytes
    }

    /// A V record with one VehicleName datum of `x`, as long as it takes for the envelope to have a length.
    static func record(length: Int, device: String) -> [UInt8] {
        var count = length - 400
        while true {
            let frame = record(txid: Array("tx-big".utf8), payload: vehicleName(count), device: device)
            if frame.count >= length { return frame }
            count += length - frame.count
        }
    }

    private static func vehicleName(_ count: Int) -> [UInt8] {
        // Field 64, string_value of `count` bytes, in the plainest protobuf.
        let value = [0x0a] + varint(count) + Array(repeating: UInt8(ascii: "x"), count: count)
        let datum: [UInt8] = [0x08, 64, 0x12] + varint(value.count) + value
        return [0x0a] + varint(datum.count) + datum
    }

    private static func varint(_ number: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f | 0x80))
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}

extension CorpusCase {
    /// The frames to send, large ones made from their recipe.
    func allFrames() throws -> [Frame] {
        if let frames { return frames }
        guard let frame_recipe else { return [] }
        let base = CorpusFrames.record(length: 1_000_000, device: client_cn)
        let padded = base + Array(repeating: 0, count: max(0, frame_recipe.frame_length - base.count))
        return [Frame(bytes: padded)]
    }
}
