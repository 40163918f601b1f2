/// Reads a number that stands in a text, as vehicles without typed values send it, without allocating.
enum DecimalText {
    /// Nil when the text is no number. `NaN` and `Infinity`, whatever their case and sign, are read as such.
    static func read(_ text: String) -> Double? {
        var mantissa: UInt64 = 0
        var digits = 0
        var scale = 0
        var hasPoint = false
        var isNegative = false
        let bytes = text.utf8.span
        for index in bytes.indices {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                // More digits than a mantissa holds: exactly, or not at all.
                guard digits < 15 else { return readSlowly(text) }
                mantissa = mantissa &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
                digits += mantissa == 0 && !hasPoint ? 0 : 1
                if hasPoint { scale += 1 }
            case UInt8(ascii: "-") where index == 0: isNegative = true
            case UInt8(ascii: ".") where !hasPoint && index > 0: hasPoint = true
            default: return readSlowly(text)
            }
        }
        guard let last = bytes.indices.last, isDigit(bytes[last]), isDigit(bytes[isNegative ? 1 : 0]) else {
            return readSlowly(text)
        }
        let number = Double(mantissa) / powers[scale]
        return isNegative ? -number : number
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// What the standard library reads, hexadecimal numbers left out: no vehicle writes them.
    private static func readSlowly(_ text: String) -> Double? {
        guard text.utf8.count <= 400, !text.utf8.contains(where: { $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X") })
        else { return nil }
        return Double(text)
    }

    /// 10 to the power of its index, all of them exact.
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    ]
}
