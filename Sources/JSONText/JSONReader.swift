/// What a text said, and what stood behind it.
package struct JSONDocument: Sendable, Hashable {
    package let root: JSONValue
    /// The first thing after the value that is neither white space nor a comment, or nil.
    package let trailing: JSONTrailingText?
}

/// Text after the first value. Some readers, Go's stream decoder among them, never look at it.
package struct JSONTrailingText: Sendable, Hashable {
    package let position: JSONPosition
    /// Its first characters, at most forty, for messages.
    package let excerpt: String
    /// True when only brackets, braces and commas follow, as after one closing brace too many.
    package let isPunctuation: Bool
}

/// Reads JSON (RFC 8259) into a tree that knows where everything stood.
///
/// For files and messages that people write or that pass by rarely. All limits are checked before memory is taken,
/// and no input can make the reader stop the program. A UTF-8 byte order mark is skipped. Half a surrogate pair in an
/// escape becomes U+FFFD, as in Go and Foundation.
package enum JSONReader {
    package struct Options: Sendable, Hashable {
        /// Accept `// to the end of the line` and `/* between marks */` wherever white space may stand.
        package var allowsComments = false
        /// Most objects and lists inside each other.
        package var depthLimit = 128
        /// Longest text, in bytes.
        package var sizeLimitBytes = 16 << 20

        package init() {}

        /// RFC 8259 to the letter, apart from the byte order mark.
        package static let strict = Options()

        /// With comments, as configuration files have them.
        package static var commented: Options {
            var options = Options()
            options.allowsComments = true
            return options
        }
    }

    /// Reads the first value of a text.
    ///
    /// - Throws: ``JSONReaderError`` at the first mistake inside the value. What follows the value is reported in the
    ///   document, not thrown.
    package static func read(
        _ bytes: [UInt8],
        options: Options = .strict
    ) throws(JSONReaderError) -> JSONDocument {
        var parser = JSONReaderParser(bytes, options)
        return try parser.document()
    }

    /// ``read(_:options:)-(Array<UInt8>,_)`` for a text already in a `String`.
    package static func read(
        _ text: String,
        options: Options = .strict
    ) throws(JSONReaderError) -> JSONDocument {
        try read(Array(text.utf8), options: options)
    }
}
