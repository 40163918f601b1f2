import EnvelopeCodec
import Foundation
import TelemetryFixtures

/// A corpus case with the values that the reference's encoder was given.
struct SentEnvelope: Decodable {
    struct Values: Decodable {
        var created_at: UInt32
        var delivered_at_epoch_ms: UInt64
        var device_id: Text
        var device_type: Text
        var message_id: Text
        var payload_b64: Data
        var sender_id: Text
        var topic: Text
        var txid: Text

        var message: StreamMessage {
            StreamMessage(
                txid: txid.bytes,
                topic: topic.bytes,
                messageID: message_id.bytes,
                senderID: sender_id.bytes,
                payload: Array(payload_b64),
                deviceType: device_type.bytes,
                deviceID: device_id.bytes,
                createdAtSeconds: created_at,
                deliveredAtMilliseconds: delivered_at_epoch_ms
            )
        }
    }

    /// Text, or Base64 of what is no text.
    struct Text: Decodable {
        var bytes: [UInt8]

        enum CodingKeys: CodingKey { case b64 }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                bytes = Array(text.utf8)
            } else {
                bytes = Array(try decoder.container(keyedBy: CodingKeys.self).decode(Data.self, forKey: .b64))
            }
        }
    }

    var name: String
    var envelope: Values?
    var frames: [CorpusCase.Frame]?

    /// Every case of every area whose one frame is given both as values and as bytes.
    static func all() throws -> [(name: String, message: StreamMessage, frame: [UInt8])] {
        var all: [(name: String, message: StreamMessage, frame: [UInt8])] = []
        for area in Corpus.frameAreas {
            let data = try Data(contentsOf: Fixtures.url("corpus/\(area).json"))
            for sent in try JSONDecoder().decode([SentEnvelope].self, from: data) {
                guard let values = sent.envelope, let frames = sent.frames, frames.count == 1 else { continue }
                all.append(("\(area)/\(sent.name)", values.message, frames[0].bytes))
            }
        }
        return all
    }
}

/// What a reading comes to: the part of an answer that the envelope alone decides.
enum Outcome: Equatable, CustomStringConvertible {
    case record(txid: [UInt8], topic: [UInt8])
    case acknowledge(txid: [UInt8], topic: [UInt8])
    case refuse(txid: [UInt8])

    init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
        do throws(EnvelopeError) {
            let envelope = try Envelope.read(bytes.span, in: range)
            let (txid, topic) = (Array(bytes[envelope.txid]), Array(bytes[envelope.topic]))
            self = envelope.kind == .stream ? .record(txid: txid, topic: topic) : .acknowledge(txid: txid, topic: topic)
        } catch {
            self = .refuse(txid: error.txid.map { Array(bytes[$0]) } ?? [])
        }
    }

    var description: String {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        return switch self {
        case .record(let txid, let topic): "record \(text(txid)) \(text(topic))"
        case .acknowledge(let txid, let topic): "acknowledge \(text(txid)) \(text(topic))"
        case .refuse(let txid): "refuse \(text(txid))"
        }
    }
}

extension CorpusCase.Reply {
    var txidBytes: [UInt8] { txid_hex.map(Bytes.fromHex) ?? Array((txid ?? "").utf8) }

    var topicBytes: [UInt8] {
        let topic = topic ?? ""
        return topic.hasPrefix("hex:") ? Bytes.fromHex(String(topic.dropFirst(4))) : Array(topic.utf8)
    }
}
