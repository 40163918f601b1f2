internal import CTelemetryProtos
internal import TelemetryModel

// What protobuf-c unpacked, as values of ours. Everything here copies; nothing keeps a pointer.

extension ProtobufCBinaryData {
    /// The text in these bytes.
    ///
    /// - Parameter field: the path of the field, made only for the error.
    // SAFETY: `data` points to `len` bytes in the decoder's arena (or is null when `len` is 0), valid during `read` of
    // `PayloadDecoder.unpack`.
    @inline(__always)
    func text(_ field: @autoclosure () -> String) throws(PayloadError) -> String {
        guard len > 0, let data else { return "" }
        // SAFETY: as above; the text copies the bytes.
        let bytes = UnsafeBufferPointer(start: data, count: len)
        guard let utf8 = try? UTF8Span(validating: bytes.span) else { throw .invalidUTF8(field: field()) }
        return String(copying: utf8)
    }

    /// The text in these bytes, which is likely equal to a known one: that one is then shared.
    // SAFETY: as in `text`.
    @inline(__always)
    func text(likely known: inout String, _ field: @autoclosure () -> String) throws(PayloadError) -> String {
        guard len > 0, let data else { return "" }
        let bytes = UnsafeBufferPointer(start: data, count: len)
        let isKnown = known.utf8.withContiguousStorageIfAvailable { $0.elementsEqual(bytes) } ?? false
        if !isKnown { known = try text(field()) }
        return known
    }
}

extension ProtobufCMessage {
    /// The fields that protobuf-c did not know, as they stood on the wire, in their order.
    // SAFETY: `unknown_fields` points to `n_unknown_fields` fields, each with `len` bytes of data, all in the decoder's
    // arena and valid during `read` of `PayloadDecoder.unpack`.
    @inline(__always)
    var unknown: UnknownFields { n_unknown_fields == 0 ? [] : collectUnknown() }

    @inline(never)
    private func collectUnknown() -> UnknownFields {
        var result: UnknownFields = []
        // SAFETY: as above.
        for field in UnsafeBufferPointer(start: unknown_fields, count: Int(n_unknown_fields)) {
            let data = UnsafeBufferPointer(start: field.data, count: field.len)
            if UInt64(field.tag) == WireSorter.wrapperNumber {
                // The length prefix is part of the data; what it wraps has its own tag.
                let prefix = (data.firstIndex { $0 < 0x80 } ?? 0) + 1
                result += data.dropFirst(prefix)
            } else {
                WireSorter.appendVarint(UInt64(field.tag) << 3 | UInt64(field.wire_type.rawValue), to: &result)
                result += data
            }
        }
        return result
    }
}

extension Timestamp {
    // SAFETY: null, or a message in the decoder's arena, valid during `read` of `PayloadDecoder.unpack`.
    @inline(__always)
    static func unpacked(
        _ message: UnsafeMutablePointer<Google__Protobuf__Timestamp>?,
        unknown: inout UnknownFields
    ) -> Timestamp? {
        if let message, message.pointee.base.n_unknown_fields > 0 { unknown = message.pointee.base.unknown }
        return unpacked(message)
    }

    /// The same without its unknown fields.
    // SAFETY: as above.
    @inline(__always)
    static func unpacked(_ message: UnsafeMutablePointer<Google__Protobuf__Timestamp>?) -> Timestamp? {
        guard let message else { return nil }
        return Timestamp(seconds: message.pointee.seconds, nanos: message.pointee.nanos)
    }
}
