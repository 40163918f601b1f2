import EnvelopeCodec
import TelemetryFixtures
import Testing

/// Damages recorded frames at random and reads them where they lie inside a larger buffer.
///
/// Whatever comes out must lie inside the message, and the same message in other surroundings must read the same:
/// a reader that looked outside would see different bytes there. A read out of the array would stop the program.
struct MutationTests {
    @Test func `a damaged message is read inside its bounds only`() throws {
        var random = SeededRandom(seed: UInt64.random(in: 0...UInt64.max))
        print("seed \(random.seed)")
        let frames = try Corpus.frameAreas.flatMap { try Corpus.cases($0) }
            .compactMap { $0.frames?.first?.bytes }.filter { !$0.isEmpty && $0.count < 2000 }
        var accepted = 0
        for _ in 0..<50_000 {
            var frame = frames[Int.random(in: 0..<frames.count, using: &random)]
            for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&frame, &random) }
            let offset = Int.random(in: 0..<9, using: &random)
            let buffers = [0x00, 0xff].map { (filler: UInt8) in
                Array(repeating: filler, count: offset) + frame + Array(repeating: filler, count: 40)
            }
            let range = offset..<offset + frame.count
            let outcomes = buffers.map { read($0, range) }
            #expect(outcomes[0] == outcomes[1], "seed \(random.seed)")
            if case .success(let envelope) = outcomes[0] {
                accepted += 1
                #expect(ranges(envelope).allSatisfy { $0.lowerBound >= offset && $0.upperBound <= range.upperBound })
            }
        }
        #expect(accepted > 1000)
    }

    private func read(_ bytes: [UInt8], _ range: Range<Int>) -> Result<Envelope, EnvelopeError> {
        do throws(EnvelopeError) {
            return .success(try Envelope.read(bytes.span, in: range))
        } catch {
            _ = error.description
            return .failure(error)
        }
    }

    private func ranges(_ envelope: Envelope) -> [Range<Int>] {
        let stream = envelope.stream.map { [$0.senderID, $0.payload, $0.deviceType, $0.deviceID] } ?? []
        return [envelope.txid, envelope.topic, envelope.messageID] + stream
    }

    private func mutate(_ frame: inout [UInt8], _ random: inout SeededRandom) {
        guard !frame.isEmpty else { return frame.append(UInt8.random(in: 0...255, using: &random)) }
        // Most offsets stand at the front.
        let end = Bool.random(using: &random) ? frame.count : min(frame.count, 120)
        let index = Int.random(in: 0..<end, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: frame[index] = UInt8.random(in: 0...255, using: &random)
        case 1: frame[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: frame[index] = [0, 1, 4, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
        case 3: frame.removeLast(Int.random(in: 0..<frame.count, using: &random) / 4)
        case 4: frame.insert(UInt8.random(in: 0...255, using: &random), at: index)
        default: frame[index] &+= UInt8.random(in: 0...8, using: &random) &- 4
        }
    }
}
