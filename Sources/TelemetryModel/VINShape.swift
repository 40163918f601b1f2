/// What a vehicle identification number looks like, by ISO 3779 and, for its check digit, 49 CFR 565.
extension VIN {
    /// 17 characters, which is what a VIN has.
    package static let characterCount = 17

    /// Whether it is 17 capital letters and digits, without I, O and Q.
    package var hasVehicleShape: Bool {
        let letters = text.utf8
        return letters.count == Self.characterCount && letters.allSatisfy(Self.isCharacter)
    }

    /// Whether the byte may stand in a VIN.
    package static func isCharacter(_ byte: UInt8) -> Bool { value(of: byte) != nil }

    /// Whether its maker had to give it a check digit: vehicles of North America (1 to 5, and 7) and China (L).
    ///
    /// Those built in Europe put another character there.
    package var needsCheckDigit: Bool {
        guard let first = text.utf8.first else { return false }
        return (UInt8(ascii: "1")...UInt8(ascii: "5")).contains(first) || first == UInt8(ascii: "7")
            || first == UInt8(ascii: "L")
    }

    /// Whether the ninth character is what the others give: the sum of values by weight, modulo 11, X for 10.
    ///
    /// False for what is not 17 characters of a VIN.
    package var hasFittingCheckDigit: Bool {
        guard hasVehicleShape else { return false }
        let letters = Array(text.utf8)
        var sum = 0
        for (letter, weight) in zip(letters, Self.weights) { sum += (Self.value(of: letter) ?? 0) * weight }
        let digit = sum % 11
        return letters[8] == (digit == 10 ? UInt8(ascii: "X") : UInt8(ascii: "0") + UInt8(digit))
    }

    private static let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

    /// Digits count as themselves; letters from 1 on, anew at J and S, where S is 2.
    private static func value(of byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "I"), UInt8(ascii: "O"), UInt8(ascii: "Q"): nil
        case UInt8(ascii: "A")...UInt8(ascii: "H"): Int(byte - UInt8(ascii: "A")) + 1
        case UInt8(ascii: "J")...UInt8(ascii: "R"): Int(byte - UInt8(ascii: "J")) + 1
        case UInt8(ascii: "S")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "S")) + 2
        default: nil
        }
    }
}
