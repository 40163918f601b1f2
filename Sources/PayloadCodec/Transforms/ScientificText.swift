/// A text that is a number in scientific notation, with a decimal point: `1.5e3`. `1e3` has none and is left alone, as
/// Tesla's server leaves it.
struct ScientificText {
    private let text: String
    private let isNegative: Bool
    /// The digits of the mantissa without the point.
    private let digits: [UInt8]
    /// How many of the digits stand before the point.
    private let wholeDigits: Int
    /// Nil when it does not fit; the number is then out of any range.
    private let exponent: Int?

    /// Nil when the text is not of this form: sign, digits with one point and a digit on either side of it, `e` or `E`,
    /// sign, digits, and nothing else.
    init?(_ text: String) {
        var text = text
        // SAFETY: the text's memory is read during the call only.
        guard let parsed = text.withUTF8({ Parsed($0.span) }) else { return nil }
        self.text = text
        isNegative = parsed.isNegative
        digits = parsed.digits
        wholeDigits = parsed.wholeDigits
        exponent = parsed.exponent
    }

    /// As Tesla's server prints it: the nearest 32-bit number with five decimals. Nil when there is none.
    var roundedAsReference: String? {
        guard let nearest = Float(text), nearest.isFinite else { return nil }
        // mantissa x 2^power, exactly.
        let mantissa = UInt64(nearest.significandBitPattern) | (nearest.exponentBitPattern == 0 ? 0 : 1 << 23)
        let power = max(Int(nearest.exponentBitPattern), 1) - 127 - 23
        let sign = nearest.sign == .minus ? "-" : ""
        if power >= 0 { return "\(sign)\(UInt128(mantissa) << UInt128(power)).00000" }
        // In hundred-thousandths, a half rounded to the even neighbour; from 2^-63 on nothing is left.
        let scaled = mantissa * 100_000
        let shift = UInt64(min(-power, 63))
        var hundredThousandths = scaled >> shift
        let remainder = scaled & (1 << shift - 1)
        let half: UInt64 = 1 << (shift - 1)
        if remainder > half || (remainder == half && hundredThousandths & 1 == 1) { hundredThousandths += 1 }
        let decimals = String(hundredThousandths % 100_000)
        let zeros = String(repeating: "0", count: 5 - decimals.utf8.count)
        return "\(sign)\(hundredThousandths / 100_000).\(zeros)\(decimals)"
    }

    /// Beyond this many characters a number is left as it came.
    static let longestExpansion = 100

    /// The same number written out, without needless zeros. Nil when that takes more than ``longestExpansion``
    /// characters.
    var expanded: String? {
        let leadingZeros = digits.prefix { $0 == 0x30 }.count
        let trailingZeros = digits.reversed().prefix { $0 == 0x30 }.count
        guard leadingZeros < digits.count else { return isNegative ? "-0" : "0" }
        guard let exponent, abs(exponent) <= digits.count + Self.longestExpansion else { return nil }
        let significant = digits[leadingZeros..<(digits.count - trailingZeros)]
        /// Where the point stands, counted from the first significant digit.
        let point = wholeDigits - leadingZeros + exponent
        let whole = point <= 0 ? 1 : point
        let fraction = max(0, significant.count - point)
        guard whole + fraction + 2 <= Self.longestExpansion else { return nil }
        var result: [UInt8] = isNegative ? [0x2d] : []
        for place in min(point, 0)..<max(point, significant.count) {
            // Leading and trailing places that the digits don't reach are zeros.
            if place == point { result += point <= 0 ? [0x30, 0x2e] : [0x2e] }
            let isDigit = place >= 0 && place < significant.count
            result.append(isDigit ? significant[significant.startIndex + place] : 0x30)
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// The parts of a scientific number.
private struct Parsed {
    var isNegative = false
    var digits: [UInt8] = []
    var wholeDigits = 0
    var exponent: Int?

    init?(_ text: Span<UInt8>) {
        var position = 0
        func byte() -> UInt8? { position < text.count ? text[position] : nil }
        if byte() == 0x2b || byte() == 0x2d {
            isNegative = byte() == 0x2d
            position += 1
        }
        // Most texts end here: no letters are looked at, nothing is allocated.
        let start = position
        while let digit = byte(), Self.isDigit(digit) { position += 1 }
        guard byte() == 0x2e else { return nil }
        wholeDigits = position - start
        position += 1
        while let digit = byte(), Self.isDigit(digit) { position += 1 }
        guard position - start > 1, byte() == 0x65 || byte() == 0x45 else { return nil }
        let end = position
        position += 1
        var exponentIsNegative = false
        if byte() == 0x2b || byte() == 0x2d {
            exponentIsNegative = byte() == 0x2d
            position += 1
        }
        guard position < text.count else { return nil }
        var magnitude: Int? = 0
        while let digit = byte() {
            guard Self.isDigit(digit) else { return nil }
            // A million is far beyond every limit; larger exponents need no exact value.
            magnitude = magnitude.flatMap { $0 > 1_000_000 ? nil : $0 * 10 + Int(digit - 0x30) }
            position += 1
        }
        exponent = magnitude.map { exponentIsNegative ? -$0 : $0 }
        digits.reserveCapacity(end - start)
        for index in start..<end where text[index] != 0x2e { digits.append(text[index]) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
