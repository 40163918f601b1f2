import Testing
import WebSocketCodec

struct MaskingTests {
    @Test func `every length at every place equals the definition`() {
        let key: UInt32 = 0x0403_0201
        for length in 0..<140 {
            for start in [0, 1, 3, 7] {
                let plain = (0..<length + start + 5).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                var masked = plain
                var span = masked.mutableSpan
                Masking.apply(key, to: &span, in: start..<start + length)
                let expected = plain.enumerated().map { index, byte in
                    (start..<start + length).contains(index) ? byte ^ UInt8((index - start) % 4 + 1) : byte
                }
                #expect(masked == expected)
            }
        }
    }
}
