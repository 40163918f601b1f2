package import TelemetryModel

/// Writes records as protobuf, byte for byte as Go's protobuf does: fields in the order of their numbers, zeros left
/// out (members of the value's oneof excepted), audiences packed, unknown fields last.
///
/// It keeps a buffer from record to record, so it belongs to one thread.
package struct PayloadWriter: ~Copyable {
    private var buffer = WireBuffer()

    package init() {}

    /// Appends the protobuf form of a record to `bytes`. Nothing is appended for ``RecordContent/opaque``, whose bytes
    /// only its sender knows.
    package mutating func write(_ content: RecordContent, appendingTo bytes: inout [UInt8]) {
        switch content {
        case .vehicleData(let data): buffer.write(data)
        case .alerts(let alerts): buffer.write(alerts)
        case .errors(let errors): buffer.write(errors)
        case .connectivity(let connectivity): buffer.write(connectivity)
        case .metrics(let metrics): buffer.write(metrics)
        case .opaque: return
        }
        buffer.drain(into: &bytes)
    }

    /// The protobuf form of a record.
    package mutating func bytes(of content: RecordContent) -> [UInt8] {
        var bytes: [UInt8] = []
        write(content, appendingTo: &bytes)
        return bytes
    }
}

// The forms that messages share. Tags are field number times 8 plus wire type.
extension WireBuffer {
    /// A text, left out when empty. `tag` is one byte, as all tags of our texts are.
    @inline(__always)
    mutating func text(_ tag: UInt8, _ text: String) {
        guard !text.isEmpty else { return }
        byte(tag)
        delimited(text)
    }

    /// A number, left out when zero; negative ones take ten bytes.
    @inline(__always)
    mutating func number(_ tag: UInt8, _ value: Int64) {
        guard value != 0 else { return }
        byte(tag)
        varint(UInt64(bitPattern: value))
    }

    /// A double, left out when it is +0: -0 is kept.
    @inline(__always)
    mutating func double(_ tag: UInt8, _ value: Double) {
        guard value.bitPattern != 0 else { return }
        byte(tag)
        fixed64(value.bitPattern)
    }

    @inline(__always)
    mutating func timestamp(_ tag: UInt8, _ timestamp: Timestamp?, unknown: UnknownFields) {
        guard let timestamp else { return }
        byte(tag)
        let start = begin()
        number(0x08, timestamp.seconds)
        number(0x10, Int64(timestamp.nanos))
        append(unknown)
        end(start)
    }

    /// Members of a map: key and value are written even when empty.
    mutating func tags(_ tag: UInt8, _ tags: [Tag]) {
        for member in tags {
            byte(tag)
            let start = begin()
            byte(0x0a)
            delimited(member.key)
            byte(0x12)
            delimited(member.value)
            end(start)
        }
    }
}
