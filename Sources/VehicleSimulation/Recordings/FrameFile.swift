internal import EnvelopeCodec
internal import TextCodec

/// Frames from a file that somebody has at hand, in whatever form they keep them.
package struct FrameFile: Sendable, Hashable {
    package enum Format: String, Sendable, Hashable {
        /// JSON lines, see ``RecordingReader``.
        case recording
        case hex
        case base64
        /// The bytes of one frame as they are.
        case raw
    }

    /// One frame with where it stood, or why there is none.
    package struct Piece: Sendable, Hashable {
        /// Counted from 1: the line in a recording, else the frame.
        package let number: Int
        /// Time, VIN and direction: only recordings have them.
        package var recorded: RecordedFrame?
        package let bytes: Result<[UInt8], Damage>
    }

    /// Why a piece of the file is no bytes.
    package enum Damage: Error, Sendable, Hashable {
        case line(RecordingLineError)
        /// A line of text that is neither, or was cut.
        case neitherHexNorBase64
        /// Bytes behind the frame of a raw file. Frames do not say how long they are, so a second one is not
        /// looked for.
        case surplus(offset: Int, count: Int)
    }

    package let format: Format
    package let pieces: [Piece]

    /// Finds out the format by looking.
    ///
    /// In text each line is a frame, in hex where it can be hex, else in base64. Lines of which the first is no
    /// envelope, but all together are, are one wrapped frame: dumps are often wrapped.
    package init(_ content: [UInt8]) {
        format = Self.format(of: content)
        switch format {
        case .raw:
            pieces = Self.raw(content)
        case .recording:
            pieces = Self.recorded(content)
        case .hex, .base64:
            pieces = Self.textual(content)
        }
    }

    private static func format(of content: [UInt8]) -> Format {
        guard let first = content.first(where: { !isSpace($0) }) else { return .raw }
        if first == UInt8(ascii: "{"), content.allSatisfy({ $0 >= 0x20 || isSpace($0) }) { return .recording }
        guard content.allSatisfy({ isSpace($0) || (0x21...0x7E).contains($0) }) else { return .raw }
        let line = content.split(separator: UInt8(ascii: "\n")).lazy.map { $0.filter { !isSpace($0) } }
            .first { !$0.isEmpty }
        return line.flatMap(hex) == nil ? .base64 : .hex
    }

    private static func raw(_ content: [UInt8]) -> [Piece] {
        guard !content.isEmpty else { return [] }
        guard let end = Envelope.extent(of: content.span), end < content.count else {
            return [Piece(number: 1, bytes: .success(content))]
        }
        return [
            Piece(number: 1, bytes: .success(Array(content[..<end]))),
            Piece(number: 2, bytes: .failure(.surplus(offset: end, count: content.count - end))),
        ]
    }

    private static func recorded(_ content: [UInt8]) -> [Piece] {
        var number = 0
        return RecordingReader(content).map { result in
            switch result {
            case .success(let frame):
                number += 1
                return Piece(number: number, recorded: frame, bytes: .success(frame.bytes))
            case .failure(let error):
                number += 1
                return Piece(number: number, bytes: .failure(.line(error)))
            }
        }
    }

    private static func textual(_ content: [UInt8]) -> [Piece] {
        let lines = content.split(separator: UInt8(ascii: "\n")).map { $0.filter { !isSpace($0) } }
            .filter { !$0.isEmpty }
        // One long text over several lines: the first line alone is no envelope, all together are.
        if lines.count > 1, !isEnvelope(decode(lines[0])), let joined = decode(lines.flatMap { $0 }), isEnvelope(joined)
        {
            return [Piece(number: 1, bytes: .success(joined))]
        }
        return lines.enumerated().map { index, line in
            Piece(number: index + 1, bytes: decode(line).map { .success($0) } ?? .failure(.neitherHexNorBase64))
        }
    }

    private static func decode(_ line: [UInt8]) -> [UInt8]? { hex(line) ?? Base64.decode(line, .lenient) }

    private static func isEnvelope(_ bytes: [UInt8]?) -> Bool {
        guard let bytes else { return false }
        return FrameContent.looksWhole(bytes)
    }

    private static func hex(_ text: [UInt8]) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = hexValue(text[index]), let low = hexValue(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
