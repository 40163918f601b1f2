/// Where a request goes: `https://host[:port]/path?query`.
package struct HTTPAddress: Sendable, Hashable {
    package let isSecure: Bool
    /// Name or numeric address, without brackets.
    package let host: String
    package let port: UInt16
    /// Path and query, as the request's first line holds them. May hold secrets, so it is for no message.
    package private(set) var target: String

    package init(_ text: String) throws(HTTPAddressError) {
        guard let colon = text.firstRange(of: "://") else { throw .scheme }
        switch text[..<colon.lowerBound].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw .scheme
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .character }
        guard !text.contains("#") else { throw .fragment }
        let rest = text[colon.upperBound...]
        let end = rest.firstIndex { "/?".contains($0) } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw .userName }
        (host, port) = try Self.place(authority, isSecure ? 443 : 80)
        let target = rest[end...]
        self.target = target.hasPrefix("/") ? String(target) : "/\(target)"
    }

    /// What requests over a Unix-domain socket are addressed to, where no host is looked up.
    static let local = HTTPAddress(localHost: "localhost")

    /// The same server, another path and query.
    func with(target: String) -> HTTPAddress {
        var address = self
        address.target = target
        return address
    }

    private init(localHost: String) {
        isSecure = false
        host = localHost
        port = 80
        target = "/"
    }

    private static func place(
        _ authority: Substring,
        _ usualPort: UInt16
    ) throws(HTTPAddressError) -> (host: String, port: UInt16) {
        var host = authority
        var port = usualPort
        let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[afterBracket...].lastIndex(of: ":") {
            let digits = authority[authority.index(after: colon)...]
            if !digits.isEmpty {
                guard let number = UInt16(digits), number > 0, digits.first != "+" else { throw .port }
                port = number
            }
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) }) else { throw .host }
        } else {
            guard host.allSatisfy({ $0.isLetter || $0.isNumber || "-._".contains($0) }) else { throw .host }
        }
        guard !host.isEmpty, host.utf8.count <= 253 else { throw .host }
        return (String(host), port)
    }

    /// Scheme, host and port: what messages show.
    package var origin: String { "\(isSecure ? "https" : "http")://\(authority)" }

    /// What the Host header holds: the port only when it is not the usual one.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// Where a Location header of an answer from here points to.
    ///
    /// Source: RFC 9110 section 10.2.2; dots in relative paths are left to the server.
    package func following(_ location: String) throws(HTTPAddressError) -> HTTPAddress {
        let location = String(location.prefix { $0 != "#" })
        if location.contains("://") { return try HTTPAddress(location) }
        if location.hasPrefix("//") { return try HTTPAddress("\(isSecure ? "https" : "http"):\(location)") }
        if location.hasPrefix("/") { return try HTTPAddress(origin + location) }
        let path = target.prefix { $0 != "?" }
        if location.hasPrefix("?") { return try HTTPAddress(origin + path + location) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return try HTTPAddress(origin + folder + location)
    }
}

/// Why a text is no address that requests can go to. The text itself stays out of the words: it may hold secrets.
package enum HTTPAddressError: Error, Sendable, Hashable {
    case scheme, character, fragment, userName, host, port

    package var problem: String {
        switch self {
        case .scheme: "it does not begin with https:// or http://"
        case .character: "it holds a space, a line break or a character beyond ASCII"
        case .fragment: "it has a fragment (#...), which is never sent"
        case .userName: "it holds a user name or password"
        case .host: "its host is missing or no host name"
        case .port: "its port is no number from 1 to 65535"
        }
    }

    package var remedy: String {
        switch self {
        case .scheme: "write it as https://host/path"
        case .character: "percent-encode such characters (a space is %20); write other alphabets' hosts as xn--..."
        case .fragment: "remove # and what follows"
        case .userName: "put them into \"authorization\": \"Basic \" and the base64 of user:password"
        case .host: "write it as https://host/path; IPv6 addresses in brackets"
        case .port: "write it as https://host:8443/path"
        }
    }
}
