package import Foundation

/// The recorded behaviour of the reference server; `Tests/Fixtures/corpus/README.md` explains every key.
package enum Corpus {
    /// Areas whose cases share the frame format.
    package static let frameAreas = [
        "values", "fields", "numbers", "strings", "location", "scientific", "payload", "alerts", "errors", "topics",
        "envelope", "websocket",
    ]

    /// The cases of one area of ``frameAreas``.
    package static func cases(_ area: String) throws -> [CorpusCase] {
        let data = try Data(contentsOf: Fixtures.url("corpus/\(area).json"))
        return try JSONDecoder().decode([CorpusCase].self, from: data)
    }
}

package enum Fixtures {
    /// A file under `Tests/Fixtures`.
    package static func url(_ path: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures").appending(path: path)
    }

    /// The repository's root folder.
    package static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }
}

package struct CorpusCase: Decodable, Sendable {
    package struct Frame: Decodable, Sendable {
        package var b64: String
        package var op: Int?
        package var fin: Bool?
        package var masked: Bool?
        package var rsv: Int?
        package var announced_length: UInt64?

        package var bytes: [UInt8] { Array(Data(base64Encoded: b64)!) }

        package init(bytes: [UInt8]) {
            b64 = Data(bytes).base64EncodedString()
        }
    }

    /// What the reference's encoder was given to make the frame; a topic that is not UTF-8 is nil.
    package struct Envelope: Decodable, Sendable {
        package var topic: String?
        package var payload_b64: String?

        package var payload: [UInt8]? { payload_b64.map { Array(Data(base64Encoded: $0)!) } }

        private enum CodingKeys: String, CodingKey { case topic, payload_b64 }

        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            topic = try? values.decode(String.self, forKey: .topic)
            payload_b64 = try values.decodeIfPresent(String.self, forKey: .payload_b64)
        }
    }

    package struct Reply: Decodable, Sendable {
        package var op: Int
        package var hex: String?
        package var kind: String?
        package var txid: String?
        package var txid_hex: String?
        package var topic: String?
        package var payload: String?
        package var close_code: Int?
        package var close_reason: String?

        package var bytes: [UInt8]? { hex.map(Bytes.fromHex) }
    }

    package struct Dispatched: Decodable, Sendable {
        package var record_type: String
        package var payload_b64: String?
        package var decoded_json: String?
        package var payload_length: Int?

        package var payload: [UInt8]? { payload_b64.map { Array(Data(base64Encoded: $0)!) } }
    }

    package struct LogLine: Decodable, Sendable {
        package var msg: String?
        package var level: String?
        package var data_json: String?
        package var metadata: [String: String]?
        package var vin: String?
        package var raw_line: String?
    }

    package struct Recipe: Decodable, Sendable {
        package var frame_length: Int
        package var how: String
        package var txid: String?
    }

    package var name: String
    package var note: String?
    package var client_cn: String
    package var envelope: Envelope?
    package var frames: [Frame]?
    package var frame_recipe: Recipe?
    package var replies: [Reply]
    package var connection: String
    package var dispatched: [Dispatched]
    package var logger: [LogLine]?
    package var logger_verbose: [LogLine]?
}

package enum Bytes {
    package static func fromHex(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var digits = text.makeIterator()
        while let high = digits.next(), let low = digits.next() {
            bytes.append(UInt8(high.hexDigitValue! << 4 | low.hexDigitValue!))
        }
        return bytes
    }

    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
