internal import JSONText

/// RFC 4648 section 4, with padding, as protojson writes bytes.
enum Base64 {
    static func append(_ data: ArraySlice<UInt8>, to bytes: inout JSONWriterBuffer) {
        var position = data.startIndex
        while data.endIndex - position >= 3 {
            let group = UInt32(data[position]) << 16 | UInt32(data[position + 1]) << 8 | UInt32(data[position + 2])
            append(group, digits: 4, to: &bytes)
            position += 3
        }
        switch data.endIndex - position {
        case 1:
            append(UInt32(data[position]) << 16, digits: 2, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            bytes.append(UInt8(ascii: "="))
        case 2:
            append(UInt32(data[position]) << 16 | UInt32(data[position + 1]) << 8, digits: 3, to: &bytes)
            bytes.append(UInt8(ascii: "="))
        default:
            break
        }
    }

    private static func append(_ group: UInt32, digits: Int, to bytes: inout JSONWriterBuffer) {
        var shift: UInt32 = 18
        for _ in 0..<digits {
            bytes.append(digit(UInt8(truncatingIfNeeded: group >> shift & 0x3F)))
            shift &-= 6
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
