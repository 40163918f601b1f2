import ControlPlane
import Testing

@Suite struct AlarmRangeTests {
    @Test(
        arguments: [
            ("10", [-1, 11], [0, 10]), ("10:", [9.99, -5], [10, 1e9]), ("~:10", [10.01], [-1e9, 10]),
            ("10:20", [9, 21], [10, 15, 20]), ("@10:20", [10, 15, 20], [9, 21]), ("@~:3", [-7, 3], [3.5]),
            ("~:", [], [-1e9, 0, 1e9]), ("-5:5", [-6, 6], [-5, 0, 5]), (":10", [-1, 11], [0, 10]),
            ("0.5:1.5", [0.4, 1.6], [0.5, 1.5]), ("@5", [0, 5], [-1, 6]),
        ] as [(String, [Double], [Double])]
    )
    func `a range alarms where the guidelines say so`(_ text: String, _ alarms: [Double], _ quiet: [Double]) throws {
        let range = try #require(AlarmRange(text))
        #expect(range.text == text)
        for value in alarms { #expect(range.alarms(value), "\(value)") }
        for value in quiet { #expect(!range.alarms(value), "\(value)") }
    }

    @Test(arguments: [
        "", ":", "@", "a", "10:a", "20:10", "10:20:30", "@@5", "5@", "1e3", "nan", "inf", "10 ", "~", "10:~",
    ])
    func `what is no range is refused`(_ text: String) {
        #expect(AlarmRange(text) == nil)
    }

    @Test func `ranges are told in words`() {
        let words = ["30:", "~:5", "7", "10:20", "@10:20", "@~:3", "~:"].map { AlarmRange($0)?.words }
        #expect(
            words == [
                "below 30", "above 5", "above 7", "outside 10 to 20", "from 10 to 20", "at or below 3", "never",
            ]
        )
    }
}
