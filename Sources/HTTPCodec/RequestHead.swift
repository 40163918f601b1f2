/// The head of an HTTP/1 request.
package struct RequestHead: Sendable, Hashable {
    /// Methods are case-sensitive; any token may come.
    package let method: String
    /// As it stands in the request.
    package let target: String
    /// The target without scheme, host and query; still percent-encoded. `*` for a request about the server itself.
    package let path: String
    /// What follows the first `?`, without it; nil when there is none.
    package let query: String?
    /// 0 for HTTP/1.0; 1 for HTTP/1.1 and whatever may come after it.
    package let minorVersion: Int
    package let headers: HeaderFields
    package let body: BodyFraming
    /// Bytes of the head, with the empty line at its end: where the body begins.
    package let length: Int

    /// Whether the peer expects to send another request on this connection.
    package var keepsAlive: Bool {
        minorVersion >= 1 ? !headers.lists("Connection", "close") : headers.lists("Connection", "keep-alive")
    }
}

/// Reads one request head from bytes that arrive in pieces.
///
/// The caller keeps the bytes, in one buffer, until the head is whole; its size is bounded by ``HeadLimits``, which
/// are judged before the bytes are all there. Make a new reader for the next request.
package struct RequestHeadReader: Sendable {
    private var reader: HeadReader
    private var line: RequestLine?

    package init(limits: HeadLimits = HeadLimits()) {
        reader = HeadReader(limits)
    }

    /// Looks at the bytes that are new since the last call.
    ///
    /// - Parameters:
    ///   - bytes: all bytes of the request so far.
    ///   - range: where they lie; nil for all of `bytes`. Its start must mean the same byte in every call.
    /// - Returns: nil when the head is not whole yet.
    /// - Throws: ``HTTPError`` with status 400, 413 or 431.
    package mutating func read(
        _ bytes: Span<UInt8>,
        in range: Range<Int>? = nil
    ) throws(HTTPError) -> RequestHead? {
        var found = line
        let end = try reader.read(bytes, in: range ?? 0..<bytes.count) { (text) throws(HTTPError) in
            found = try RequestLine(text)
        }
        line = found
        guard let end, let line else { return nil }
        let hosts = end.headers.all("Host")
        if line.minorVersion >= 1 || hosts.count > 1 {
            guard hosts.count == 1 else {
                throw .malformed("An HTTP/1.1 request needs exactly one Host header; this one has \(hosts.count).")
            }
        }
        return RequestHead(
            method: line.method,
            target: line.target,
            path: line.path,
            query: line.query,
            minorVersion: line.minorVersion,
            headers: end.headers,
            body: try BodyFraming.read(end.headers, minorVersion: line.minorVersion),
            length: end.length
        )
    }
}

/// `GET /path?query HTTP/1.1`
private struct RequestLine: Sendable {
    let method: String
    let target: String
    let path: String
    let query: String?
    let minorVersion: Int

    init(_ line: ArraySlice<UInt8>) throws(HTTPError) {
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, let first = words.first, !first.isEmpty, first.allSatisfy(isTokenByte) else {
            throw .malformed(
                "The first line is not an HTTP request; it must look like 'GET / HTTP/1.1' with single spaces."
            )
        }
        method = String(decoding: first, as: UTF8.self)
        minorVersion = try HTTPVersion.minor(words[2])
        guard !words[1].isEmpty, words[1].allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw .malformed("The address in the first line holds control characters; percent-encode them.")
        }
        target = String(decoding: words[1], as: UTF8.self)
        let local = try Self.local(words[1], method: method)
        let mark = local.firstIndex(of: UInt8(ascii: "?"))
        path = String(decoding: local[..<(mark ?? local.endIndex)], as: UTF8.self)
        query = mark.map { String(decoding: local[($0 + 1)...], as: UTF8.self) }
    }

    /// The target without scheme and host.
    private static func local(_ target: ArraySlice<UInt8>, method: String) throws(HTTPError) -> ArraySlice<UInt8> {
        if target.first == UInt8(ascii: "/") { return target }
        if method == "OPTIONS", target.elementsEqual("*".utf8) { return target }
        for scheme in ["http://", "https://"] {
            let prefix = target.prefix(scheme.utf8.count)
            guard prefix.elementsEqual(scheme.utf8, by: { ($0 | 0x20) == ($1 | 0x20) }) else { continue }
            let rest = target.dropFirst(scheme.utf8.count)
            guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
                return [UInt8(ascii: "/")]
            }
            return rest[end] == UInt8(ascii: "/") ? rest[end...] : [UInt8(ascii: "/")] + rest[end...]
        }
        throw .malformed("The address in the first line must begin with '/' or 'http://'.")
    }
}

enum HTTPVersion {
    /// The digit after `HTTP/1.`.
    static func minor(_ text: ArraySlice<UInt8>) throws(HTTPError) -> Int {
        guard text.count == 8, text.starts(with: "HTTP/".utf8), text[text.startIndex + 6] == UInt8(ascii: ".") else {
            throw .malformed("The first line does not name an HTTP version such as HTTP/1.1.")
        }
        let digits = (text[text.startIndex + 5], text[text.startIndex + 7])
        guard digits.0 == UInt8(ascii: "1"), (0x30...0x39).contains(digits.1) else {
            throw .malformed("Only HTTP/1.1 is spoken here; switch the client to it.")
        }
        return digits.1 == 0x30 ? 0 : 1
    }
}
