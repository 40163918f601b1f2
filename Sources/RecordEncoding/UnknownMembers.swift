internal import TelemetryModel

/// Field numbers that this build doesn't know, taken apart for JSON: `unknown_<number>` and the value's bytes.
///
/// The bytes are the field's value as it stood on the wire, without its tag: a varint's bytes, 4 or 8 bytes little
/// endian, the contents of a text or message (without their length), or everything between the tags of a group.
struct UnknownMember {
    let number: UInt64
    /// All values of the number, in the order of the wire.
    var values: [ArraySlice<UInt8>]

    var name: String { "unknown_\(number)" }

    /// The members by rising number. What can't be read as protobuf any more becomes number 0, whole.
    static func all(in fields: UnknownFields) -> [UnknownMember] {
        guard !fields.isEmpty else { return [] }
        var members: [UnknownMember] = []
        var reader = UnknownReader(rest: fields[...])
        while let (number, value) = reader.next() {
            if let index = members.firstIndex(where: { $0.number == number }) {
                members[index].values.append(value)
            } else {
                members.append(UnknownMember(number: number, values: [value]))
            }
        }
        return members.sorted { $0.number < $1.number }
    }
}

/// Reads protobuf fields one after another, bounds checked; payloads have been checked before, this trusts nobody.
private struct UnknownReader {
    var rest: ArraySlice<UInt8>

    mutating func next() -> (number: UInt64, value: ArraySlice<UInt8>)? {
        guard !rest.isEmpty else { return nil }
        let whole = rest
        guard let tag = varint(), tag >> 3 > 0, let value = value(wireType: UInt8(tag & 7), number: tag >> 3) else {
            rest = []
            return (0, whole)
        }
        return (tag >> 3, value)
    }

    private mutating func value(wireType: UInt8, number: UInt64) -> ArraySlice<UInt8>? {
        let start = rest
        switch wireType {
        case 0: return varint().map { _ in start.prefix(start.count - rest.count) }
        case 1: return take(8)
        case 2: return varint().flatMap { take($0) }
        case 3: return group(number: number)
        case 5: return take(4)
        default: return nil
        }
    }

    /// Everything up to the end tag of the same number. Groups inside are skipped by counting, not by recursion.
    private mutating func group(number: UInt64) -> ArraySlice<UInt8>? {
        let start = rest
        var open: [UInt64] = [number]
        while true {
            let beforeTag = rest
            guard let tag = varint(), tag >> 3 > 0 else { return nil }
            switch tag & 7 {
            case 3:
                open.append(tag >> 3)
            case 4:
                guard open.popLast() == tag >> 3 else { return nil }
                if open.isEmpty { return start.prefix(start.count - beforeTag.count) }
            case let wireType:
                guard value(wireType: UInt8(wireType), number: tag >> 3) != nil else { return nil }
            }
        }
    }

    private mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for (index, byte) in rest.enumerated() {
            guard index < 10 else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 {
                rest = rest.dropFirst(index + 1)
                return value
            }
        }
        return nil
    }
}
