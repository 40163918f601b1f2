import Testing
import WebSocketCodec

struct UTF8ValidatorTests {
    @Test(arguments: UTF8Samples.valid)
    func `what is UTF-8 is taken, however it is cut`(text: [UInt8]) {
        #expect(isTaken(text, cutAt: 0))
        for cut in 0...text.count {
            #expect(isTaken(text, cutAt: cut))
        }
    }

    @Test(arguments: UTF8Samples.invalid)
    func `what is not UTF-8 is refused, however it is cut`(text: [UInt8]) {
        #expect(!isTaken(text, cutAt: 0))
        for cut in 0...text.count {
            #expect(!isTaken(text, cutAt: cut))
        }
    }

    @Test func `all sequences of up to three bytes are judged as Swift does`() {
        for first in 0x7e...0xff {
            for second in stride(from: 0, through: 0xff, by: 5) {
                for third in stride(from: 0x70, through: 0xd0, by: 8) {
                    let text = [UInt8(first), UInt8(second), UInt8(third)]
                    let isValid = UTF8Validator.isValid(text.span)
                    if isValid != (String(validating: text, as: UTF8.self) != nil) { Issue.record("\(text)") }
                }
            }
        }
    }

    private func isTaken(_ text: [UInt8], cutAt cut: Int) -> Bool {
        var validator = UTF8Validator()
        return validator.take(text.span.extracting(0..<cut)) && validator.take(text.span.extracting(cut..<text.count))
            && validator.isComplete
    }
}

enum UTF8Samples {
    static let valid: [[UInt8]] = [
        "", "a", "κόσμε", "Hello-µ@ßöäüàá-UTF-8!!", "\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}", "\u{d7ff}\u{e000}",
        "\0",
    ].map { Array($0.utf8) }

    static let invalid: [[UInt8]] = [
        [0x80], [0xbf], [0x80, 0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf],
        [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xe2, 0x82], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
        [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe], [0xff],
        [0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xce, 0xbc, 0xce, 0xb5, 0xed, 0xa0, 0x80, 0x65], [0x61, 0xf0, 0x9f],
    ]
}
