/// Checks a payload before protobuf-c sees it: whether it is well-formed as Go's protobuf understands that, and
/// whether protobuf-c would read it as Go does.
///
/// protobuf-c 1.4.1 fails where the specification skips (a group, a known field with another wire type, a tag or length
/// that is written longer than needed), and it merges repeated sub-messages by its own rules. Real vehicles send
/// nothing of the kind; where it occurs, ``WireSorter`` rewrites the payload first.
struct WireScan: ~Copyable {
    /// True once something was met that has to be rewritten.
    private(set) var needsSorting = false

    /// What protobuf-c will take at least for the messages seen so far: their structs, and for members of a repeated
    /// field a pointer and a line in its list of what it found.
    private var leastUnpackedBytes = 0
    private let limitBytes: Int
    private static let bytesPerRepeatedMessage = 8 + 32

    /// - Parameter limitBytes: what unpacking the payload may take.
    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    /// - Throws: ``PayloadError/malformed(_:offset:)`` for bytes that the reference refuses,
    ///   ``PayloadError/tooExpensive(limitBytes:)`` as soon as the messages are known to take more than the limit: a
    ///   hostile payload is then refused before any memory is touched.
    mutating func scan(
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ message: WireSchema.Message,
        _ table: Span<UInt16>
    ) throws(PayloadError) {
        let row = message.index &* WireSchema.fieldsPerMessage
        var position = range.lowerBound
        let end = range.upperBound
        var seen: UInt64 = 0
        while position < end {
            let start = position
            var tag = UInt64(bytes[position])
            var field = WireSchema.Field.unknown
            if tag &- 8 < 0x78 {
                // One byte and a field number from 1 to 15, as nearly all tags are.
                position &+= 1
                field = WireSchema.Field(bits: table[row &+ Int(tag >> 3)])
            } else {
                tag = try WireReader.varint(bytes, &position, end: end)
                field = try longField(tag, table, row: row, start: start)
                // Written longer than needed, or longer than protobuf-c reads.
                if position &- start > 1, bytes[position &- 1] == 0 || position &- start > 5 { needsSorting = true }
            }
            let number = tag >> 3
            let wireType = UInt8(truncatingIfNeeded: tag & 7)
            if field.isKnown, !field.isRepeated {
                // All members of the oneof share one mark: the first bit, which no field number uses.
                let mark: UInt64 = field.isOneofMember ? 1 : 1 << number
                if seen & mark != 0 { needsSorting = true }
                seen |= mark
            }
            switch wireType {
            case WireType.varint:
                try WireReader.skipVarint(bytes, &position, end: end)
            case WireType.fixed64:
                try WireReader.skip(8, &position, end: end)
            case WireType.fixed32:
                try WireReader.skip(4, &position, end: end)
            case WireType.lengthDelimited:
                try scanDelimited(bytes, &position, end: end, field, table)
                continue
            default:
                needsSorting = true
                _ = try WireReader.value(bytes, &position, end: end, number: number, wireType: wireType)
            }
            if field.isKnown, field.wireType != wireType { needsSorting = true }
        }
    }

    /// What is known of the field of any tag.
    private mutating func longField(
        _ tag: UInt64,
        _ table: Span<UInt16>,
        row: Int,
        start: Int
    ) throws(PayloadError) -> WireSchema.Field {
        let number = tag >> 3
        guard number >= 1, number <= WireLimits.lastFieldNumber else { throw .malformed(.fieldNumber, offset: start) }
        if number < UInt64(WireSchema.fieldsPerMessage) {
            return WireSchema.Field(bits: table[row &+ Int(number)])
        }
        if number == WireSorter.wrapperNumber { needsSorting = true }
        return .unknown
    }

    @inline(__always)
    private mutating func scanDelimited(
        _ bytes: Span<UInt8>,
        _ position: inout Int,
        end: Int,
        _ field: WireSchema.Field,
        _ table: Span<UInt16>
    ) throws(PayloadError) {
        let start = position
        let length = try WireReader.varint(bytes, &position, end: end)
        if position &- start > 5 { needsSorting = true }
        guard length <= UInt64(end &- position) else { throw .malformed(.truncated, offset: start) }
        let content = position..<(position + Int(length))
        position = content.upperBound
        if field.isMessage {
            leastUnpackedBytes &+= Int(table[field.message.index &* WireSchema.fieldsPerMessage])
            if field.isRepeated { leastUnpackedBytes &+= Self.bytesPerRepeatedMessage }
            guard leastUnpackedBytes <= limitBytes else { throw .tooExpensive(limitBytes: limitBytes) }
            try scan(bytes, content, field.message, table)
        } else if field.isPackable {
            var index = content.lowerBound
            while index < content.upperBound { _ = try WireReader.varint(bytes, &index, end: content.upperBound) }
        } else if field.isKnown, !field.isText {
            needsSorting = true
        }
    }
}
