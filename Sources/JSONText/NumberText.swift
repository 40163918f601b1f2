/// Numbers as decimal text.
package enum NumberText {
    /// When a number is written with an exponent.
    package enum Style: Sendable, Hashable {
        /// Below 1e-6 and from 1e21 on, e.g. `1e-7`, `1e+21`: Go's `encoding/json` and protojson.
        case json
        /// Below 1e-4 and from 1e21 on, with two digits of exponent at least, e.g. `1e-07`: Go's `%v`.
        case general
    }

    /// No number is longer: sign, 17 digits, point, or up to 21 digits without an exponent.
    package static var longest: Int { 32 }

    /// A whole number in decimal.
    package static func append(_ value: Int64, to text: inout JSONWriterBuffer) {
        text.write(atMost: longest) { (room, place) in write(value, to: &room, at: place) }
    }

    package static func append(magnitude: UInt64, to text: inout JSONWriterBuffer) {
        text.write(atMost: longest) { (room, place) in DecimalDigits(magnitude).write(to: &room, at: place) }
    }

    /// The shortest text that reads back as the same number; `NaN`, `+Inf` or `-Inf` when it isn't finite.
    package static func append(_ value: Double, _ style: Style, to text: inout JSONWriterBuffer) {
        if value.isFinite {
            text.write(atMost: longest) { (room, place) in write(value, style, to: &room, at: place) }
        } else {
            text.append(value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf")
        }
    }

    /// As for `Double`, with as many digits as 32 bits need.
    package static func append(_ value: Float, _ style: Style, to text: inout JSONWriterBuffer) {
        if value.isFinite {
            text.write(atMost: longest) { (room, place) in write(value, style, to: &room, at: place) }
        } else {
            text.append(value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf")
        }
    }
}

// MARK: Into room made by JSONWriterBuffer.write, each returning the place after the number

extension NumberText {
    package static func write(_ value: Int64, to room: inout MutableRawSpan, at place: Int) -> Int {
        var place = place
        if value < 0 { place = room.put(UInt8(ascii: "-"), at: place) }
        return DecimalDigits(value.magnitude).write(to: &room, at: place)
    }

    /// With zeros in front, e.g. 7 as `07`.
    ///
    /// - Parameters:
    ///   - value: below 10^count; digits beyond are cut off.
    ///   - count: 1...8.
    package static func write(padded value: UInt32, _ count: Int, to room: inout MutableRawSpan, at place: Int) -> Int {
        let digits = DecimalDigits.eightDigits(value % 100_000_000)
        return room.put(digits &>> UInt64(8 &* (8 &- count)), count, at: place)
    }

    /// - Parameter value: finite.
    package static func write(_ value: Double, _ style: Style, to room: inout MutableRawSpan, at place: Int) -> Int {
        var place = place
        if value.sign == .minus { place = room.put(UInt8(ascii: "-"), at: place) }
        if let end = writeFourPlaces(value.magnitude, to: &room, at: place) { return end }
        if let end = writeEightPlaces(value.magnitude, to: &room, at: place) { return end }
        return write(ShortestDecimal(magnitude: value.magnitude), style, to: &room, at: place)
    }

    /// Numbers with at most four decimal places and four digits before them, which most telemetry is.
    ///
    /// Fifteen digits name at most one double. So if the nearest decimal of so many places reads back as the value, it
    /// is, without its zeros at the end, the shortest. It does if the quotient of the integer and 10^4, which are
    /// exact, is the value, because division rounds correctly.
    ///
    /// - Returns: nil, and nothing is written, for other numbers.
    @inline(__always)
    private static func writeFourPlaces(_ value: Double, to room: inout MutableRawSpan, at start: Int) -> Int? {
        guard value < 9999 else { return nil }
        // From 2^52 on doubles have no fraction: the addition rounds to an integer, which is the sum's significand. The
        // instruction for it isn't part of the oldest x86-64, and a call costs more.
        let shifted = value * 1e4 + 0x1p52
        guard (shifted - 0x1p52) / 1e4 == value else { return nil }
        let digits = DecimalDigits.eightDigits(UInt32(truncatingIfNeeded: shifted.significandBitPattern))
        let significant = digits ^ 0x3030_3030_3030_3030
        let zerosInFront = min(significant.trailingZeroBitCount / 8, 3)
        let place = room.put(digits &>> UInt64(8 &* zerosInFront), 4 &- zerosInFront, at: start)
        if significant &>> 32 == 0 { return place }
        let fraction = (digits &>> 32) &<< 8 | UInt64(UInt8(ascii: "."))
        return room.put(fraction, 5 &- significant.leadingZeroBitCount / 8, at: place)
    }

    /// The same for eight places and seven digits before them, such as degrees of latitude and miles driven.
    @inline(__always)
    private static func writeEightPlaces(_ value: Double, to room: inout MutableRawSpan, at start: Int) -> Int? {
        guard value >= 1e-4, value < 1e7 else { return nil }
        let shifted = value * 1e8 + 0x1p52
        guard (shifted - 0x1p52) / 1e8 == value else { return nil }
        let (whole, fraction) = shifted.significandBitPattern.quotientAndRemainder(dividingBy: 100_000_000)
        let place = DecimalDigits.write(below10To8: UInt32(truncatingIfNeeded: whole), to: &room, at: start)
        if fraction == 0 { return place }
        let digits = DecimalDigits.eightDigits(UInt32(truncatingIfNeeded: fraction))
        let zeros = (digits ^ 0x3030_3030_3030_3030).leadingZeroBitCount / 8
        return room.put(digits, 8 &- zeros, at: room.put(UInt8(ascii: "."), at: place))
    }

    /// - Parameter value: finite.
    package static func write(_ value: Float, _ style: Style, to room: inout MutableRawSpan, at place: Int) -> Int {
        var place = place
        if value.sign == .minus { place = room.put(UInt8(ascii: "-"), at: place) }
        return write(ShortestDecimal(magnitude: value.magnitude), style, to: &room, at: place)
    }

    @inline(__always)
    private static func write(
        _ decimal: ShortestDecimal,
        _ style: Style,
        to room: inout MutableRawSpan,
        at start: Int
    ) -> Int {
        let digits = DecimalDigits(decimal.significand)
        // The decimal point stands after this many digits.
        let point = digits.count &+ decimal.exponent
        if decimal.exponent < 0, point > 0 {
            return digits.write(pointAfter: point, to: &room, at: start)
        }
        let smallest = style == .json ? -5 : -3
        if decimal.significand != 0, point < smallest || point > 21 {
            return writeScientific(digits, exponent: point &- 1, style, to: &room, at: start)
        }
        if decimal.exponent >= 0 {
            let place = digits.write(to: &room, at: start)
            return writeZeros(decimal.exponent, to: &room, at: place)
        }
        let place = writeZeros(-point, to: &room, at: room.put(0x2E30 as UInt16, 2, at: start))
        return digits.write(to: &room, at: place)
    }

    private static func writeZeros(_ count: Int, to room: inout MutableRawSpan, at place: Int) -> Int {
        var place = place
        for _ in 0..<count { place = room.put(UInt8(ascii: "0"), at: place) }
        return place
    }

    /// `d.ddde+XX`. JSON style leaves out the leading zero of a negative exponent, as Go does.
    private static func writeScientific(
        _ digits: DecimalDigits,
        exponent: Int,
        _ style: Style,
        to room: inout MutableRawSpan,
        at start: Int
    ) -> Int {
        var place =
            digits.count > 1
            ? digits.write(pointAfter: 1, to: &room, at: start) : digits.write(to: &room, at: start)
        place = room.put(UInt8(ascii: "e"), at: place)
        place = room.put(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"), at: place)
        if style == .general, exponent.magnitude < 10 { place = room.put(UInt8(ascii: "0"), at: place) }
        return DecimalDigits(UInt64(exponent.magnitude)).write(to: &room, at: place)
    }
}

/// The digits of one unsigned number in ASCII, most significant first.
struct DecimalDigits {
    /// Up to four digits that stand before ``rest``; 0 when the number has 16 digits or fewer.
    private let head: UInt16
    /// The first of the digits in the lowest byte; all 16 when there is a head.
    private let rest: UInt128
    let count: Int

    @inline(__always)
    init(_ value: UInt64) {
        if value < 100_000_000 {
            let eight = Self.eightDigits(UInt32(truncatingIfNeeded: value))
            // Zeros in front are cut off, except for the only digit of 0.
            let zeros = min((eight ^ 0x3030_3030_3030_3030).trailingZeroBitCount / 8, 7)
            rest = UInt128(eight &>> UInt64(8 &* zeros))
            count = 8 &- zeros
            head = 0
            return
        }
        let (upper, last) = value.quotientAndRemainder(dividingBy: 100_000_000)
        let lastDigits = UInt128(Self.eightDigits(UInt32(truncatingIfNeeded: last))) &<< 64
        if upper < 100_000_000 {
            let first = Self.eightDigits(UInt32(truncatingIfNeeded: upper))
            let zeros = (first ^ 0x3030_3030_3030_3030).trailingZeroBitCount / 8
            rest = (lastDigits | UInt128(first)) &>> UInt128(8 &* zeros)
            count = 16 &- zeros
            head = 0
        } else {
            let (front, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
            rest = lastDigits | UInt128(Self.eightDigits(UInt32(truncatingIfNeeded: middle)))
            head = UInt16(truncatingIfNeeded: front)
            count = 16 &+ (front < 10 ? 1 : front < 100 ? 2 : front < 1000 ? 3 : 4)
        }
    }

    /// A number without the detour over ``DecimalDigits``.
    ///
    /// - Parameter value: below 10^8.
    @inline(__always)
    static func write(below10To8 value: UInt32, to room: inout MutableRawSpan, at place: Int) -> Int {
        let digits = eightDigits(value)
        // Zeros in front are cut off, except for the only digit of 0.
        let zeros = min((digits ^ 0x3030_3030_3030_3030).trailingZeroBitCount / 8, 7)
        return room.put(digits &>> UInt64(8 &* zeros), 8 &- zeros, at: place)
    }

    /// - Returns: the place after the digits.
    @inline(__always)
    func write(to room: inout MutableRawSpan, at place: Int) -> Int {
        if count <= 8 { return room.put(UInt64(truncatingIfNeeded: rest), count, at: place) }
        if head == 0 { return room.put(rest, count, at: place) }
        return writeLong(to: &room, at: place)
    }

    private func writeLong(to room: inout MutableRawSpan, at place: Int) -> Int {
        let place = DecimalDigits(UInt64(head)).write(to: &room, at: place)
        return room.put(rest, 16, at: place)
    }

    /// - Parameter point: how many digits stand before the decimal point: 1..<count.
    /// - Returns: the place after the last digit.
    @inline(__always)
    func write(pointAfter point: Int, to room: inout MutableRawSpan, at start: Int) -> Int {
        if count <= 8 {
            let digits = UInt64(truncatingIfNeeded: rest)
            var place = room.put(digits, point, at: start)
            place = room.put(UInt8(ascii: "."), at: place)
            return room.put(digits &>> UInt64(8 &* point), count &- point, at: place)
        }
        if head == 0 {
            var place = room.put(rest, point, at: start)
            place = room.put(UInt8(ascii: "."), at: place)
            return room.put(rest &>> UInt128(8 &* point), count &- point, at: place)
        }
        return writeLong(pointAfter: point, to: &room, at: start)
    }

    /// Seventeen digits and more.
    private func writeLong(pointAfter point: Int, to room: inout MutableRawSpan, at start: Int) -> Int {
        let front = DecimalDigits(UInt64(head))
        if point < front.count {
            let place = front.write(pointAfter: point, to: &room, at: start)
            return room.put(rest, 16, at: place)
        }
        let before = point &- front.count
        var place = front.write(to: &room, at: start)
        place = room.put(rest, before, at: place)
        place = room.put(UInt8(ascii: "."), at: place)
        return room.put(rest &>> UInt128(8 &* before), 16 &- before, at: place)
    }

    /// Eight digits, the first in the lowest byte, with zeros in front: the number is halved into its upper and lower
    /// four digits, those into twos, those into ones, all lanes of the word at a time.
    ///
    /// - Parameter value: below 10^8.
    @inline(__always)
    static func eightDigits(_ value: UInt32) -> UInt64 {
        let (upper, lower) = value.quotientAndRemainder(dividingBy: 10_000)
        let fours = UInt64(upper) | UInt64(lower) &<< 32
        let hundreds = (fours &* 10_486) &>> 20 & 0x0000_007F_0000_007F
        let twos = hundreds | (fours &- 100 &* hundreds) &<< 16
        let tens = (twos &* 103) &>> 10 & 0x000F_000F_000F_000F
        return tens | (twos &- 10 &* tens) &<< 8 | 0x3030_3030_3030_3030
    }
}
