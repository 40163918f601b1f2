internal import JSONText
internal import TextCodec

/// One WebSocket message of a recording, with the moment and the vehicle.
package struct RecordedFrame: Sendable, Hashable {
    /// Seen from the server.
    package enum Direction: String, Sendable, Hashable {
        /// From the vehicle.
        case incoming = "in"
        /// To the vehicle.
        case outgoing = "out"
    }

    /// Milliseconds since 1970, or since the recording began: only differences are looked at.
    package var milliseconds: Int64
    /// From the vehicle's certificate.
    package var vin: String
    package var direction: Direction
    /// The message after decryption, unmasking and joining of fragments: an envelope.
    package var bytes: [UInt8]

    package init(milliseconds: Int64, vin: String, direction: Direction, bytes: [UInt8]) {
        self.milliseconds = milliseconds
        self.vin = vin
        self.direction = direction
        self.bytes = bytes
    }

    /// Appends the frame as a line of a recording, newline included.
    package static func appendLine(
        milliseconds: Int64,
        vin: String,
        direction: Direction,
        bytes: borrowing Span<UInt8>,
        to text: inout [UInt8]
    ) {
        var writer = JSONWriter(reservingCapacity: 96)
        writer.beginObject()
        writer.member("t", milliseconds)
        writer.member("vin", vin)
        writer.member("direction", direction.rawValue)
        writer.key("frame")
        writer.string("")
        writer.endObject()
        // Base64 needs no escaping, so it goes between the empty text's quotes without passing the writer.
        text.append(contentsOf: writer.bytes.dropLast(2))
        Base64.append(bytes, to: &text)
        text.append(contentsOf: Array("\"}\n".utf8))
    }

    package func appendLine(to text: inout [UInt8]) {
        Self.appendLine(milliseconds: milliseconds, vin: vin, direction: direction, bytes: bytes.span, to: &text)
    }
}
