/// Why a message is not an envelope, with the place.
package struct EnvelopeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The part that could not be read.
    package enum Part: String, Sendable, Hashable {
        case root = "root offset"
        case envelope = "envelope table"
        case envelopeLayout = "envelope vtable"
        case txid
        case topic
        case messageType = "message type"
        case message = "message offset"
        case stream = "stream table"
        case streamLayout = "stream vtable"
        case senderID = "sender id"
        case payload
    }

    /// Offsets and lengths are in bytes; offsets count from the start of the message.
    package enum Reason: Sendable, Hashable {
        /// The part lies, wholly or partly, outside of the message.
        case outside(length: Int, messageLength: Int)
        /// A vtable claims a size that is smaller than its own head.
        case vtableTooSmall(size: Int)
    }

    package let part: Part
    package let reason: Reason
    /// Where the part would begin; may lie before or behind the message.
    package let offset: Int
    /// Where the number stands that leads there, or claims that length; always inside of the message, unless that is
    /// too short for its first number.
    package let cause: Int
    /// The txid, so that an answer can carry it; nil when it could not be read.
    package let txid: Range<Int>?
    /// The topic; nil when it could not be read.
    package let topic: Range<Int>?

    package var description: String {
        switch reason {
        case .outside(let length, let messageLength):
            "\(part.rawValue) at byte \(offset) needs \(length) bytes; the message has \(messageLength)"
        case .vtableTooSmall(let size):
            "\(part.rawValue) at byte \(offset) claims a size of \(size) bytes; at least 4 are needed"
        }
    }
}

/// A fault before it is known which txid the message carries.
struct EnvelopeFault: Error {
    let part: EnvelopeError.Part
    let reason: EnvelopeError.Reason
    /// Counted from the start of the message.
    let position: Int
    /// Where the number stands that is to blame.
    let cause: Int
}
