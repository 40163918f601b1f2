/// An IPv4 or IPv6 address as its bits. IPv4 seen through IPv6 (`::ffff:1.2.3.4`) is the IPv4 address.
package struct IPAddress: Sendable, Hashable {
    /// The address as IPv6 has it, IPv4 behind the prefix `::ffff:0:0/96`.
    package let high: UInt64
    package let low: UInt64

    private static let mappedPrefix: UInt64 = 0xffff << 32

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(v4: UInt32) {
        self.init(high: 0, low: Self.mappedPrefix | UInt64(v4))
    }

    package var isV4: Bool { high == 0 && low & ~0xffff_ffff == Self.mappedPrefix }

    /// `127.0.0.0/8` or `::1`.
    package var isLoopback: Bool {
        isV4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1
    }

    /// Whose address it is, for limits per peer: IPv6 hosts have a whole /64 to choose from, so that counts as one.
    package var household: IPAddress { isV4 ? self : IPAddress(high: high, low: 0) }

    /// Reads the numeric form: `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`. Names are none.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        if !bytes.contains(UInt8(ascii: ":")) {
            guard let v4 = Self.v4(bytes[...]) else { return nil }
            self.init(v4: v4)
            return
        }
        guard let words = Self.words(bytes) else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for word in words[..<4] { halves.0 = halves.0 << 16 | UInt64(word) }
        for word in words[4...] { halves.1 = halves.1 << 16 | UInt64(word) }
        self.init(high: halves.0, low: halves.1)
    }

    private static func v4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            // A leading zero means octal to some and decimal to others, so it is neither.
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"),
                let number = decimal(part), number < 256
            else { return nil }
            value = value << 8 | number
        }
        return value
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        var number: UInt32 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + UInt32(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// The eight words of the IPv6 form (RFC 4291, section 2.2).
    private static func words(_ text: [UInt8]) -> [UInt16]? {
        guard text.count <= 45 else { return nil }
        let colon = UInt8(ascii: ":")
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        guard let gap else {
            let words = groups(text[...])
            return words?.count == 8 ? words : nil
        }
        let (before, after) = (text[..<gap], text[(gap + 2)...])
        guard let head = before.isEmpty ? [] : groups(before, mayEndInV4: false),
            let tail = after.isEmpty ? [] : groups(after), head.count + tail.count < 8
        else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func groups(_ text: ArraySlice<UInt8>, mayEndInV4: Bool = true) -> [UInt16]? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var words: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInV4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let v4 = v4(part) else { return nil }
                words += [UInt16(v4 >> 16), UInt16(v4 & 0xffff)]
                continue
            }
            guard (1...4).contains(part.count), part.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
                let word = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            else { return nil }
            words.append(word)
        }
        return words
    }
}

extension IPAddress: CustomStringConvertible {
    /// The numeric form, IPv6 with its longest run of zeros left out (RFC 5952).
    package var description: String {
        if isV4 { return [24, 16, 8, 0].map { "\(low >> UInt64($0) & 0xff)" }.joined(separator: ".") }
        let words = [high, low].flatMap { half in [48, 32, 16, 0].map { half >> UInt64($0) & 0xffff } }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, words[end] == 0 { end += 1 }
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start + 1)
        }
        func text(_ words: ArraySlice<UInt64>) -> String {
            words.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return text(words[...]) }
        return "\(text(words[..<longest.lowerBound]))::\(text(words[longest.upperBound...]))"
    }
}

/// All addresses that begin with the same bits, as `10.0.0.0/8` writes them; one address is a range of one.
package struct AddressRange: Sendable, Hashable {
    package let first: IPAddress
    /// Leading bits that count, of 128.
    package let prefixBits: Int

    /// Reads `ADDRESS/BITS` or `ADDRESS`. Bits behind the prefix must be zero, because else a mistake is likely.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else { return nil }
        var bits = 128
        if parts.count == 2 {
            let width = address.isV4 ? 32 : 128
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]), given <= width
            else { return nil }
            bits = 128 - width + given
        }
        first = address
        prefixBits = bits
        let mask = Self.mask(bits)
        guard address.high & ~mask.high == 0, address.low & ~mask.low == 0 else { return nil }
    }

    /// Whether the address lies in the range.
    package func contains(_ address: IPAddress) -> Bool {
        let mask = Self.mask(prefixBits)
        return address.high & mask.high == first.high && address.low & mask.low == first.low
    }

    private static func mask(_ bits: Int) -> (high: UInt64, low: UInt64) {
        // Swift's shifts by 64 and more give zero.
        (bits <= 0 ? 0 : UInt64.max << UInt64(max(0, 64 - bits)), bits <= 64 ? 0 : UInt64.max << UInt64(128 - bits))
    }
}
