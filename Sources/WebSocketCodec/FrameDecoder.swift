/// Turns the bytes of one connection into messages, without copying or allocating.
///
/// The caller owns the bytes. It hands over a buffer with a range of bytes that were not used yet, asks for events
/// until there is none, and keeps what is left in the range for the next time, unchanged. A frame is taken when all
/// of it is there, so what must be kept is at most one frame: 14 bytes and ``FrameLimits/messageBytes``, or 131.
/// ``bytesNeeded`` then says how many bytes from the start of the range make another attempt worthwhile.
///
/// After an error or a close frame everything else is swallowed.
package struct FrameDecoder: Sendable {
    /// The message whose frames are being read.
    private enum Message {
        case none
        case open(MessageKind)
        /// Too long; its frames are skipped.
        case discarded
    }

    private let limits: FrameLimits
    private let role: WebSocketRole
    private let text: TextPolicy
    private var message = Message.none
    /// Whether a close frame or a violation came; nothing is read any more.
    package private(set) var isFinished = false
    private var validator = UTF8Validator()
    /// Bytes of the open message that its frame headers have announced.
    private var announced = 0
    /// Payload bytes of a skipped frame that have not arrived.
    private var toSkip = 0
    private var skippedFrameIsFinal = false

    /// How many bytes there must be, counted from the start of the range, before ``next(in:_:)`` can report
    /// anything. Valid after it returned nil; at least one more than there were.
    package private(set) var bytesNeeded = 1

    /// - Parameter role: which end reads.
    package init(role: WebSocketRole, limits: FrameLimits = FrameLimits(), text: TextPolicy = .refused) {
        self.role = role
        self.limits = limits
        self.text = text
    }

    /// The next event.
    ///
    /// - Parameters:
    ///   - buffer: payloads are unmasked in it.
    ///   - pending: the bytes not used yet; moved forward over what an event used.
    /// - Returns: nil when the rest of `pending` is the beginning of something.
    package mutating func next(
        in buffer: inout [UInt8],
        _ pending: inout Range<Int>
    ) throws(WebSocketViolation) -> FrameEvent? {
        precondition(
            pending.lowerBound >= 0 && pending.upperBound <= buffer.count,
            "the range lies outside of the buffer"
        )
        do throws(WebSocketViolation) {
            return try read(&buffer, &pending)
        } catch {
            isFinished = true
            throw error
        }
    }

    private mutating func read(
        _ buffer: inout [UInt8],
        _ pending: inout Range<Int>
    ) throws(WebSocketViolation) -> FrameEvent? {
        while true {
            if isFinished || toSkip > 0 { skip(&pending) }
            guard !pending.isEmpty else {
                bytesNeeded = 1
                return nil
            }
            // Judged by the first byte, so that what is reported does not depend on how the bytes were cut.
            let opcode = try FrameHeader.opcode(buffer[pending.lowerBound])
            let kind = opcode.isControl ? .binary : try messageKind(opcode)
            let header: FrameHeader
            switch try FrameHeader.read(buffer.span, in: pending, role: role) {
            case .needs(let count):
                bytesNeeded = count
                return nil
            case .header(let found): header = found
            }
            if opcode.isControl {
                guard let payload = take(header, &buffer, &pending) else { return nil }
                return try controlEvent(opcode, payload, buffer)
            }
            if case .discarded = message {
                try startSkipping(header, &pending)
                continue
            }
            guard fits(header) else {
                try startSkipping(header, &pending)
                return .oversize(length: announced)
            }
            guard let payload = take(header, &buffer, &pending) else { return nil }
            if kind == .text { try check(payload, of: buffer, isLast: header.isFinal) }
            let isWhole = header.isFinal && opcode != .continuation
            announced = header.isFinal ? 0 : announced &+ header.payloadLength
            message = header.isFinal ? .none : .open(kind)
            return isWhole
                ? .message(kind, payload)
                : .fragment(MessageFragment(kind: kind, bytes: payload, isLast: header.isFinal))
        }
    }

    // MARK: Rules

    /// What the message of a data frame consists of; refuses a frame that may not come now.
    private func messageKind(_ opcode: Opcode) throws(WebSocketViolation) -> MessageKind {
        switch (opcode, message) {
        case (.continuation, .none): throw .continuationWithoutStart
        case (.continuation, .open(let kind)): return kind
        case (.continuation, .discarded): return .binary
        case (_, .open), (_, .discarded): throw .messageInsideMessage
        case (.text, .none):
            if text == .refused { throw .textRefused }
            return .text
        case (_, .none): return .binary
        }
    }

    private func fits(_ header: FrameHeader) -> Bool {
        header.payloadLength <= limits.messageBytes &- announced
    }

    private mutating func check(_ payload: Range<Int>, of buffer: [UInt8], isLast: Bool) throws(WebSocketViolation) {
        guard validator.take(buffer.span.extracting(payload)) else { throw .textNotUTF8 }
        if isLast {
            guard validator.isComplete else { throw .textNotUTF8 }
        }
    }

    private func controlEvent(
        _ opcode: Opcode,
        _ payload: Range<Int>,
        _ buffer: [UInt8]
    ) throws(WebSocketViolation) -> FrameEvent {
        switch opcode {
        case .ping: .ping(payload)
        case .pong: .pong(payload)
        default: .close(try closeFrame(payload, buffer))
        }
    }

    private func closeFrame(_ payload: Range<Int>, _ buffer: [UInt8]) throws(WebSocketViolation) -> CloseFrame {
        guard !payload.isEmpty else { return CloseFrame(code: nil, reason: payload) }
        guard payload.count >= 2 else { throw .closeCodeTruncated }
        let start = payload.lowerBound
        let code = CloseCode(rawValue: UInt16(buffer[start]) << 8 | UInt16(buffer[start + 1]))
        guard code.mayBeSent else { throw .closeCodeInvalid(code.rawValue) }
        let reason = start + 2..<payload.upperBound
        guard UTF8Validator.isValid(buffer.span.extracting(reason)) else { throw .closeReasonNotUTF8 }
        return CloseFrame(code: code, reason: reason)
    }

    // MARK: Moving forward

    /// The unmasked payload of a frame that is all there; nil when it is not.
    private mutating func take(
        _ header: FrameHeader,
        _ buffer: inout [UInt8],
        _ pending: inout Range<Int>
    ) -> Range<Int>? {
        let size = header.length &+ header.payloadLength
        guard pending.count >= size else {
            bytesNeeded = size
            return nil
        }
        let end = pending.lowerBound &+ size
        let payload = pending.lowerBound &+ header.length..<end
        if let mask = header.mask {
            var bytes = buffer.mutableSpan
            Masking.apply(mask, to: &bytes, in: payload)
        }
        pending = end..<pending.upperBound
        if header.opcode == .close { isFinished = true }
        return payload
    }

    private mutating func startSkipping(_ header: FrameHeader, _ pending: inout Range<Int>) throws(WebSocketViolation) {
        guard header.payloadLength <= limits.discardBytes &- announced else {
            let length = UInt64(announced) + UInt64(header.payloadLength)
            throw .messageTooLong(length: length, limit: limits.messageBytes)
        }
        announced += header.payloadLength
        toSkip = header.payloadLength
        skippedFrameIsFinal = header.isFinal
        message = .discarded
        pending = pending.lowerBound + header.length..<pending.upperBound
        if toSkip == 0 { finishSkippedFrame() }
    }

    private mutating func skip(_ pending: inout Range<Int>) {
        guard !isFinished else {
            pending = pending.upperBound..<pending.upperBound
            return
        }
        let count = min(toSkip, pending.count)
        pending = pending.lowerBound + count..<pending.upperBound
        toSkip -= count
        if toSkip == 0 { finishSkippedFrame() }
    }

    private mutating func finishSkippedFrame() {
        guard skippedFrameIsFinal else { return }
        message = .none
        announced = 0
        validator = UTF8Validator()
    }
}
