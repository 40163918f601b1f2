/// The headers of a message, in the order they came. Names are compared without regard to case.
package struct HeaderFields: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        /// As it was sent.
        package let name: String
        /// Without the white space around it. Mostly text, but any bytes except control characters may come.
        package let value: [UInt8]

        package init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    package private(set) var fields: [Field] = []

    package init() {}

    /// Behind those that are there; a name may come several times.
    package mutating func append(_ field: Field) {
        fields.append(field)
    }

    /// The first header of this name; bytes that are not UTF-8 become U+FFFD. nil when there is none.
    package func first(_ name: String) -> String? {
        firstBytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// As ``first(_:)``, as it was sent.
    package func firstBytes(_ name: String) -> [UInt8]? {
        fields.first { Self.areEqual($0.name, name) }?.value
    }

    /// Every header of this name, in order.
    package func all(_ name: String) -> [String] {
        fields.lazy.filter { Self.areEqual($0.name, name) }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    /// Whether a comma-separated header of this name lists `word`, in any case.
    package func lists(_ name: String, _ word: String) -> Bool {
        all(name).contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains { element in
                Self.areEqual(trimmed(element), word.utf8)
            }
        }
    }

    private static func areEqual(_ left: String, _ right: String) -> Bool { areEqual(left.utf8, right.utf8) }

    private static func areEqual(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        left.elementsEqual(right) { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
    }
}

/// Without spaces and tabs at both ends.
func trimmed<Bytes: BidirectionalCollection>(_ bytes: Bytes) -> Bytes.SubSequence where Bytes.Element == UInt8 {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    let rest = bytes.drop(while: isBlank)
    guard let last = rest.lastIndex(where: { !isBlank($0) }) else { return rest }
    return rest[...last]
}
