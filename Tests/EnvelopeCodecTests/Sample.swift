import EnvelopeCodec
import TelemetryFixtures

/// Frames of real traffic with the reference's answers, from `spec/samples.md` section 1; the VIN is changed.
struct Sample {
    var message: StreamMessage
    var stream: String
    /// The reference's answer; nil where only another program's is known, which repeats the message id.
    var acknowledgement: String?

    static let all = [
        Sample(
            message: StreamMessage(
                txid: Array("e5274142c2b44efb84f360-000000001".utf8),
                topic: Array("V".utf8),
                senderID: Array("vehicle_device.5YJ3E1EA0KF000000".utf8),
                payload: Bytes.fromHex(
                    "0a0d080412092900000000000000000a0a080212060a0449646c65120c0882f8f3cb0610879494fa01"
                ),
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array("5YJ3E1EA0KF000000".utf8),
                createdAtSeconds: 1_769_798_658,
                deliveredAtMilliseconds: 1_769_798_668_749
            ),
            stream:
                "1400000000000e001800140010000f00080004000e0000001400000058000000000000041000000014000000000000000000"
                + "0000010000005600000020000000653532373431343263326234346566623834663336302d30303030303030303100000000"
                + "1000200018001c00140010000c00040010000000cd9138109c01000014000000280000003800000002fc7c69600000001100"
                + "000035594a3345314541304b463030303030300000000e00000076656869636c655f6465766963650000290000000a0d0804"
                + "12092900000000000000000a0a080212060a0449646c65120c0882f8f3cb0610879494fa010000002000000076656869636c"
                + "655f6465766963652e35594a3345314541304b4630303030303000000000",
            acknowledgement:
                "1400000000000e001800140010000f00080004000e0000001400000048000000000000051000000014000000000000000000"
                + "0000010000005600000020000000653532373431343263326234346566623834663336302d30303030303030303100000000"
                + "0000000000000000"
        ),
        Sample(
            message: StreamMessage(
                txid: Array("txid-0001".utf8),
                topic: Array("V".utf8),
                messageID: Array("msg-0001".utf8),
                senderID: Array("vehicle_device.5YJ3E1EA7JF000001".utf8),
                payload: [8, 1, 16, 2],
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array("5YJ3E1EA7JF000001".utf8),
                createdAtSeconds: 1_700_000_000
            ),
            stream:
                "1400000000000e001800140010000f00080004000e000000140000004400000000000004180000001c000000080000006d73"
                + "672d3030303100000000010000005600000009000000747869642d30303031000e001800100014000c00080004000e000000"
                + "14000000280000003800000000f153653c0000001100000035594a3345314541374a463030303030310000000e0000007665"
                + "6869636c655f64657669636500000400000008011002000000002000000076656869636c655f6465766963652e35594a3345"
                + "314541374a4630303030303100000000",
            acknowledgement: nil
        ),
    ]
}
