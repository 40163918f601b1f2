/// Why a payload is no record. The reference refuses the same bytes, ``tooExpensive(limitBytes:)`` excepted.
package enum PayloadError: Error, Sendable, Hashable {
    /// What is wrong with the wire form.
    package enum Fault: Sendable, Hashable {
        /// The payload, or the message that a length announced, ends inside a field.
        case truncated
        /// A variable-length number of more than 64 bits.
        case oversizedNumber
        /// A field number outside 1...536,870,911.
        case fieldNumber
        /// Wire type 6 or 7, which no protobuf uses.
        case wireType
        /// The end of a group that was not begun.
        case unbalancedGroup
        /// Groups within groups beyond ``WireLimits/groupDepth``.
        case groupDepth
    }

    /// The bytes are no protobuf message.
    /// - `offset`: of the field's first byte, counted from the start of the payload.
    case malformed(Fault, offset: Int)
    /// A text that is not UTF-8. Which one is told by the path of its field, such as `data[2].value.string_value`.
    case invalidUTF8(field: String)
    /// Decoding would take more memory than a payload of its size is worth; real records stay far below.
    case tooExpensive(limitBytes: Int)
}

extension PayloadError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let fault, let offset): "\(fault.text) at byte \(offset) of the payload"
        case .invalidUTF8(let field): "the text in \(field) is not UTF-8"
        case .tooExpensive(let limit): "the payload unpacks to more than \(limit) bytes, many times its own size"
        }
    }

    /// The bounded word for counters and log fields.
    package var code: String {
        switch self {
        case .malformed: "malformed_payload"
        case .invalidUTF8: "invalid_utf8"
        case .tooExpensive: "too_expensive"
        }
    }
}

extension PayloadError.Fault {
    fileprivate var text: String {
        switch self {
        case .truncated: "a field is cut off"
        case .oversizedNumber: "a number has more than 64 bits"
        case .fieldNumber: "a field number is out of range"
        case .wireType: "a field has a wire type that protobuf does not know"
        case .unbalancedGroup: "a group ends that was not begun"
        case .groupDepth: "groups are nested too deeply"
        }
    }
}
