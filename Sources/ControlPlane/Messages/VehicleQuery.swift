/// Which vehicles are asked for. Written as the query of a URL.
package struct VehicleQuery: Sendable, Hashable {
    /// Only this one.
    package var vin: String?
    /// Only those whose VINs come after it.
    package var after: String?
    /// Only those that are connected.
    package var isConnected = false
    /// 1 to ``ControlProtocol/pageLimit``.
    package var limit = ControlProtocol.pageLimit

    package init() {}

    /// Why a query is not understood, for the one who asked.
    package struct Mistake: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter query: what stands behind the question mark.
    package init(query: String) throws(Mistake) {
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = PercentCoding.decode(parts[1]) else {
                throw Mistake(description: "\(pair.prefix(60)) is not name=value")
            }
            switch parts[0] {
            case "vin": vin = value
            case "after": after = value
            case "connected":
                guard ["true", "false"].contains(value) else {
                    throw Mistake(description: "connected is true or false")
                }
                isConnected = value == "true"
            case "limit":
                guard let number = Int(value), (1...ControlProtocol.pageLimit).contains(number) else {
                    throw Mistake(description: "limit is a number from 1 to \(ControlProtocol.pageLimit)")
                }
                limit = number
            default:
                throw Mistake(
                    description: "there is no parameter \(parts[0].prefix(60)); there is vin, after, connected, limit"
                )
            }
        }
    }

    /// Path and query of a request.
    package var target: String {
        var pairs: [String] = []
        if let vin { pairs.append("vin=\(PercentCoding.encode(vin))") }
        if let after { pairs.append("after=\(PercentCoding.encode(after))") }
        if isConnected { pairs.append("connected=true") }
        pairs.append("limit=\(limit)")
        return "\(ControlProtocol.vehiclesPath)?\(pairs.joined(separator: "&"))"
    }
}

/// Texts in URLs (RFC 3986, section 2.1).
enum PercentCoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for a percent sign without two digits behind it, and for what is no UTF-8.
    static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let pair = rest.prefix(2)
            guard pair.count == 2, pair.allSatisfy(\.isHexadecimal),
                let value = UInt8(String(Substring(pair)), radix: 16)
            else { return nil }
            bytes.append(value)
            rest.removeFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isHexadecimal: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
