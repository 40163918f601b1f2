internal import JSONText
internal import TelemetryModel

/// A record in the file format `protobuf`: the length as varint, then one message, as protobuf's
/// `writeDelimitedTo` and `protodelim` write and read it.
///
/// ```
/// syntax = "proto3";
/// message FileRecord {
///   string vin = 1;
///   string record_type = 2;
///   bytes txid = 3;
///   int64 received_at = 4;            // milliseconds since 1970
///   string device_client_version = 5;
///   bytes payload = 6;                // as vehicles send the record type, e.g. telemetry.vehicle_data.Payload for V
/// }
/// ```
enum FileMessage {
    /// A length beyond it is damage, not a record.
    static let longest = 64 << 20

    static func append(_ record: Record, to json: inout JSONWriter) {
        var message: [UInt8] = []
        message.reserveCapacity(record.transportedBytes + 64)
        append(1, record.vin.text.utf8, to: &message)
        append(2, record.type.topic.utf8, to: &message)
        append(3, record.txid, to: &message)
        message.append(4 << 3)
        appendVarint(UInt64(bitPattern: record.receivedAt.rawValue), to: &message)
        append(5, record.source.clientVersion.utf8, to: &message)
        append(6, record.payload, to: &message)
        var frame: [UInt8] = []
        frame.reserveCapacity(message.count + 5)
        appendVarint(UInt64(message.count), to: &frame)
        frame += message
        json.append(lines: frame)
    }

    private static func append(_ field: UInt8, _ bytes: some Collection<UInt8>, to message: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        message.append(field << 3 | 2)
        appendVarint(UInt64(bytes.count), to: &message)
        message += bytes
    }

    private static func appendVarint(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    // MARK: Finding the end of a file

    /// Follows the lengths of messages through a file that comes in pieces.
    struct Walk {
        /// Bytes of the present message that are still to come.
        private var left = 0
        private var length: UInt64 = 0
        private var shift: UInt64 = 0

        /// Whether no message is half read.
        var isWhole: Bool { left == 0 && shift == 0 }

        /// - Returns: false when the bytes are no messages.
        mutating func go(through bytes: ArraySlice<UInt8>) -> Bool {
            var index = bytes.startIndex
            while index < bytes.endIndex {
                if left > 0 {
                    let step = min(left, bytes.endIndex - index)
                    left -= step
                    index += step
                    continue
                }
                let byte = bytes[index]
                index += 1
                length |= UInt64(byte & 0x7F) << shift
                shift += 7
                guard length <= FileMessage.longest, shift <= 35 else { return false }
                if byte < 0x80 {
                    left = Int(length)
                    length = 0
                    shift = 0
                }
            }
            return true
        }
    }
}
