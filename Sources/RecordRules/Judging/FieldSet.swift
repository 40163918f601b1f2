package import TelemetryModel

/// A set of fields, as bits: no allocation, whoever holds it.
package struct FieldSet: Sendable {
    /// Fields from this number on are never in a set.
    package static let capacity = 512

    private var words: InlineArray<8, UInt64> = .init(repeating: 0)

    package init() {}

    package init(_ fields: some Sequence<Field>) {
        for field in fields { _ = insert(field) }
    }

    /// False for fields that can't be in a set.
    @inline(__always)
    package func contains(_ field: Field) -> Bool {
        let number = UInt32(bitPattern: field.number)
        guard number < UInt32(Self.capacity) else { return false }
        return words[Int(number >> 6)] >> UInt64(number & 63) & 1 == 1
    }

    /// - Returns: false when it was in the set already, or can't be.
    @inline(__always)
    package mutating func insert(_ field: Field) -> Bool {
        let number = UInt32(bitPattern: field.number)
        guard number < UInt32(Self.capacity) else { return false }
        let bit: UInt64 = 1 << UInt64(number & 63)
        let isNew = words[Int(number >> 6)] & bit == 0
        words[Int(number >> 6)] |= bit
        return isNew
    }

    package mutating func remove(_ field: Field) {
        let number = UInt32(bitPattern: field.number)
        guard number < UInt32(Self.capacity) else { return }
        words[Int(number >> 6)] &= ~(1 << UInt64(number & 63))
    }

    package var count: Int {
        var count = 0
        for index in words.indices { count += words[index].nonzeroBitCount }
        return count
    }
}
