internal import AddressCodec

/// A name or address as a certificate carries it.
///
/// Source: RFC 6125 sections 6.4.1 and 6.4.3; wildcards only as the whole left-most label.
struct HostPattern {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    func matches(_ host: String) -> Bool {
        if let wanted = IPAddress(host) { return IPAddress(text) == wanted }
        let (pattern, wanted) = (Self.labels(text), Self.labels(host))
        guard pattern.count == wanted.count, !wanted.isEmpty else { return false }
        guard pattern[0] == "*" else { return pattern == wanted }
        return pattern.count > 2 && pattern.dropFirst() == wanted.dropFirst()
    }

    /// A full stop at the end means the same name.
    private static func labels(_ name: String) -> [Substring] {
        let text = name.hasSuffix(".") ? name.dropLast() : name[...]
        return Substring(text.lowercased()).split(separator: ".", omittingEmptySubsequences: false)
    }
}
