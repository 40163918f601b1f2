import ServerAssembly
import TelemetryModel
import Testing

struct UTCTimeTests {
    @Test(arguments: [
        ("1970-01-01", 0, 86_399_999), ("2000-02-29", 951_782_400_000, 951_868_799_999),
        ("2026-11-21T03:15", 1_795_230_900_000, 1_795_230_959_999),
        ("2026-11-21T03:15:23Z", 1_795_230_923_000, 1_795_230_923_999),
        ("2026-11-21 03:15:23.5", 1_795_230_923_500, 1_795_230_923_500),
        ("2026-11-21T04:15:23.1234+01:00", 1_795_230_923_123, 1_795_230_923_123),
        ("2026-11-20T22:15:23-05:00", 1_795_230_923_000, 1_795_230_923_999),
    ])
    func `times are read, and ends include what they name`(text: String, first: Int64, last: Int64) {
        #expect(UTCTime.read(text)?.rawValue == first)
        #expect(UTCTime.read(text, isEnd: true)?.rawValue == last)
    }

    @Test(arguments: [
        "", "now", "2026", "2026-13-01", "2026-02-29", "1969-12-31", "2026-11-21T", "2026-11-21T24:00", "2026-11-21T03",
        "2026-11-21T03:15:23.", "2026-11-21T03:15:23z", "2026-11-21T03:15+1", "2026-11-21Z", "99999-01-01",
    ])
    func `what is no time is nil`(text: String) {
        #expect(UTCTime.read(text) == nil)
    }

    @Test func `what is written is read again`() {
        for seconds in stride(from: Int64(0), to: 253_402_300_800, by: 1_234_567_891) {
            let time = UnixMilliseconds(rawValue: seconds * 1000)
            #expect(UTCTime.read(UTCTime(time).description) == time)
        }
    }
}
