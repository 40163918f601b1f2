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
            if value >= 1e-5, let decimal = Self.fifteenDigits(value) {
                self = decimal
                return
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
            if value >= 0.01, value.significandBitPattern != 0, let decimal = Self.nineDigits(value) {
                self = decimal
                return
            }
        }
        self.init(description: value.description)
    }

    @inline(__always)
    private init(significand: UInt64, exponent: Int) {
        self.significand = significand
        self.exponent = exponent
    }

    /// Fifteen digits name at most one double. So if rounding to fifteen gives the value back, these are, without
    /// their zeros at the end, the shortest; telemetry mostly is like that. The product is at most half a unit in its
    /// last place away from the true one, which is below 10^15 < 2^50: rounding finds the integer if there is one.
    /// The quotient of integers below 2^53 and powers of ten up to 10^22 is the correctly rounded value of the decimal.
    private static func fifteenDigits(_ value: Double) -> ShortestDecimal? {
        // 1233 / 4096 is the logarithm of 2 to the base of 10: how many digits stand before the point, or one more.
        let wholeDigits = ((Int(value.exponent) &+ 1) &* 1233) &>> 12 &+ 1
        let places = 15 &- wholeDigits
        guard places > 0, places < powersOfTen.count else { return nil }
        let power = powersOfTen[places]
        let scaled = rounded(value * power)
        guard scaled < 1e15, scaled / power == value else { return nil }
        return withoutZeros(UInt64(scaled), places: places)
    }

    /// The same for 32 bits, for six to nine digits. Here the product of a 24-bit significand and at most 10^11 is
    /// exact. A decimal of nine digits can't come so close to the middle between two floats, without being it, that
    /// the detour over `Double` rounds it to the wrong one. In the middle between two decimals, and at powers of two,
    /// where the neighbours are not equally far, the standard library decides.
    private static func nineDigits(_ value: Float) -> ShortestDecimal? {
        let exact = Double(value)
        let wholeDigits = ((Int(exact.exponent) &+ 1) &* 1233) &>> 12 &+ 1
        for digits in 6...9 {
            let places = digits &- wholeDigits
            guard places > 0 else { continue }
            guard places <= 11 else { return nil }
            let power = powersOfTen[places]
            let product = exact * power
            let scaled = rounded(product)
            if Float(scaled / power) == value {
                guard abs(product - scaled) != 0.5 else { return nil }
                return withoutZeros(UInt64(scaled), places: places)
            }
        }
        return nil
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

    /// The nearest integer, the even one of two, for values from 0 to 2^51: above 2^52 doubles have no fraction, so
    /// the addition rounds. The instruction for it isn't part of the oldest x86-64, and a call costs more.
    @inline(__always)
    private static func rounded(_ value: Double) -> Double { (value + 0x1p52) - 0x1p52 }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
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
