/// The head of an HTTP/1 answer, as a client reads it.
package struct ResponseHead: Sendable, Hashable {
    /// 100 to 999.
    package let status: Int
    /// May be empty.
    package let reason: String
    package let minorVersion: Int
    package let headers: HeaderFields
    /// For an answer to GET; the answer to HEAD has none whatever this says.
    package let body: BodyFraming
    /// Bytes of the head, with the empty line at its end.
    package let length: Int
}

/// Reads one answer's head from bytes that arrive in pieces; see ``RequestHeadReader``.
package struct ResponseHeadReader: Sendable {
    private var reader: HeadReader
    private var line: StatusLine?

    package init(limits: HeadLimits = HeadLimits()) {
        reader = HeadReader(limits)
    }

    /// - Returns: nil when the head is not whole yet.
    package mutating func read(
        _ bytes: Span<UInt8>,
        in range: Range<Int>? = nil
    ) throws(HTTPError) -> ResponseHead? {
        var found = line
        let end = try reader.read(bytes, in: range ?? 0..<bytes.count) { (text) throws(HTTPError) in
            found = try StatusLine(text)
        }
        line = found
        guard let end, let line else { return nil }
        return ResponseHead(
            status: line.status,
            reason: line.reason,
            minorVersion: line.minorVersion,
            headers: end.headers,
            body: try body(end.headers, line),
            length: end.length
        )
    }

    private func body(_ headers: HeaderFields, _ line: StatusLine) throws(HTTPError) -> BodyFraming {
        if line.status < 200 || line.status == 204 || line.status == 304 { return .none }
        let framing = try BodyFraming.read(headers, minorVersion: line.minorVersion)
        return framing == .none && headers.first("Content-Length") == nil ? .untilClose : framing
    }
}

/// `HTTP/1.1 200 OK`
private struct StatusLine: Sendable {
    let status: Int
    let reason: String
    let minorVersion: Int

    init(_ line: ArraySlice<UInt8>) throws(HTTPError) {
        let words = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2 else {
            throw .malformed("The first line is not an HTTP answer; is the other end an HTTP server?")
        }
        minorVersion = try HTTPVersion.minor(words[0])
        guard words[1].count == 3, words[1].allSatisfy({ (0x30...0x39).contains($0) }),
            let status = Int(String(decoding: words[1], as: UTF8.self)), status >= 100
        else { throw .malformed("The answer's status is not a number of three digits.") }
        self.status = status
        reason = words.count == 3 ? String(decoding: words[2], as: UTF8.self) : ""
    }
}
