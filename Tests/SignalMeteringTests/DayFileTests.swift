import LinuxSystem
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import SignalMetering

func randomCounts(_ random: inout SeededRandom) -> SignalCounts {
    var counts = SignalCounts()
    for _ in 0..<Int.random(in: 1...6, using: &random) {
        let vehicle = Bool.random(using: &random) ? "5YJ3E1EA7KF00031\(Int.random(in: 0...3, using: &random))" : ""
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let code = SignalCode(rawValue: UInt16.random(in: 0...1024, using: &random))
            counts.add(.random(in: 1...1_000_000, using: &random), code, of: vehicle)
        }
    }
    return counts
}

@Suite final class DayFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory(prefix: "signals")
    }

    private func read(_ bytes: [UInt8]) throws -> DayFile.Content {
        let path = "\(directory.path)/\(UInt64.random(in: .min ... .max)).signals"
        try Files.write(bytes, to: path, mode: 0o600)
        defer { try? Files.remove(path) }
        return try DayFile.read(path)
    }

    @Test func `what blocks say is added up, in a known form`() throws {
        var counts = SignalCounts()
        counts.add(300, SignalCode(.vehicleSpeed), of: "V")
        let block = DayFile.block(counts)
        // One vehicle: its VIN, one count, code 4, 300.
        #expect(Array(block.dropFirst(8)) == [1, UInt8(ascii: "V"), 1, 4, 0xAC, 2])
        #expect(block.prefix(4) == [6, 0, 0, 0])
        let content = try read(DayFile.magic + block + block)
        #expect(content.counts.vehicles == ["V": [SignalCode(.vehicleSpeed): 600]])
        #expect(content.brokenBytes == 0 && !content.isDamaged)
        #expect(DayFile.block(SignalCounts()) == [])
    }

    @Test(arguments: [3, UInt64.random(in: .min ... .max)])
    func `a file that is cut anywhere has its whole blocks`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let parts = (0..<3).map { _ in randomCounts(&random) }
        var bytes = DayFile.magic
        var ends: [Int] = [bytes.count]
        var sums = [SignalCounts()]
        for part in parts {
            bytes += DayFile.block(part)
            ends.append(bytes.count)
            var sum = sums[sums.count - 1]
            sum.add(part)
            sums.append(sum)
        }
        for length in 0...bytes.count {
            let content = try read(Array(bytes[..<length]))
            let whole = ends.lastIndex { $0 <= length }
            #expect(content.counts == whole.map { sums[$0] } ?? SignalCounts(), "seed \(seed), \(length) bytes")
            #expect(content.wholeBytes == whole.map { ends[$0] } ?? 0, "seed \(seed), \(length) bytes")
            #expect(content.brokenBytes == length - content.wholeBytes && !content.isDamaged, "seed \(seed), \(length)")
        }
    }

    @Test(arguments: [5, UInt64.random(in: .min ... .max)])
    func `a flipped bit makes no counts`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (first, second) = (randomCounts(&random), randomCounts(&random))
        let start = DayFile.magic + DayFile.block(first)
        let bytes = start + DayFile.block(second)
        for index in start.count..<bytes.count {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            let content = try read(damaged)
            #expect(content.counts == first, "seed \(seed), byte \(index)")
            #expect(content.brokenBytes > 0, "seed \(seed), byte \(index)")
        }
    }

    @Test(arguments: [9, UInt64.random(in: .min ... .max)])
    func `blocks that make no sense are refused, whatever their checksum says`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let content = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            var block: [UInt8] = []
            for shift in [0, 8, 16, 24] { block.append(UInt8(truncatingIfNeeded: content.count >> shift)) }
            let sum = CRC32C.checksum(content.span)
            for shift: UInt32 in [0, 8, 16, 24] { block.append(UInt8(truncatingIfNeeded: sum >> shift)) }
            let read = try read(DayFile.magic + block + content)
            #expect(read.brokenBytes == 0 || read.counts.isEmpty && read.isDamaged, "seed \(seed)")
        }
    }

    @Test func `another file is no file of counts`() throws {
        let content = try read(Array("{\"vin\": 1}".utf8))
        #expect(content.isDamaged && content.wholeBytes == 0 && content.counts.isEmpty)
        #expect(try read([]).brokenBytes == 0)
    }

    @Test func `sums stop at the greatest number`() {
        var counts = SignalCounts()
        counts.add(.max, SignalCode(.soc), of: "V")
        counts.add(.max, SignalCode(.soc), of: "V")
        var other = counts
        other.add(counts)
        #expect(other.total == .max && other.vehicles["V"] == [SignalCode(.soc): .max])
    }
}
