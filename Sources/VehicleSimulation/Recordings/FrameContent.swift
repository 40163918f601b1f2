internal import EnvelopeCodec
package import JSONText
internal import PayloadCodec
internal import RecordEncoding
internal import TelemetryModel

/// What is wrong with a frame, and where.
package struct FrameDamage: Error, Sendable, Hashable {
    /// Bytes from the start of the frame; nil when the fault has no one place.
    package let offset: Int?
    package let reason: String
}

/// Turns frames into lines that people and scripts can read.
package struct FrameContent: ~Copyable {
    private var decoder = PayloadDecoder()

    package init() {}

    static func looksWhole(_ bytes: [UInt8]) -> Bool {
        guard let envelope = try? Envelope.read(bytes.span) else { return false }
        switch envelope.kind {
        case .stream, .acknowledgement: return true
        case .other, .absent: return false
        }
    }

    /// Appends what a frame says as members of a JSON object.
    ///
    /// The payload is shown as it was sent, before any of the server's transforms, with unknown fields.
    ///
    /// - Throws: when the frame, or the payload in it, is damaged. Members of what could be read are written first.
    package mutating func write(_ bytes: [UInt8], to writer: inout JSONWriter) throws(FrameDamage) {
        let envelope: Envelope
        do {
            envelope = try Envelope.read(bytes.span)
        } catch {
            if let txid = error.txid { writer.member("txid", text(bytes, txid)) }
            throw FrameDamage(offset: min(error.cause, bytes.count), reason: error.description)
        }
        switch envelope.kind {
        case .absent: throw FrameDamage(offset: 0, reason: "there is no message in the envelope")
        case .other(let tag):
            writer.member("kind", "unknown")
            writer.member("message_type", Int(tag))
        case .acknowledgement: writer.member("kind", "ack")
        case .stream: writer.member("kind", isError(envelope, bytes) ? "error" : "record")
        }
        writer.member("txid", text(bytes, envelope.txid))
        writer.member("topic", text(bytes, envelope.topic))
        if !envelope.messageID.isEmpty { writer.member("message_id", text(bytes, envelope.messageID)) }
        if let stream = envelope.stream { try write(stream, envelope, bytes, to: &writer) }
    }

    private mutating func write(
        _ stream: Envelope.Stream,
        _ envelope: Envelope,
        _ bytes: [UInt8],
        to writer: inout JSONWriter
    ) throws(FrameDamage) {
        if !stream.senderID.isEmpty { writer.member("sender_id", text(bytes, stream.senderID)) }
        if !stream.deviceType.isEmpty { writer.member("device_type", text(bytes, stream.deviceType)) }
        if !stream.deviceID.isEmpty { writer.member("device_id", text(bytes, stream.deviceID)) }
        if stream.createdAtSeconds != 0 { writer.member("created_at", Int64(stream.createdAtSeconds)) }
        if stream.deliveredAtMilliseconds != 0 {
            writer.member("delivered_at_ms", Int64(clamping: stream.deliveredAtMilliseconds))
        }
        if isError(envelope, bytes) {
            writer.member("message", text(bytes, stream.payload))
            return
        }
        let type = RecordType(topic: text(bytes, envelope.topic))
        let content: RecordContent
        do {
            content = try decoder.decode(type, bytes.span.extracting(stream.payload))
        } catch {
            throw Self.damage(error, payloadAt: stream.payload.lowerBound)
        }
        do {
            let payload = try RecordJSON.encode(content, payload: bytes[stream.payload], mode: .standard)
            writer.key("payload")
            writer.raw(payload)
        } catch {
            throw FrameDamage(offset: stream.payload.lowerBound, reason: error.description)
        }
    }

    private static func damage(_ error: PayloadError, payloadAt start: Int) -> FrameDamage {
        switch error {
        case .malformed(_, let offset): FrameDamage(offset: start + offset, reason: error.description)
        case .invalidUTF8, .tooExpensive: FrameDamage(offset: start, reason: error.description)
        }
    }

    /// The server's refusal: a record without topic and sender whose payload is a text.
    private func isError(_ envelope: Envelope, _ bytes: [UInt8]) -> Bool {
        guard let stream = envelope.stream, envelope.topic.isEmpty, stream.senderID.isEmpty else { return false }
        return bytes[stream.payload].elementsEqual(Envelope.errorText.utf8)
    }

    private func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}

extension FrameFile.Piece {
    /// Appends the piece as one JSON line: what the frame says, or an `error` with its `offset`.
    ///
    /// - Returns: what is wrong with it; nil when nothing is.
    package func appendLine(_ content: inout FrameContent, to output: inout [UInt8]) -> FrameDamage? {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("frame", number)
        if let recorded {
            writer.member("t", recorded.milliseconds)
            writer.member("vin", recorded.vin)
            writer.member("direction", recorded.direction.rawValue)
        }
        var damage: FrameDamage?
        switch bytes {
        case .success(let bytes):
            do {
                try content.write(bytes, to: &writer)
            } catch {
                damage = error
            }
        case .failure(.line(let error)): damage = FrameDamage(offset: nil, reason: error.description)
        case .failure(.neitherHexNorBase64):
            damage = FrameDamage(offset: nil, reason: "the line is neither hex nor base64, or was cut")
        case .failure(.surplus(let offset, let count)):
            damage = FrameDamage(
                offset: offset,
                reason: "\(count) bytes follow the frame; give each frame a file of its own, or a line in hex or base64"
            )
        }
        if let damage {
            writer.member("error", damage.reason)
            if let offset = damage.offset { writer.member("offset", offset) }
        }
        writer.endObject()
        writer.endLine()
        output.append(contentsOf: writer.bytes)
        return damage
    }
}
