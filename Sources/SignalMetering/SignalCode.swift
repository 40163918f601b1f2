package import TelemetryModel

/// What a count is about, in tables and files: a field by its number, or one of two sums.
package struct SignalCode: Sendable, Hashable, Comparable {
    let rawValue: UInt16

    /// Fields with numbers that are out of any range, all together: a vehicle may send any 32-bit number.
    static let otherFields = SignalCode(rawValue: 0)
    /// Signals that came in records with the resend mark. They are counted under their fields, too.
    static let resent = SignalCode(rawValue: 1024)

    /// How many bits a code takes.
    static let bits: UInt32 = 11
    /// Fields that are counted one by one; this build knows 1...269.
    private static let fields: Range<Int32> = 1..<1024

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// That of all ``otherFields`` for numbers beyond the range.
    @inline(__always)
    package init(_ field: Field) {
        rawValue = Self.fields.contains(field.number) ? UInt16(truncatingIfNeeded: field.number) : 0
    }

    /// The field; nil for sums.
    package var field: Field? {
        Self.fields.contains(Int32(rawValue)) ? Field(number: Int32(rawValue)) : nil
    }

    /// Whether the count is of signals, and not of what is counted elsewhere as well.
    var isField: Bool { self != Self.resent }

    /// The category of the field; default for the sum of other fields.
    package var category: FieldCategory { field?.category ?? .default }

    /// For people: the field's name, `Field_<number>` for fields newer than this build.
    package var name: String {
        guard let field else { return isField ? "other fields" : "resent" }
        return field.name ?? "Field_\(field.number)"
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
