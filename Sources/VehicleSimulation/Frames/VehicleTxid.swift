/// How vehicles number their messages: 22 hex digits that stay the same for a connection, a dash, and nine
/// decimal digits counted from 1.
///
/// Source: a real car's frame in `samples.md`, section 1.
package struct VehicleTxid: Sendable, Hashable {
    package static let prefixBytes = 22
    package static let counterBytes = 9
    package static let bytes = prefixBytes + 1 + counterBytes
    /// Counters start again after this one.
    package static let counterLimit = 999_999_999

    /// Lower case hex digits in ASCII.
    package let prefix: [UInt8]

    /// A prefix nobody else has, from 88 random bits.
    package init(from random: inout SeededNumbers) {
        let digits = Array("0123456789abcdef".utf8)
        var prefix: [UInt8] = []
        var bits = random.next()
        for index in 0..<Self.prefixBytes {
            if index == 16 { bits = random.next() }
            prefix.append(digits[Int(bits & 15)])
            bits >>= 4
        }
        self.prefix = prefix
    }

    /// The whole txid of message number `counter`.
    package func text(_ counter: Int) -> [UInt8] {
        var text = prefix + [0x2D] + Array(repeating: 0x30, count: Self.counterBytes)
        var rest = counter
        for index in stride(from: Self.bytes - 1, to: Self.prefixBytes, by: -1) {
            text[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        return text
    }
}
