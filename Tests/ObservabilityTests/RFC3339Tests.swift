import Foundation
@testable import Observability
import TelemetryFixtures
import Testing

@Suite struct RFC3339Tests {
    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000000000Z"),
            (951_782_400, 1, "2000-02-29T00:00:00.000000001Z"),
            (4_107_542_399, 999_999_999, "2100-02-28T23:59:59.999999999Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000000000Z"),
            (-1, 5, "1969-12-31T23:59:59.000000005Z"),
            (-62_135_596_800, 0, "0001-01-01T00:00:00.000000000Z"),
            (253_402_300_799, 0, "9999-12-31T23:59:59.000000000Z"),
        ] as [(Int64, Int32, String)]
    )
    func `known moments`(seconds: Int64, nanos: Int32, text: String) {
        #expect(RFC3339.text((seconds, nanos)) == text)
    }

    @Test func `random moments agree with Foundation`() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededRandom(seed: seed)
        let formatter = ISO8601DateFormatter()
        for _ in 0..<500 {
            let seconds = Int64.random(in: 0...253_402_300_799, using: &generator)
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            let found = RFC3339.text((seconds, 0))
            #expect(found == expected.dropLast() + ".000000000Z", "seed \(seed), seconds \(seconds)")
        }
    }
}
