// Made from proto/field_catalogue.csv by `make generate`. Don't edit.

extension Field {
    /// Whether the field's value is a number (a time in seconds is one), whatever member it is sent in.
    @inlinable
    package var isNumeric: Bool {
        guard number >= 0, Int(number) < Self.numeric.count * 64 else { return false }
        return Self.numeric[Int(number) / 64] >> UInt64(number % 64) & 1 == 1
    }

    /// Bit n % 64 of word n / 64 stands for field n.
    @usableFromInline static let numeric: [UInt64] = [
        0x006a1f7dff9f99f0,
        0x200064ec0fffffe8,
        0x410000f07ffffc40,
        0x187060002f80d5c5,
        0x00000000000023fd,
    ]
}
