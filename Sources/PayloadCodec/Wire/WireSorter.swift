/// Rewrites a well-formed payload so that protobuf-c reads it as Go's protobuf would have read the original.
///
/// - Sub-messages that come more than once are joined into one: joining their bytes is merging them.
/// - Of a oneof, the last member stays (joined with those directly before it that are the same message).
/// - What Go keeps as unknown (groups, known fields with another wire type, numbers that we don't have) is wrapped,
///   each
///   with its tag, into a field with ``wrapperNumber``; ``PayloadDecoder`` unwraps it into ``UnknownFields``.
/// - Tags and lengths get their shortest form.
struct WireSorter {
    /// Carries wrapped fields. A payload may use the number itself; its field is then wrapped like any other.
    static let wrapperNumber: UInt64 = WireLimits.lastFieldNumber

    private let schema: WireSchema

    init(schema: WireSchema) {
        self.schema = schema
    }

    /// - Parameter range: a message that ``WireScan`` found well-formed.
    /// - Throws: ``PayloadError/invalidUTF8(field:)`` for a text that Go would refuse, also when a later one replaces
    ///   it.
    func sorted(_ bytes: Span<UInt8>, _ range: Range<Int>, _ message: WireSchema.Message) throws(PayloadError)
        -> [UInt8]
    {
        var result: [UInt8] = []
        var merged: [(number: UInt64, field: WireSchema.Field, bytes: [UInt8])] = []
        var choice: [UInt8] = []
        var chosenMessage: (number: UInt64, field: WireSchema.Field, bytes: [UInt8])?
        var position = range.lowerBound
        while position < range.upperBound {
            let tag = try WireReader.varint(bytes, &position, end: range.upperBound)
            let number = tag >> 3
            let wireType = UInt8(truncatingIfNeeded: tag & 7)
            let start = position
            let value = try WireReader.value(
                bytes,
                &position,
                end: range.upperBound,
                number: number,
                wireType: wireType
            )
            let field = schema.field(number, in: message)
            let isPacked = field.isPackable && wireType == WireType.lengthDelimited
            guard field.isKnown, field.wireType == wireType || isPacked else {
                wrap(bytes, start..<position, tag: tag, into: &result)
                continue
            }
            if field.isText, (try? UTF8Span(validating: bytes.extracting(value))) == nil {
                throw .invalidUTF8(field: schema.name(of: number, in: message))
            }
            switch (field.isMessage, field.isRepeated, field.isOneofMember) {
            case (true, true, _):
                appendDelimited(try sorted(bytes, value, field.message), number: number, to: &result)
            case (true, _, true):
                choice = []
                if chosenMessage?.number != number { chosenMessage = (number, field, []) }
                // FORCE: set on the line above; appending in place, because a copy would cost quadratic time.
                append(bytes, value, to: &chosenMessage!.bytes)
            case (true, _, _):
                let index = merged.firstIndex { $0.number == number }
                if index == nil { merged.append((number, field, [])) }
                append(bytes, value, to: &merged[index ?? merged.count - 1].bytes)
            case (false, _, true):
                chosenMessage = nil
                choice = []
                appendScalar(bytes, value, tag: tag, to: &choice)
            case (false, _, _):
                appendScalar(bytes, value, tag: tag, to: &result)
            }
        }
        if let chosenMessage { merged.append(chosenMessage) }
        result += choice
        for (number, field, joined) in merged {
            let content = try sorted(joined.span, 0..<joined.count, field.message)
            appendDelimited(content, number: number, to: &result)
        }
        return result
    }

    private func wrap(_ bytes: Span<UInt8>, _ value: Range<Int>, tag: UInt64, into result: inout [UInt8]) {
        var content: [UInt8] = []
        Self.appendVarint(tag, to: &content)
        append(bytes, value, to: &content)
        appendDelimited(content, number: Self.wrapperNumber, to: &result)
    }

    private func appendScalar(_ bytes: Span<UInt8>, _ value: Range<Int>, tag: UInt64, to result: inout [UInt8]) {
        Self.appendVarint(tag, to: &result)
        if tag & 7 == UInt64(WireType.lengthDelimited) { Self.appendVarint(UInt64(value.count), to: &result) }
        append(bytes, value, to: &result)
    }

    private func appendDelimited(_ content: [UInt8], number: UInt64, to result: inout [UInt8]) {
        Self.appendVarint(number << 3 | UInt64(WireType.lengthDelimited), to: &result)
        Self.appendVarint(UInt64(content.count), to: &result)
        result += content
    }

    private func append(_ bytes: Span<UInt8>, _ range: Range<Int>, to result: inout [UInt8]) {
        for index in range { result.append(bytes[index]) }
    }

    static func appendVarint(_ value: UInt64, to result: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            result.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        result.append(UInt8(truncatingIfNeeded: rest))
    }
}

extension WireSchema {
    func field(_ number: UInt64, in message: Message) -> Field {
        guard (1..<UInt64(Self.fieldsPerMessage)).contains(number) else { return .unknown }
        return Field(bits: table[message.index * Self.fieldsPerMessage + Int(number)])
    }
}
