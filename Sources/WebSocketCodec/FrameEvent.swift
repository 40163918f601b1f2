/// What the next bytes of a connection mean. Ranges are positions in the buffer given to the decoder, unmasked.
package enum FrameEvent: Sendable, Hashable {
    /// A message in one frame: the usual case.
    case message(MessageKind, Range<Int>)
    /// A part of a message in several frames, for a ``MessageAssembler``.
    case fragment(MessageFragment)
    /// To be answered with a pong of the same content.
    case ping(Range<Int>)
    case pong(Range<Int>)
    /// The peer closes. Nothing after it is read.
    case close(CloseFrame)
    /// A message that is too long but not outrageous. It is skipped as it arrives, and the connection goes on.
    /// Said once per message, as soon as a frame header shows it; the length in bytes is what was announced by
    /// then. An assembler must discard what it holds.
    case oversize(length: Int)
}

/// One frame of a message that comes in several.
package struct MessageFragment: Sendable, Hashable {
    /// Of the whole message.
    package var kind: MessageKind
    package var bytes: Range<Int>
    package var isLast: Bool
}

/// What a close frame says (RFC 6455 section 5.5.1).
package struct CloseFrame: Sendable, Hashable {
    /// nil when the peer gave none.
    package var code: CloseCode?
    /// UTF-8, checked; at most 123 bytes.
    package var reason: Range<Int>
}

/// Limits on one message, judged by the frame header before anything is kept.
package struct FrameLimits: Sendable, Hashable {
    /// Longest message that is delivered, in bytes. The default is the reference server's.
    package var messageBytes = 1_000_000
    /// Longest message that is skipped, in bytes; a longer one ends the connection with 1009.
    package var discardBytes = 16 * 1024 * 1024

    package init() {}

    package init(messageBytes: Int, discardBytes: Int) {
        self.messageBytes = messageBytes
        self.discardBytes = discardBytes
    }
}

/// What a decoder does about text messages.
package enum TextPolicy: Sendable, Hashable {
    /// Ends the connection with 1003, as vehicle connections do.
    case refused
    /// Delivers them when they are UTF-8, else ends the connection with 1007.
    case accepted
}
