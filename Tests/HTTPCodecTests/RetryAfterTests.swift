import HTTPCodec
import Testing

@Suite struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT, the RFC's example.
    private static let moment: Int64 = 784_111_777

    @Test(arguments: [
        ("0", 0), ("120", 120_000), ("99999999999999999999", 3_600_000),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 7_000), ("Sunday, 06-Nov-94 08:49:37 GMT", 7_000),
        ("Sun Nov  6 08:49:37 1994", 7_000), ("Sun, 06 Nov 1994 08:49:30 GMT", 0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 3_600_000),
    ])
    func `seconds and dates`(text: String, milliseconds: Int) {
        #expect(RetryAfter.milliseconds(text, now: Self.moment - 7, limitSeconds: 3600) == milliseconds)
    }

    @Test(arguments: [
        "", "-1", "1.5", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 99994 08:49:37 GMT",
    ])
    func `anything else says nothing`(text: String) {
        #expect(RetryAfter.milliseconds(text, now: 0, limitSeconds: 3600) == nil)
    }

    @Test func `leap days are counted`() {
        let texts = ["Thu, 29 Feb 2024 00:00:00 GMT", "Fri, 01 Mar 2024 00:00:00 GMT"]
        for (text, moment) in zip(texts, [1_709_164_800, 1_709_251_200] as [Int64]) {
            #expect(RetryAfter.milliseconds(text, now: moment - 5, limitSeconds: 3600) == 5_000)
        }
    }
}
