import HTTPCodec
import TelemetryFixtures
import Testing

/// Requests damaged at random and cut at random places: pieces must be judged like the whole, statuses must be
/// known ones, and a head must lie inside what was sent.
struct MutationTests {
    private let seeds = [
        "GET / HTTP/1.1\r\nHost: car.example:4443\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        "POST /v1/x?y=z HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nX-TXID: 1\r\n\r\nhello, world",
        "\r\nGET http://h/status HTTP/1.0\nAccept: */*\n\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    ].map { Array($0.utf8) }

    @Test func `damaged requests are judged the same however they are cut`() {
        var random = SeededRandom(seed: UInt64.random(in: 0...UInt64.max))
        print("seed \(random.seed)")
        var taken = 0
        for _ in 0..<50_000 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            let whole = read(bytes, pieces: CollectionOfOne(bytes.count))
            let cuts = [bytes.count / 3, bytes.count / 2].map { $0 + Int.random(in: 0...$0, using: &random) }.sorted()
            if read(bytes, pieces: cuts + [bytes.count]) != whole {
                Issue.record("\(String(decoding: bytes, as: UTF8.self)), seed \(random.seed)")
            }
            switch whole {
            case .head(let head):
                taken += 1
                if head.length > bytes.count { Issue.record("seed \(random.seed)") }
            case .refused(let status, _):
                if ![400, 413, 431].contains(status) { Issue.record("status \(status), seed \(random.seed)") }
            case .needsMore: break
            }
        }
        #expect(taken > 1000)
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        let special: [UInt8] = [0x0d, 0x0a, 0x20, 0x09, 0x3a, 0x00, 0x2c, 0x7f, 0xff, 0x30]
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[index] = special.randomElement(using: &random) ?? 0
        case 1: bytes.insert(special.randomElement(using: &random) ?? 0, at: index)
        case 2: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3 where bytes.count > 2: bytes.remove(at: index)
        default:
            let end = min(bytes.count, index + Int.random(in: 1...20, using: &random))
            bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &random))
        }
    }
}
