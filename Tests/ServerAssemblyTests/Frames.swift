import EnvelopeCodec

/// Envelopes as vehicles send them.
enum Frames {
    /// One datum: field 8, a text with a number in it.
    static let payload: [UInt8] = [0x0a, 0x09, 0x08, 0x08, 0x12, 0x05, 0x0a, 0x03, 0x31, 0x32, 0x33]

    static func record(
        _ txid: String,
        topic: String = "V",
        payload: [UInt8] = payload,
        vin: String = "5YJ3E1EA7KF000316",
        sender: String? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        Envelope.appendStream(
            StreamMessage(
                txid: Array(txid.utf8),
                topic: Array(topic.utf8),
                senderID: Array((sender ?? "vehicle_device.\(vin)").utf8),
                payload: payload,
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array(vin.utf8),
                createdAtSeconds: 1_700_000_000
            ),
            to: &bytes
        )
        return bytes
    }
}
