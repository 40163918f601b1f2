import SignalMetering
import TelemetryModel

/// Files of counted signals as damage or another program may leave them: what is read is whole, and no more than stands
/// there.
final class SignalFileTarget: FuzzTarget {
    static let name = "signals"
    static let limitBytes = 1500

    static let words: [[UInt8]] = [
        Array("FTSIGNL1".utf8), [0, 0, 0, 0], [0xff, 0xff, 0xff, 0x7f],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        [0x80, 0x08], [17], Array("5YJ3E1EA7KF000316".utf8),
    ]

    static func seeds() throws -> [[UInt8]] {
        (0..<20).map { seed in
            var counts = SignalCounts()
            var bytes = DayFile.empty
            for number in 0...seed {
                counts.add(
                    number * 1_000 + 1,
                    SignalCode(Field(number: Int32(number * 13 % 300))),
                    of: "5YJ3E1EA7KF00031\(seed % 10)"
                )
                if number % 3 == 0 { bytes += DayFile.block(counts) }
            }
            return bytes
        }
    }

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let content = DayFile.read(input)
        guard content.wholeBytes + content.brokenBytes == input.count, content.wholeBytes >= 0 else {
            throw FuzzFinding("\(content.wholeBytes) and \(content.brokenBytes) bytes of \(input.count)")
        }
        let whole = DayFile.read(Array(input.prefix(content.wholeBytes)))
        guard whole.counts == content.counts, whole.brokenBytes == 0 else {
            throw FuzzFinding("the whole part alone says something else")
        }
        let again = DayFile.read(DayFile.empty + DayFile.block(content.counts))
        guard again.counts == content.counts, again.brokenBytes == 0 else {
            throw FuzzFinding("counts are not read as they were written")
        }
        return !content.counts.isEmpty
    }
}
