internal import Synchronization

/// The public names of live connections, unique across all event loops.
///
/// A vehicle may propose a name in `X-TXID`; it is used only while no live connection has it, because two
/// connections under one name would make their connectivity records indistinguishable.
package final class SocketNames: Sendable {
    private let live = Mutex<Set<String>>([])

    package init() {}

    /// Gives a new connection its name. Return it with ``release(_:)``.
    ///
    /// - Parameter proposal: the value of `X-TXID`, if any; used when it is a UUID and free.
    package func claim(_ proposal: String?) -> String {
        live.withLock { live in
            if let proposal, let name = canonicalUUID(proposal), live.insert(name).inserted { return name }
            while true {
                let name = randomUUID()
                if live.insert(name).inserted { return name }
            }
        }
    }

    package func release(_ name: String) {
        live.withLock { _ = $0.remove(name) }
    }
}

/// Reads a UUID in the forms that the reference accepts (plain, upper case, in braces, `urn:uuid:`, without
/// dashes) and writes it plainly; nil when it is none.
func canonicalUUID(_ text: String) -> String? {
    var digits = Substring(text)
    if digits.lowercased().hasPrefix("urn:uuid:") { digits = digits.dropFirst(9) }
    if digits.utf8.count == 38, digits.hasPrefix("{"), digits.hasSuffix("}") { digits = digits.dropFirst().dropLast() }
    let bytes = Array(digits.utf8)
    let dash = UInt8(ascii: "-")
    switch bytes.count {
    case 36:
        guard [8, 13, 18, 23].allSatisfy({ bytes[$0] == dash }) else { return nil }
    case 32:
        break
    default:
        return nil
    }
    let hex =
        bytes.count == 36 ? bytes.enumerated().filter { ![8, 13, 18, 23].contains($0.offset) }.map(\.element) : bytes
    guard hex.count == 32, hex.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
    return dashed(String(decoding: hex, as: UTF8.self).lowercased())
}

/// A version 4 UUID.
func randomUUID() -> String {
    var generator = SystemRandomNumberGenerator()
    let high = (generator.next() as UInt64) & 0xffff_ffff_ffff_0fff | 0x4000
    let low = (generator.next() as UInt64) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    return dashed(hexDigits(high) + hexDigits(low))
}

private func hexDigits(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

private func dashed(_ digits: String) -> String {
    let bytes = Array(digits.utf8)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        .map { String(decoding: bytes[$0], as: UTF8.self) }
        .joined(separator: "-")
}
