import TelemetryFixtures

/// Makes inputs: each follows from the seeds, the run's seed and its number alone, so that it can be made again.
struct Mutator {
    let seeds: [[UInt8]]
    let words: [[UInt8]]
    let limitBytes: Int

    init(_ target: any FuzzTarget.Type) throws {
        let limit = target.limitBytes
        seeds = try target.seeds().map { Array($0.prefix(limit)) }
        words = target.words
        limitBytes = limit
    }

    /// The first inputs are the seeds as they are.
    func input(_ number: Int, seed: UInt64) -> [UInt8] {
        guard number >= seeds.count else { return seeds[number] }
        var random = SeededRandom(seed: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
        var bytes = seeds[random.below(seeds.count)]
        var changes = 1
        while changes < 12, random.below(3) > 0 { changes += 1 }
        for _ in 0..<changes { change(&bytes, &random) }
        if bytes.count > limitBytes { bytes.removeLast(bytes.count - limitBytes) }
        return bytes
    }

    private func change(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return bytes.append(UInt8(truncatingIfNeeded: random.next())) }
        let place = random.below(bytes.count)
        switch random.below(14) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] ^= 1 << UInt8(random.below(8))
        case 2: bytes[place] &+= UInt8(random.below(9)) &- 4
        case 3: bytes[place] = Self.oddBytes[random.below(Self.oddBytes.count)]
        case 4: bytes.insert(Self.oddBytes[random.below(Self.oddBytes.count)], at: place)
        case 5: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(8)))
        case 6: bytes.removeLast(random.below(bytes.count))
        case 7: setNumber(&bytes, at: place, &random)
        case 8: growVarint(&bytes, at: place, &random)
        case 9, 10:
            guard !words.isEmpty else { return }
            bytes.insert(contentsOf: words[random.below(words.count)], at: place)
        case 11: repeatPart(&bytes, at: place, &random)
        case 12:
            let other = seeds[random.below(seeds.count)]
            guard !other.isEmpty else { return }
            bytes.replaceSubrange(place..., with: other[random.below(other.count)...])
        default:
            let part = seeds[random.below(seeds.count)].suffix(1 + random.below(40)).prefix(1 + random.below(20))
            bytes.insert(contentsOf: part, at: place)
        }
    }

    /// Lengths and offsets at the edges of what their types and the input hold, in either byte order.
    private func setNumber(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededRandom) {
        let width = [2, 4, 8][random.below(3)]
        guard place + width <= bytes.count else { return }
        let near = bytes.count - place
        let numbers: [UInt64] = [
            0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
            0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, .max, UInt64(near), UInt64(near) &- 1, UInt64(bytes.count),
        ]
        let number = numbers[random.below(numbers.count)]
        let isLittle = random.below(2) == 0
        for index in 0..<width {
            let shift = UInt64(isLittle ? index : width - 1 - index) * 8
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> shift)
        }
    }

    private func growVarint(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededRandom) {
        bytes[place] |= 0x80
        let more = repeatElement(UInt8(0xff), count: random.below(10))
        bytes.insert(contentsOf: more + [UInt8(random.below(2))], at: place + 1)
    }

    private func repeatPart(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededRandom) {
        let part = Array(bytes[place..<min(bytes.count, place + 1 + random.below(30))])
        let times = random.below(10) == 0 ? 1 + random.below(60) : 1 + random.below(3)
        for _ in 0..<times where bytes.count < limitBytes { bytes.insert(contentsOf: part, at: place) }
    }

    private static let oddBytes: [UInt8] = [
        0, 1, 2, 4, 8, 9, 10, 13, 32, 34, 44, 58, 91, 92, 93, 123, 125, 126, 127, 128, 129, 192, 193, 224, 237, 240,
        244, 254, 255,
    ]
}

extension SeededRandom {
    /// Even enough, and quick also in builds that are not optimised.
    mutating func below(_ limit: Int) -> Int {
        Int(truncatingIfNeeded: next() >> 33) % limit
    }
}

/// Random numbers for a target's own choices, which must follow from its input alone.
func choices(for input: [UInt8]) -> SeededRandom {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in input.prefix(64) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return SeededRandom(seed: hash ^ UInt64(input.count))
}
