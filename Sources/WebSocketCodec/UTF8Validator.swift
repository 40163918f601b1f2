/// Checks UTF-8 that arrives in pieces, cut anywhere, also inside a character.
///
/// Refuses what Unicode refuses: over-long forms, surrogates, anything above U+10FFFF. A byte that cannot be right
/// is reported at once, without waiting for the rest of its character.
package struct UTF8Validator: Sendable, Hashable {
    /// Continuation bytes that the current character still needs.
    private var needed: UInt8 = 0
    /// Bounds of the next continuation byte; narrower than 80...BF directly after some first bytes.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xbf

    package init() {}

    /// Whether the bytes so far end with a whole character.
    package var isComplete: Bool { needed == 0 }

    /// - Returns: false when the text cannot be UTF-8, whatever follows.
    package mutating func take(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            if needed == 0 {
                guard byte >= 0x80 else { continue }
                guard start(byte) else { return false }
            } else {
                guard byte >= lower, byte <= upper else { return false }
                lower = 0x80
                upper = 0xbf
                needed &-= 1
            }
        }
        return true
    }

    private mutating func start(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xc2...0xdf: needed = 1
        case 0xe0...0xef:
            needed = 2
            if byte == 0xe0 { lower = 0xa0 }
            if byte == 0xed { upper = 0x9f }
        case 0xf0...0xf4:
            needed = 3
            if byte == 0xf0 { lower = 0x90 }
            if byte == 0xf4 { upper = 0x8f }
        default: return false
        }
        return true
    }

    /// Whether the bytes are UTF-8 from beginning to end.
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        var validator = UTF8Validator()
        return validator.take(bytes) && validator.isComplete
    }
}
