/// What a peer did that ends the connection. Nothing that it sends afterwards is read.
package enum WebSocketViolation: Error, Sendable, Hashable, CustomStringConvertible {
    /// A reserved bit without an extension that would give it a meaning. The three bits, RSV1 being 4.
    case reservedBits(UInt8)
    case reservedOpcode(UInt8)
    /// A client must mask.
    case maskMissing
    /// A server must not mask.
    case maskForbidden
    /// A control frame of more than 125 bytes.
    case controlFrameTooLong
    case controlFrameFragmented
    /// A continuation without a message to continue.
    case continuationWithoutStart
    /// A new message before the last one ended.
    case messageInsideMessage
    /// A 64-bit length with the top bit set.
    case lengthOutOfRange
    /// A close frame of one byte, which is half a code.
    case closeCodeTruncated
    case closeCodeInvalid(UInt16)
    case closeReasonNotUTF8
    case textNotUTF8
    /// Text, where only binary messages are taken.
    case textRefused
    /// A message that is not even worth skipping. Lengths in bytes, of the whole message as far as it is known.
    case messageTooLong(length: UInt64, limit: Int)

    /// What to send back.
    package var closeCode: CloseCode {
        switch self {
        case .closeReasonNotUTF8, .textNotUTF8: .invalidData
        case .textRefused: .unsupportedData
        case .messageTooLong: .messageTooBig
        case .reservedBits, .reservedOpcode, .maskMissing, .maskForbidden, .controlFrameTooLong,
            .controlFrameFragmented, .continuationWithoutStart, .messageInsideMessage, .lengthOutOfRange,
            .closeCodeTruncated, .closeCodeInvalid:
            .protocolError
        }
    }

    /// Fits into a close frame.
    package var reason: String {
        switch self {
        case .reservedBits(let bits): "reserved bits \(bits) set without an extension"
        case .reservedOpcode(let opcode): "reserved opcode \(opcode)"
        case .maskMissing: "frame from a client is not masked"
        case .maskForbidden: "frame from a server is masked"
        case .controlFrameTooLong: "control frame is longer than 125 bytes"
        case .controlFrameFragmented: "control frame is fragmented"
        case .continuationWithoutStart: "continuation without a message to continue"
        case .messageInsideMessage: "new message before the last one ended"
        case .lengthOutOfRange: "frame length has its top bit set"
        case .closeCodeTruncated: "close frame holds half a code"
        case .closeCodeInvalid(let code): "close code \(code) may not be sent"
        case .closeReasonNotUTF8: "close reason is not UTF-8"
        case .textNotUTF8: "text message is not UTF-8"
        case .textRefused: "only binary messages are taken here"
        case .messageTooLong(let length, let limit): "message of \(length) bytes; at most \(limit) are read"
        }
    }

    package var description: String { "\(reason) (close code \(closeCode.rawValue))" }
}
