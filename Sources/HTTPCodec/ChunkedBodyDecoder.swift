/// Reads a chunked body from bytes that arrive in pieces.
///
/// Chunk extensions and trailers are read over. Line ends must be CR LF here: unlike in the head nothing asks for
/// tolerance, and differing tolerance is how requests get smuggled.
///
/// Source: RFC 9112 section 7.1.
package struct ChunkedBodyDecoder: Sendable {
    private enum State {
        /// In the line that begins a chunk.
        case sizeLine
        /// Bytes of the chunk's data that are still to come.
        case data(Int)
        /// In the line end behind the data.
        case dataEnd
        case trailers
        case finished
    }

    /// Most bytes of a chunk's first line, extensions included.
    private static let sizeLineLimit = 256
    /// Most bytes of all trailers.
    private static let trailersLimit = 8 * 1024

    private let limit: Int
    private var state = State.sizeLine
    private var line: [UInt8] = []
    private var received = 0
    private var trailerBytes = 0

    /// - Parameter limit: most bytes of the body, without the chunks' own lines; more is refused with 413.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Takes what there is.
    ///
    /// - Parameters:
    ///   - pending: the bytes not used yet; moved forward.
    ///   - body: gets the content.
    /// - Returns: true when the body is complete.
    package mutating func take(
        _ bytes: Span<UInt8>,
        _ pending: inout Range<Int>,
        into body: inout [UInt8]
    ) throws(HTTPError) -> Bool {
        var position = pending.lowerBound
        defer { pending = position..<pending.upperBound }
        while position < pending.upperBound {
            switch state {
            case .finished: return true
            case .data(let left):
                let end = min(position + left, pending.upperBound)
                for index in position..<end { body.append(bytes[index]) }
                let rest = left - (end - position)
                position = end
                state = rest == 0 ? .dataEnd : .data(rest)
            case .sizeLine, .dataEnd, .trailers:
                let byte = bytes[position]
                position += 1
                try takeLineByte(byte)
            }
        }
        if case .finished = state { return true }
        return false
    }

    private mutating func takeLineByte(_ byte: UInt8) throws(HTTPError) {
        guard byte == 0x0a else {
            guard line.last != 0x0d else { throw .malformed("A line of the chunked body holds a CR without LF.") }
            line.append(byte)
            return try checkLineLength()
        }
        guard line.popLast() == 0x0d else {
            throw .malformed("A line of the chunked body ends without CR; end lines with CR LF.")
        }
        let whole = line
        line = []
        switch state {
        case .sizeLine: try takeSize(whole)
        case .dataEnd: state = .sizeLine
        case .trailers:
            trailerBytes += whole.count + 2
            if whole.isEmpty { state = .finished }
        case .data, .finished: break
        }
    }

    private func checkLineLength() throws(HTTPError) {
        switch state {
        case .sizeLine:
            guard line.count <= Self.sizeLineLimit else {
                throw .malformed("The first line of a chunk is longer than \(Self.sizeLineLimit) bytes.")
            }
        case .dataEnd:
            guard line == [0x0d] else { throw .malformed("A chunk is longer than its first line says.") }
        case .trailers:
            guard trailerBytes + line.count <= Self.trailersLimit else {
                throw .headTooLarge("The trailers of the body are longer than \(Self.trailersLimit) bytes.")
            }
        case .data, .finished: break
        }
    }

    private mutating func takeSize(_ line: [UInt8]) throws(HTTPError) {
        let digits = line.prefix { digitValue($0) != nil }
        let rest = trimmed(line[digits.endIndex...])
        guard !digits.isEmpty, rest.isEmpty ? digits.count == line.count : rest.first == UInt8(ascii: ";") else {
            throw .malformed("A chunk must begin with its size as a hexadecimal number.")
        }
        var size = 0
        for digit in digits {
            size = size << 4 | (digitValue(digit) ?? 0)
            guard size <= limit - received else {
                throw .bodyTooLarge("The body is longer than \(limit) bytes; send less at once.")
            }
        }
        received += size
        state = size == 0 ? .trailers : .data(size)
    }

    private func digitValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }
}
