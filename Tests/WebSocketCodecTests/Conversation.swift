import TelemetryFixtures
import Testing
import WebSocketCodec

/// What a decoder reported, with the bytes copied out.
enum Seen: Equatable, CustomStringConvertible {
    case message(MessageKind, [UInt8])
    case ping([UInt8])
    case pong([UInt8])
    case close(UInt16?, [UInt8])
    case oversize(Int)
    case violation(WebSocketViolation)

    static func text(_ text: String) -> Seen { .message(.text, Array(text.utf8)) }

    var description: String {
        switch self {
        case .message(let kind, let bytes): "\(kind) of \(bytes.count) bytes \(Bytes.hex(bytes.prefix(8)))"
        case .ping(let bytes): "ping \(Bytes.hex(bytes))"
        case .pong(let bytes): "pong \(Bytes.hex(bytes))"
        case .close(let code, let reason): "close \(code ?? 0) \(String(decoding: reason, as: UTF8.self))"
        case .oversize(let length): "oversize \(length)"
        case .violation(let violation): "violation: \(violation)"
        }
    }
}

/// A connection as its owner keeps it: what the decoder left over stays for the next bytes.
struct Listener {
    var decoder: FrameDecoder
    private var assembler = MessageAssembler()
    private var kept: [UInt8] = []
    private var isNeeded = 0
    private(set) var seen: [Seen] = []

    init(_ role: WebSocketRole = .server, text: TextPolicy = .accepted, limits: FrameLimits = FrameLimits()) {
        decoder = FrameDecoder(role: role, limits: limits, text: text)
    }

    var keptBytes: Int { kept.count + assembler.count }

    /// Gives the decoder more bytes, at a place in the buffer where it does not expect them.
    mutating func hear(_ bytes: some Collection<UInt8>) {
        kept += bytes
        // The decoder said that it is no use before this many.
        guard kept.count >= isNeeded else { return }
        var buffer: [UInt8] = [0xee, 0xee, 0xee] + kept + [0xee]
        var pending = 3..<buffer.count - 1
        do throws(WebSocketViolation) {
            while let event = try decoder.next(in: &buffer, &pending) { take(event, buffer) }
            isNeeded = decoder.bytesNeeded
            if isNeeded <= pending.count { Issue.record("the decoder asks for what it has") }
        } catch {
            seen.append(.violation(error))
            var rest = pending
            let violation = error
            do throws(WebSocketViolation) {
                if let event = try decoder.next(in: &buffer, &rest) { Issue.record("\(event) follows \(violation)") }
            } catch {
                Issue.record("\(error) follows \(violation)")
            }
            isNeeded = 0
        }
        let isIntact = buffer.prefix(3) == [0xee, 0xee, 0xee] && buffer.last == 0xee
        if !isIntact { Issue.record("bytes outside were changed") }
        kept = Array(buffer[pending])
    }

    private mutating func take(_ event: FrameEvent, _ buffer: [UInt8]) {
        switch event {
        case .message(let kind, let range): seen.append(.message(kind, Array(buffer[range])))
        case .fragment(let fragment):
            guard let message = assembler.take(fragment, from: buffer) else { return }
            seen.append(.message(fragment.kind, message))
        case .ping(let range): seen.append(.ping(Array(buffer[range])))
        case .pong(let range): seen.append(.pong(Array(buffer[range])))
        case .close(let frame): seen.append(.close(frame.code?.rawValue, Array(buffer[frame.reason])))
        case .oversize(let length):
            assembler.discard()
            seen.append(.oversize(length))
        }
    }
}

/// Hears the bytes whole, byte by byte, and cut in two at every place; all must come to the same.
func hear(
    _ bytes: [UInt8],
    as role: WebSocketRole = .server,
    text: TextPolicy = .accepted,
    limits: FrameLimits = FrameLimits()
) -> [Seen] {
    var whole = Listener(role, text: text, limits: limits)
    whole.hear(bytes)
    var single = Listener(role, text: text, limits: limits)
    for byte in bytes { single.hear([byte]) }
    if single.seen != whole.seen { Issue.record("byte by byte: \(single.seen), whole: \(whole.seen)") }
    // Every place of short inputs; some of long ones.
    for cut in stride(from: 1, to: bytes.count, by: max(1, bytes.count / 300)) {
        var halves = Listener(role, text: text, limits: limits)
        halves.hear(bytes[..<cut])
        halves.hear(bytes[cut...])
        if halves.seen != whole.seen { Issue.record("cut at \(cut): \(halves.seen), whole: \(whole.seen)") }
    }
    return whole.seen
}

/// One frame as a client would send it, with anything that can be wrong about it.
func frame(
    _ opcode: UInt8,
    _ payload: [UInt8] = [],
    final: Bool = true,
    bits: UInt8 = 0,
    mask: UInt32? = 0x1234_5678
) -> [UInt8] {
    var bytes: [UInt8] = []
    appendFrame(.binary, payload, isFinal: final, mask: mask, to: &bytes)
    bytes[0] = bytes[0] & 0x80 | bits << 4 | opcode
    return bytes
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
