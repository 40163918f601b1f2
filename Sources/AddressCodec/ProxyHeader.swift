/// What a proxy says at the start of a connection about who is behind it: the PROXY protocol, version 2 (HAProxy,
/// "The PROXY protocol", section 2.2).
package struct ProxyHeader: Sendable, Hashable {
    /// The peer that the proxy speaks for; nil when it speaks for itself, as its health checks do (LOCAL), or names
    /// no IP address.
    package let source: Endpoint?
    /// Bytes of the whole header; what follows is the connection itself.
    package let length: Int

    package struct Endpoint: Sendable, Hashable {
        package let address: IPAddress
        package let port: UInt16

        package init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    package init(source: Endpoint?, length: Int) {
        self.source = source
        self.length = length
    }

    /// Longest header that is read: addresses take 52 bytes, and what load balancers add takes some hundred more.
    package static let lengthLimit = 4096

    private static let signature: [UInt8] = [
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
    ]

    /// Reads the header that the bytes begin with.
    ///
    /// - Returns: nil when more bytes are needed. Of wrong bytes none more than those that are wrong are needed.
    package static func read(_ bytes: Span<UInt8>) throws(ProxyHeaderError) -> ProxyHeader? {
        for index in 0..<min(bytes.count, signature.count) where bytes[index] != signature[index] {
            throw beginsLikeVersion1(bytes) ? .version1 : .notProxyProtocol
        }
        guard bytes.count > 12 else { return nil }
        guard bytes[12] >> 4 == 2 else { throw .unknownVersion(bytes[12] >> 4) }
        let command = bytes[12] & 0x0f
        guard command <= 1 else { throw .unknownCommand(command) }
        guard bytes.count > 13 else { return nil }
        let family = bytes[13]
        guard bytes.count >= 16 else { return nil }
        let content = Int(bytes[14]) << 8 | Int(bytes[15])
        let length = 16 + content
        guard length <= lengthLimit else { throw .tooLong(length) }
        let needed = command == 0 ? 0 : addressBytes(family)
        guard content >= needed else { throw .tooShort(length) }
        guard bytes.count >= length else { return nil }
        guard command == 1 else { return ProxyHeader(source: nil, length: length) }
        return ProxyHeader(source: source(bytes, family), length: length)
    }

    /// TCP over IPv4 and IPv6 are what a proxy of ours can speak; of other families the addresses are skipped.
    private static func addressBytes(_ family: UInt8) -> Int {
        switch family {
        case 0x11: 12
        case 0x21: 36
        default: 0
        }
    }

    private static func source(_ bytes: Span<UInt8>, _ family: UInt8) -> Endpoint? {
        switch family {
        case 0x11:
            let address = IPAddress(v4: UInt32(truncatingIfNeeded: number(bytes, 16..<20)))
            return Endpoint(address: address, port: UInt16(truncatingIfNeeded: number(bytes, 24..<26)))
        case 0x21:
            let address = IPAddress(high: number(bytes, 16..<24), low: number(bytes, 24..<32))
            return Endpoint(address: address, port: UInt16(truncatingIfNeeded: number(bytes, 48..<50)))
        default:
            return nil
        }
    }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for index in range { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    private static func beginsLikeVersion1(_ bytes: Span<UInt8>) -> Bool {
        let word = Array("PROXY ".utf8)
        for index in 0..<min(bytes.count, word.count) where bytes[index] != word[index] { return false }
        return true
    }

    /// Writes a header, as a proxy does. Both ends must be of one family.
    ///
    /// - Parameter extra: what stands behind the addresses (type-length-value rows of the proxy).
    package static func bytes(from source: Endpoint, to destination: Endpoint, extra: [UInt8] = []) -> [UInt8] {
        func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
        }
        let isV4 = source.address.isV4
        let ends = [source, destination]
        let addresses = ends.flatMap { end in
            isV4
                ? bigEndian(end.address.low & 0xffff_ffff, 4)
                : bigEndian(end.address.high, 8) + bigEndian(end.address.low, 8)
        }
        let content = addresses + ends.flatMap { bigEndian(UInt64($0.port), 2) } + extra
        return signature + [0x21, isV4 ? 0x11 : 0x21] + bigEndian(UInt64(content.count), 2) + content
    }

    /// The header of a proxy that speaks for itself.
    package static let local: [UInt8] = signature + [0x20, 0x00, 0x00, 0x00]
}

/// Why the start of a connection is no header that we read.
package enum ProxyHeaderError: Error, Sendable, Hashable {
    case notProxyProtocol
    /// The text form.
    case version1
    case unknownVersion(UInt8)
    case unknownCommand(UInt8)
    /// Longer than ``ProxyHeader/lengthLimit``, in bytes.
    case tooLong(Int)
    /// Too short for the addresses that it announces, in bytes.
    case tooShort(Int)

    /// What was found and what to do about it.
    package var explanation: String {
        switch self {
        case .notProxyProtocol:
            "no PROXY header came first; switch it on at the proxy, or take its address out of proxy_protocol.trusted"
        case .version1:
            "the proxy sends version 1 of its header; set version 2 (send-proxy-v2, proxy_protocol v2)"
        case .unknownVersion(let version):
            "the header has version \(version); only version 2 is read"
        case .unknownCommand(let command):
            "the header has the command \(command); only LOCAL (0) and PROXY (1) exist"
        case .tooLong(let length):
            "the header has \(length) bytes and at most \(ProxyHeader.lengthLimit) are read; "
                + "let the proxy add less to it"
        case .tooShort(let length):
            "the header has \(length) bytes, too few for the addresses that it announces"
        }
    }
}
