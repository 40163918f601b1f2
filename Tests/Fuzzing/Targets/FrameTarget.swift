import TelemetryFixtures
import WebSocketCodec

/// WebSocket frames: cut in two at every place, and into single bytes, they are the events of the whole. No more is
/// kept than one frame and one message of the longest kind.
final class FrameTarget: FuzzTarget {
    static let name = "frames"
    static let limitBytes = 160

    static let words: [[UInt8]] = [
        frame(0x82, []), frame(0x02, [1]), frame(0x00, [2, 3]), frame(0x80, []), frame(0x89, [7]), frame(0x8a, []),
        frame(0x88, [3, 0xe8]), frame(0x81, [0xc3, 0xa4]), [0x82, 0xfe, 0, 126], [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0],
        [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xc2, 0x80], [0x82, 0xff, 0x80],
        [0xe2, 0x82, 0xac],
    ]

    static func seeds() -> [[UInt8]] {
        let text = Array("grüße 🚗".utf8)
        return [
            frame(0x82, Array(0..<20)),
            frame(0x82, [1]) + frame(0x89, [2]) + frame(0x82, [3]),
            frame(0x02, Array(0..<9)) + frame(0x89, []) + frame(0x00, [1]) + frame(0x80, [2]),
            frame(0x81, text) + frame(0x01, Array(text.prefix(4))) + frame(0x80, Array(text.dropFirst(4))),
            frame(0x82, [UInt8](repeating: 5, count: 45)) + frame(0x82, [1, 2]),
            frame(0x02, [UInt8](repeating: 6, count: 30)) + frame(0x80, [UInt8](repeating: 7, count: 30))
                + frame(0x82, [9]),
            frame(0x88, [3, 0xe8] + Array("bye".utf8)) + frame(0x82, [1]),
            frame(0x82, [UInt8](repeating: 8, count: 130)),
        ]
    }

    /// A frame as vehicles send it.
    private static func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        appendFrame(.binary, payload, mask: 0x1234_5678, to: &bytes)
        bytes[0] = first
        return bytes
    }

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        var random = choices(for: input)
        let limits = FrameLimits(messageBytes: 40, discardBytes: 120)
        let blank = Listener(
            FrameDecoder(
                role: random.below(8) == 0 ? .client : .server,
                limits: random.below(8) == 0 ? FrameLimits() : limits,
                text: random.below(2) == 0 ? .accepted : .refused
            ),
            keptLimit: 40 + 131
        )
        var whole = blank
        try whole.hear(input[...])
        var single = blank
        for index in input.indices { try single.hear(input[index...index]) }
        guard single.heard == whole.heard else {
            throw FuzzFinding("byte by byte gives \(single.heard), whole \(whole.heard)")
        }
        for cut in input.indices.dropFirst() {
            var halves = blank
            try halves.hear(input[..<cut])
            try halves.hear(input[cut...])
            guard halves.heard == whole.heard else {
                throw FuzzFinding("cut at \(cut) gives \(halves.heard), whole \(whole.heard)")
            }
        }
        return whole.heard.contains { if case .message = $0 { true } else { false } }
    }
}

/// A connection as its owner keeps it: what the decoder left over stays for the next bytes.
private struct Listener {
    enum Heard: Equatable {
        case message(MessageKind, [UInt8])
        case ping([UInt8])
        case pong([UInt8])
        case close(UInt16?, [UInt8])
        case oversize(Int)
        case violation(WebSocketViolation)
    }

    private var decoder: FrameDecoder
    private var assembler = MessageAssembler()
    private var kept: [UInt8] = []
    private var needed = 0
    private let keptLimit: Int
    private(set) var heard: [Heard] = []

    init(_ decoder: FrameDecoder, keptLimit: Int) {
        self.decoder = decoder
        self.keptLimit = keptLimit
    }

    mutating func hear(_ bytes: ArraySlice<UInt8>) throws(FuzzFinding) {
        kept += bytes
        guard kept.count >= needed else { return }
        // At a place where the decoder does not expect it.
        var buffer: [UInt8] = [0xee]
        buffer += kept
        buffer.append(0xee)
        var pending = 1..<buffer.count - 1
        do throws(WebSocketViolation) {
            while let event = try decoder.next(in: &buffer, &pending) { note(event, buffer) }
            needed = decoder.bytesNeeded
        } catch {
            heard.append(.violation(error))
            needed = 0
            pending = pending.upperBound..<pending.upperBound
        }
        guard buffer[0] == 0xee, buffer[buffer.count - 1] == 0xee else {
            throw FuzzFinding("bytes outside of the range were changed")
        }
        kept = Array(buffer[pending])
        // Events copy what they need, so this is all that a connection holds.
        guard decoder.isFinished || needed > kept.count else {
            throw FuzzFinding("the decoder asks for \(needed) bytes and has \(kept.count)")
        }
        guard needed - 14 <= 1_000_000, assembler.count <= 1_000_000 else {
            throw FuzzFinding("more would be kept than the longest frame: \(needed) bytes")
        }
    }

    private mutating func note(_ event: FrameEvent, _ buffer: [UInt8]) {
        switch event {
        case .message(let kind, let range): heard.append(.message(kind, Array(buffer[range])))
        case .fragment(let fragment):
            guard let message = assembler.take(fragment, from: buffer) else { return }
            heard.append(.message(fragment.kind, message))
        case .ping(let range): heard.append(.ping(Array(buffer[range])))
        case .pong(let range): heard.append(.pong(Array(buffer[range])))
        case .close(let frame): heard.append(.close(frame.code?.rawValue, Array(buffer[frame.reason])))
        case .oversize(let length):
            assembler.discard()
            heard.append(.oversize(length))
        }
    }
}
