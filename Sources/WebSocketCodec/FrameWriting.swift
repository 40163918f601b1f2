/// Length in bytes of a frame header for a payload of `length` bytes.
package func frameHeaderLength(payload length: Int, masked: Bool = false) -> Int {
    (length < 126 ? 2 : length <= 0xffff ? 4 : 10) + (masked ? 4 : 0)
}

/// Appends the header of a frame; the caller appends the payload.
///
/// - Parameters:
///   - length: of the payload, in bytes.
///   - mask: the masking key, which clients must give (and then mask the payload with ``Masking``); nil for servers.
package func appendFrameHeader(
    _ opcode: Opcode,
    length: Int,
    isFinal: Bool = true,
    mask: UInt32? = nil,
    to output: inout [UInt8]
) {
    output.append(opcode.rawValue | (isFinal ? 0x80 : 0))
    let maskBit: UInt8 = mask == nil ? 0 : 0x80
    switch length {
    case ..<126:
        output.append(UInt8(length) | maskBit)
    case ...0xffff:
        output.append(126 | maskBit)
        output.append(UInt8(length >> 8))
        output.append(UInt8(length & 0xff))
    default:
        output.append(127 | maskBit)
        for shift in stride(from: 56, through: 0, by: -8) {
            output.append(UInt8(truncatingIfNeeded: length >> shift))
        }
    }
    if let mask {
        for shift in stride(from: 0 as UInt32, through: 24, by: 8) {
            output.append(UInt8(truncatingIfNeeded: mask >> shift))
        }
    }
}

/// Appends a whole frame.
///
/// - Parameter mask: the masking key of a client; nil for a server.
package func appendFrame(
    _ opcode: Opcode,
    _ payload: some Collection<UInt8>,
    isFinal: Bool = true,
    mask: UInt32? = nil,
    to output: inout [UInt8]
) {
    appendFrameHeader(opcode, length: payload.count, isFinal: isFinal, mask: mask, to: &output)
    let start = output.count
    output.append(contentsOf: payload)
    if let mask { maskTail(of: &output, from: start, with: mask) }
}

/// Appends a close frame.
///
/// - Parameters:
///   - code: nil for a close frame without content. A code that may not be sent is left out as well.
///   - reason: cut at a whole character to the 123 bytes that fit.
package func appendClose(
    _ code: CloseCode?,
    reason: String = "",
    mask: UInt32? = nil,
    to output: inout [UInt8]
) {
    guard let code, code.mayBeSent else { return appendFrame(.close, [], mask: mask, to: &output) }
    var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xff)]
    payload.append(contentsOf: reason.utf8)
    if payload.count > 125 {
        var end = 125
        // A continuation byte at the cut means that the character before it is not whole.
        while payload[end] & 0xc0 == 0x80 { end -= 1 }
        payload.removeSubrange(end...)
    }
    appendFrame(.close, payload, mask: mask, to: &output)
}

/// Appends a ping. The payload must have at most 125 bytes; what is longer is cut.
package func appendPing(_ payload: some Collection<UInt8>, mask: UInt32? = nil, to output: inout [UInt8]) {
    appendFrame(.ping, payload.prefix(125), mask: mask, to: &output)
}

/// Appends the answer to a ping.
///
/// - Parameter payload: the ping's own, as its event gave it.
package func appendPong(_ payload: some Collection<UInt8>, mask: UInt32? = nil, to output: inout [UInt8]) {
    appendFrame(.pong, payload.prefix(125), mask: mask, to: &output)
}

/// Masks what was appended since `start`, for frames whose payload was encoded straight into the output.
package func maskTail(of output: inout [UInt8], from start: Int, with mask: UInt32) {
    let range = start..<output.count
    var bytes = output.mutableSpan
    Masking.apply(mask, to: &bytes, in: range)
}
