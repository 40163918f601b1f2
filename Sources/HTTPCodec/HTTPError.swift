/// Why a request or an answer cannot be read. The connection is useless afterwards: where the next message would
/// begin is not known.
package struct HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The status to answer with: 400, 413 or 431.
    package let status: Int
    /// What was wrong and what to do, in whole sentences, for the answer's body.
    package let reason: String

    package init(status: Int, reason: String) {
        self.status = status
        self.reason = reason
    }

    package var description: String { "\(reason) (HTTP status \(status))" }

    static func malformed(_ reason: String) -> HTTPError { HTTPError(status: 400, reason: reason) }
    static func headTooLarge(_ reason: String) -> HTTPError { HTTPError(status: 431, reason: reason) }
    static func bodyTooLarge(_ reason: String) -> HTTPError { HTTPError(status: 413, reason: reason) }
}

/// What the head of a message may take. All but the count in bytes.
package struct HeadLimits: Sendable, Hashable {
    /// The first line, without its line end but with empty lines before it.
    package var firstLineBytes = 8 * 1024
    /// All header lines together, with their line ends, without the empty line at the end.
    package var headerBytes = 32 * 1024
    package var headerCount = 100

    package init() {}
}
