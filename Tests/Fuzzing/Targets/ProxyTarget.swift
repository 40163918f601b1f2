import AddressCodec

/// PROXY headers: each shorter start of what is read asks for more or is refused like the whole, and what was read says
/// the same when it is written and read again.
final class ProxyTarget: FuzzTarget {
    static let name = "proxy"
    static let limitBytes = 600

    static let words: [[UInt8]] = [
        Array(ProxyHeader.local[..<12]), [0x21, 0x11, 0, 12], [0x21, 0x21, 0, 36], [0x20, 0, 0, 0], [0xff, 0xff],
        Array("PROXY TCP4 ".utf8),
    ]

    static func seeds() -> [[UInt8]] {
        let v4 = ProxyHeader.Endpoint(address: IPAddress(v4: 0xc000_0201), port: 4000)
        let v6 = ProxyHeader.Endpoint(address: IPAddress(high: 0x2001_0db8 << 32, low: 1), port: 443)
        return [
            ProxyHeader.bytes(from: v4, to: v4), ProxyHeader.bytes(from: v6, to: v6, extra: [4, 0, 1, 0]),
            ProxyHeader.local, ProxyHeader.local + [0x16, 0x03, 0x01],
        ]
    }

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let whole = outcome(of: input)
        var random = choices(for: input)
        let cut = random.below(input.count + 1)
        let part = outcome(of: Array(input[..<cut]))
        switch (part, whole) {
        case (.needsMore, _): break
        case (.header(let part), .header(let whole)) where part == whole: break
        // Refused at the first wrong byte; more of them may show another reason.
        case (.refused, .refused): break
        default: throw FuzzFinding("cut at \(cut) gives \(part), whole \(whole)")
        }
        guard case .header(let header) = whole else { return false }
        guard header.length <= min(input.count, ProxyHeader.lengthLimit) else {
            throw FuzzFinding("a header of \(header.length) bytes in \(input.count)")
        }
        guard let source = header.source else { return true }
        guard IPAddress(source.address.description) == source.address else {
            throw FuzzFinding("\(source.address) is read as another address")
        }
        guard case .header(let again) = outcome(of: ProxyHeader.bytes(from: source, to: source)), again.source == source
        else { throw FuzzFinding("\(source) is another when it is written and read again") }
        return true
    }

    private enum Outcome {
        case header(ProxyHeader)
        case needsMore
        case refused(ProxyHeaderError)
    }

    private func outcome(of input: [UInt8]) -> Outcome {
        do throws(ProxyHeaderError) {
            return try ProxyHeader.read(input.span).map { .header($0) } ?? .needsMore
        } catch {
            return .refused(error)
        }
    }
}
