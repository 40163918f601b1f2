import AddressCodec

/// The PROXY header in front of a connection, and addresses as texts: however the bytes are cut, the header is the same
/// and inside of what came; an address that was read is read again from its own text.
final class ProxyTarget: FuzzTarget {
    static let name = "proxy"
    static let limitBytes = 5000

    static let words: [[UInt8]] = [
        Array("PROXY TCP4 ".utf8), [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a], [0x21, 0x11],
        [0x21, 0x21], [0x20, 0x00], [0, 12], [0, 36], [0x0f, 0xf0], [0xff, 0xff], Array("::".utf8), Array("/64".utf8),
        Array("::ffff:1.2.3.4".utf8),
    ]

    static func seeds() -> [[UInt8]] {
        let v4 = IPAddress("203.0.113.7").map { ProxyHeader.Endpoint(address: $0, port: 4711) }
        let v6 = IPAddress("2001:db8::7").map { ProxyHeader.Endpoint(address: $0, port: 443) }
        let headers = [v4, v6].compactMap { $0 }.flatMap { end in
            [ProxyHeader.bytes(from: end, to: end), ProxyHeader.bytes(from: end, to: end, extra: [4, 0, 2, 1, 2])]
        }
        let texts = [
            "203.0.113.7", "2001:db8::7", "::", "::1", "::ffff:1.2.3.4", "10.0.0.0/8", "fe80::/10", "1:2:3:4:5:6:7:8",
            "PROXY TCP4 203.0.113.7 10.0.0.1 1 2\r\n",
        ]
        return headers + headers.map { $0 + [22, 3, 1, 0, 5] } + [ProxyHeader.local] + texts.map { Array($0.utf8) }
    }

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let whole = read(input, [input.count])
        var random = choices(for: input)
        let cut = random.below(input.count + 1)
        let pieces = read(input, [cut, input.count])
        guard whole == pieces else { throw FuzzFinding("cut at \(cut) gives \(pieces), whole \(whole)") }
        let single = read(input, Array(0...min(input.count, 200)) + [input.count])
        guard whole == single else { throw FuzzFinding("byte by byte gives \(single), whole \(whole)") }
        let isText = try checkTexts(String(decoding: input.prefix(60), as: UTF8.self))
        guard case .header(let header) = whole else { return isText }
        try check(header, input)
        return true
    }

    private enum Outcome: Equatable {
        case header(ProxyHeader)
        case needsMore
        case refused
    }

    private func read(_ input: [UInt8], _ ends: [Int]) -> Outcome {
        do throws(ProxyHeaderError) {
            for end in ends {
                if let header = try ProxyHeader.read(input.span.extracting(0..<end)) { return .header(header) }
            }
            return .needsMore
        } catch {
            return error.explanation.isEmpty ? .needsMore : .refused
        }
    }

    private func check(_ header: ProxyHeader, _ input: [UInt8]) throws(FuzzFinding) {
        guard header.length <= min(input.count, ProxyHeader.lengthLimit) else {
            throw FuzzFinding("a header of \(header.length) bytes in \(input.count)")
        }
        guard let source = header.source else { return }
        let written = ProxyHeader.bytes(from: source, to: source)
        guard (try? ProxyHeader.read(written.span))?.source == source else {
            throw FuzzFinding("\(source) is read differently when it was written")
        }
        guard IPAddress(source.address.description) == source.address else {
            throw FuzzFinding("\(source.address) is read differently from its text")
        }
    }

    private func checkTexts(_ text: String) throws(FuzzFinding) -> Bool {
        if let address = IPAddress(text), IPAddress(address.description) != address {
            throw FuzzFinding("\(text) is \(address), which is read differently")
        }
        guard let range = AddressRange(text) else { return false }
        guard range.contains(range.first) else { throw FuzzFinding("\(text) does not contain its first address") }
        return true
    }
}
