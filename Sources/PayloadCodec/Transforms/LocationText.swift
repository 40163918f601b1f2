/// A position as old firmware writes it: `(37.412374 N, 122.145867 W)`.
package enum LocationText {
    /// Reads the text, with the tolerance of the scanner in Tesla's server: space of any kind but a line break before
    /// each number (at least one after the comma) and before each letter (at least one); a sign; an exponent.
    ///
    /// - Parameter isStrict: also refuse what stands behind the closing bracket, and places that are not on Earth.
    /// - Returns: degrees, south and west negative; nil when the text has another form. Hexadecimal numbers,
    ///   underscores
    ///   between digits, `nan` and `inf` are other forms.
    package static func read(_ text: String, isStrict: Bool) -> (latitude: Double, longitude: Double)? {
        var text = text
        // SAFETY: the text's memory is read during the call only.
        return text.withUTF8 { bytes in
            var scanner = LocationScanner()
            guard let place = scanner.place(bytes.span) else { return nil }
            if isStrict {
                let isOnEarth = abs(place.latitude) <= 90 && abs(place.longitude) <= 180
                guard isOnEarth, scanner.position == bytes.count else { return nil }
            }
            return place
        }
    }
}

/// Goes through the bytes of a position, keeping its place.
private struct LocationScanner {
    private(set) var position = 0

    mutating func place(_ text: Span<UInt8>) -> (latitude: Double, longitude: Double)? {
        guard
            take(UInt8(ascii: "("), text), skipSpace(text, least: 0),
            let north = number(text), skipSpace(text, least: 1),
            let isSouth = letter(text, positive: UInt8(ascii: "N"), negative: UInt8(ascii: "S")),
            take(UInt8(ascii: ","), text), skipSpace(text, least: 1),
            let east = number(text), skipSpace(text, least: 1),
            let isWest = letter(text, positive: UInt8(ascii: "E"), negative: UInt8(ascii: "W")),
            take(UInt8(ascii: ")"), text)
        else { return nil }
        return (isSouth ? -north : north, isWest ? -east : east)
    }

    private func byte(_ text: Span<UInt8>) -> UInt8 { position < text.count ? text[position] : 0 }

    private mutating func take(_ wanted: UInt8, _ text: Span<UInt8>) -> Bool {
        guard byte(text) == wanted else { return false }
        position += 1
        return true
    }

    private mutating func letter(_ text: Span<UInt8>, positive: UInt8, negative: UInt8) -> Bool? {
        if take(positive, text) { return false }
        return take(negative, text) ? true : nil
    }

    /// A line break ends the search, as in the scanner of Tesla's server.
    private mutating func skipSpace(_ text: Span<UInt8>, least: Int) -> Bool {
        var count = 0
        while true {
            let length = spaceLength(text)
            guard length > 0 else { return count >= least }
            guard byte(text) != UInt8(ascii: "\n") else { return false }
            position += length
            count += 1
        }
    }

    /// How many bytes the white space at this place has, by Unicode's property White_Space; 0 when there is none.
    private func spaceLength(_ text: Span<UInt8>) -> Int {
        let first = byte(text)
        if first < 0x80 { return first == 0x20 || (0x09...0x0d).contains(first) ? 1 : 0 }
        guard position + 1 < text.count else { return 0 }
        let second = text[position + 1]
        if first == 0xc2 { return second == 0x85 || second == 0xa0 ? 2 : 0 }
        guard position + 2 < text.count else { return 0 }
        switch (first, second, text[position + 2]) {
        case (0xe1, 0x9a, 0x80), (0xe2, 0x80, 0x80...0x8a), (0xe2, 0x80, 0xa8...0xa9), (0xe2, 0x80, 0xaf),
            (0xe2, 0x81, 0x9f), (0xe3, 0x80, 0x80):
            return 3
        default:
            return 0
        }
    }

    /// A finite number: sign, digits with a point among them, exponent; a digit at least, also in an exponent.
    private mutating func number(_ text: Span<UInt8>) -> Double? {
        let start = position
        let isNegative = byte(text) == UInt8(ascii: "-")
        if isNegative || byte(text) == UInt8(ascii: "+") { position += 1 }
        var mantissa: UInt64 = 0
        let whole = digits(text, into: &mantissa)
        let fraction = take(UInt8(ascii: "."), text) ? digits(text, into: &mantissa) : 0
        guard whole + fraction > 0 else { return nil }
        if byte(text) | 0x20 == UInt8(ascii: "e") {
            position += 1
            if byte(text) == UInt8(ascii: "-") || byte(text) == UInt8(ascii: "+") { position += 1 }
            var exponent: UInt64 = 0
            guard digits(text, into: &exponent) > 0 else { return nil }
        } else if whole + fraction <= 15 {
            // Both numbers are exact, and so the quotient is the nearest double.
            let magnitude = Double(mantissa) / Self.powersOfTen[fraction]
            return isNegative ? -magnitude : magnitude
        }
        let token = (start..<position).reduce(into: "") { $0.unicodeScalars.append(Unicode.Scalar(text[$1])) }
        guard let value = Double(token), value.isFinite else { return nil }
        return value
    }

    /// - Returns: how many digits there are. `value` is only right for 19 of them or fewer.
    private mutating func digits(_ text: Span<UInt8>, into value: inout UInt64) -> Int {
        let start = position
        while position < text.count, text[position] >= 0x30, text[position] <= 0x39 {
            value = value &* 10 &+ UInt64(text[position] &- 0x30)
            position += 1
        }
        return position - start
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]
}
