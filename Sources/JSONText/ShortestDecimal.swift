/// The decimal with the fewest digits that reads back as the same binary number: significand × 10^exponent.
///
/// Of several with as few digits it is the closest. The significand ends in no zero where the exponent isn't 0.
struct ShortestDecimal {
    let significand: UInt64
    let exponent: Int

    /// - Parameter value: finite and not negative.
    @inline(__always)
    init(magnitude value: Double) {
        if value < 0x1p53 {
            let integer = UInt64(value)
            if Double(integer) == value {
                self.init(significand: integer, exponent: 0)
                return
            }
            if value >= 1e-5, value.significandBitPattern != 0 {
                // Not an integer: at least one of the significand's 53 bits stands after the point, at most 69 places.
                let halvings = 1075 &- Int(value.exponentBitPattern)
                let power = Self.fives(halvings)
                let product = UInt128(value.significandBitPattern | 1 &<< 52) &* UInt128(power)
                if let decimal = Self.shortest(
                    UInt64(truncatingIfNeeded: product &>> UInt128(halvings &- Self.places(halvings))),
                    rest: UInt64(truncatingIfNeeded: product),
                    halvings
                ) {
                    self = decimal
                    return
                }
            }
        }
        self.init(description: value.description)
    }

    /// - Parameter value: finite and not negative.
    @inline(__always)
    init(magnitude value: Float) {
        if value < 0x1p24 {
            let integer = UInt32(value)
            if Float(integer) == value {
                self.init(significand: UInt64(integer), exponent: 0)
                return
            }
            if value >= 1e-5, value.significandBitPattern != 0 {
                // The same with 24 bits, at most 40 places after the point.
                let halvings = 150 &- Int(value.exponentBitPattern)
                let product = UInt64(value.significandBitPattern | 1 &<< 23) &* Self.fives(halvings)
                if let decimal = Self.shortest(
                    product &>> UInt64(halvings &- Self.places(halvings)),
                    rest: product,
                    halvings
                ) {
                    self = decimal
                    return
                }
            }
        }
        self.init(description: value.description)
    }

    @inline(__always)
    private init(significand: UInt64, exponent: Int) {
        self.significand = significand
        self.exponent = exponent
    }

    /// How many decimal places tell numbers apart that have this many binary ones: 10^places is at least 2^halvings and
    /// less than ten times as much. 1233 / 4096 is the logarithm of 2 to the base of 10, exact enough up to 69.
    @inline(__always)
    private static func places(_ halvings: Int) -> Int { (halvings &* 1233) &>> 12 &+ 1 }

    /// 5^places, below 2^49.
    @inline(__always)
    private static func fives(_ halvings: Int) -> UInt64 { powersOfFive[places(halvings)] }

    /// The decimal for significand × 2^-halvings, all in integers, so nothing is rounded on the way.
    ///
    /// Multiplied by 10^places the number is significand × 5^places / 2^(halvings - places), and everything that reads
    /// back as it lies at most half of 5^places / 2^(halvings - places), which is from 1 to 10, to both sides. So there
    /// is an integer among it, which makes a decimal of that many places, and at most one multiple of ten, which makes
    /// the only shorter one. At the very edge, and between two integers, the standard library decides.
    ///
    /// - Parameters:
    ///   - scaled: the integer below the multiplied number, at most 57 bits.
    ///   - rest: the lowest bits of significand × 5^places; those that count are the fraction.
    @inline(__always)
    private static func shortest(_ scaled: UInt64, rest: UInt64, _ halvings: Int) -> ShortestDecimal? {
        let places = places(halvings)
        let width = UInt64(halvings &- places)
        let fraction = rest & (1 &<< width &- 1)
        let (tenth, digit) = scaled.quotientAndRemainder(dividingBy: 10)
        // From the multiple of ten below, and to the one above, in halves of the fraction's last bit.
        let above = (digit &<< width | fraction) &<< 1
        let below = 10 &<< (width &+ 1) &- above
        let reach = powersOfFive[places]
        if above < reach { return withoutZeros(tenth, places: places &- 1) }
        if below < reach { return withoutZeros(tenth &+ 1, places: places &- 1) }
        let half = fraction &<< 1
        guard above != reach, below != reach, half != 1 &<< width else { return nil }
        return ShortestDecimal(significand: scaled &+ (half > 1 &<< width ? 1 : 0), exponent: -places)
    }

    @inline(__always)
    private static func withoutZeros(_ significand: UInt64, places: Int) -> ShortestDecimal {
        var significand = significand
        var places = places
        @inline(__always)
        func cut(_ power: UInt64, zeros: Int) {
            let (quotient, remainder) = significand.quotientAndRemainder(dividingBy: power)
            if remainder == 0, zeros <= places {
                significand = quotient
                places &-= zeros
            }
        }
        cut(100_000_000, zeros: 8)
        cut(10_000, zeros: 4)
        cut(100, zeros: 2)
        cut(10, zeros: 1)
        return ShortestDecimal(significand: significand, exponent: -places)
    }

    private static let powersOfFive: [UInt64] = [
        1, 5, 25, 125, 625, 3125, 15_625, 78_125, 390_625, 1_953_125, 9_765_625, 48_828_125, 244_140_625,
        1_220_703_125, 6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125, 3_814_697_265_625,
        19_073_486_328_125, 95_367_431_640_625, 476_837_158_203_125,
    ]

    /// Reads what the standard library wrote, which is shortest too, e.g. `12.5`, `1e-07`, `1.5e+300`.
    @inline(never)
    private init(description: String) {
        var significand: UInt64 = 0
        var exponent = 0
        var writtenExponent = 0
        var isAfterPoint = false
        var isInExponent = false
        var isNegative = false
        let text = description.utf8.span
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9") where isInExponent:
                writtenExponent = writtenExponent &* 10 &+ Int(byte &- UInt8(ascii: "0"))
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                significand = significand &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
                if isAfterPoint { exponent &-= 1 }
            case UInt8(ascii: "."): isAfterPoint = true
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "e"): isInExponent = true
            default: break
            }
        }
        exponent &+= isNegative ? -writtenExponent : writtenExponent
        while significand != 0, exponent != 0, significand.isMultiple(of: 10) {
            significand /= 10
            exponent &+= 1
        }
        self.init(significand: significand, exponent: exponent)
    }
}
