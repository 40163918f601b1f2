/// How long the body of a message is.
package enum BodyFraming: Sendable, Hashable {
    case none
    /// In bytes; never 0.
    case length(Int)
    /// To be read with ``ChunkedBodyDecoder``.
    case chunked
    /// An answer's body that lasts until the connection ends.
    case untilClose

    /// Reads Content-Length and Transfer-Encoding.
    ///
    /// Whatever two programs on the way could understand differently is refused, as smuggling begins there.
    ///
    /// Source: RFC 9112 section 6.
    static func read(_ headers: HeaderFields, minorVersion: Int) throws(HTTPError) -> BodyFraming {
        let lengths = headers.all("Content-Length")
        let encodings = headers.all("Transfer-Encoding")
        guard encodings.isEmpty else {
            guard lengths.isEmpty else {
                throw .malformed("The message has both Transfer-Encoding and Content-Length; send one of them.")
            }
            guard minorVersion >= 1 else {
                throw .malformed("Transfer-Encoding needs HTTP/1.1; this message says HTTP/1.0.")
            }
            guard encodings.count == 1, encodings[0].lowercased() == "chunked" else {
                throw .malformed("Only 'Transfer-Encoding: chunked' is understood; send the body plain or chunked.")
            }
            return .chunked
        }
        guard let text = lengths.first else { return .none }
        guard lengths.count == 1 else {
            throw .malformed("There is more than one Content-Length; send exactly one.")
        }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .malformed("Content-Length must be a plain decimal number.")
        }
        guard let length = Int(text) else {
            throw .bodyTooLarge("A body of \(text) bytes is larger than anything that is read here.")
        }
        return length == 0 ? .none : .length(length)
    }
}
