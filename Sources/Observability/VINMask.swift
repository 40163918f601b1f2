/// Hides most of a VIN: the maker's first three characters and the last four stay, so that an operator can
/// still tell vehicles of one fleet apart.
enum VINMask {
    /// Fields whose value is or holds a VIN.
    private static let keys: Set<String> = ["vin", "sender_id", "device_id"]

    /// Masks the fields that hold a VIN, and the VINs that texts of other fields mention: the line's own, whatever
    /// it looks like, and everything that has the shape of one.
    static func apply(to fields: inout [String: LogValue]) {
        let own: String? = if case .text(let vin) = fields["vin"] { vin } else { nil }
        for (key, value) in fields {
            guard case .text(let text) = value else { continue }
            if keys.contains(key) {
                fields[key] = .text(maskedIdentifier(text))
            } else {
                fields[key] = .text(maskedMentions(in: text, of: own))
            }
        }
    }

    /// A sender id is `type.VIN`; the type says nothing about the vehicle.
    private static func maskedIdentifier(_ text: String) -> String {
        guard let dot = text.lastIndex(of: ".") else { return masked(text[...]) }
        return text[...dot] + masked(text[text.index(after: dot)...])
    }

    private static func masked(_ vin: Substring) -> String {
        guard vin.count > 7 else { return String(repeating: "*", count: vin.count) }
        return vin.prefix(3) + String(repeating: "*", count: vin.count - 7) + vin.suffix(4)
    }

    // MARK: Mentions

    private static func maskedMentions(in text: String, of own: String?) -> String {
        var bytes = Array(text.utf8)
        // Common names of test certificates are short and ordinary; masking each `a` would spoil the text.
        if let own, own.utf8.count > 7 { hide(Array(own.utf8), in: &bytes) }
        hideShapes(in: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hide(_ vin: [UInt8], in bytes: inout [UInt8]) {
        var start = 0
        while start + vin.count <= bytes.count {
            if bytes[start..<(start + vin.count)].elementsEqual(vin) {
                hideMiddle(start..<(start + vin.count), in: &bytes)
                start += vin.count
            } else {
                start += 1
            }
        }
    }

    /// Words of exactly 17 capital letters and digits.
    private static func hideShapes(in bytes: inout [UInt8]) {
        var start = 0
        while start < bytes.count {
            guard isWordByte(bytes[start]) else {
                start += 1
                continue
            }
            let end = bytes[start...].firstIndex { !isWordByte($0) } ?? bytes.count
            if end - start == 17, bytes[start..<end].allSatisfy(isCapitalOrDigit) {
                hideMiddle(start..<end, in: &bytes)
            }
            start = end
        }
    }

    /// Only ASCII is replaced, so that the text stays UTF-8 whatever stands in it.
    private static func hideMiddle(_ range: Range<Int>, in bytes: inout [UInt8]) {
        for index in range.dropFirst(3).dropLast(4) where bytes[index] < 0x80 { bytes[index] = UInt8(ascii: "*") }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        isCapitalOrDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "*")
    }

    private static func isCapitalOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
