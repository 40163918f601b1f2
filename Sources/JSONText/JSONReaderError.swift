/// Why a text is no JSON: where, what, and what to write instead.
///
/// Only the first mistake is known: after it, nothing that follows could be trusted.
package struct JSONReaderError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Problem: Sendable, Hashable {
        /// Nothing but white space.
        case empty
        case tooLarge(limitBytes: Int)
        /// Objects and lists inside each other beyond the limit.
        case tooDeep(limit: Int)
        /// Bytes that are no UTF-8; `encoding` names another one when its mark was recognised.
        case notUTF8(encoding: String?)
        case unexpected(found: String, expected: String)
        /// The text ends inside `what`, which began at the position.
        case unfinished(what: String, openedAt: JSONPosition)
        case commaBeforeEnd(closing: String)
        case unquotedKey(String)
        case wrongQuotes(String)
        case unknownWord(String, meant: String?)
        case badNumber(String, why: String)
        case badEscape(String)
        /// A line break or another control character inside quotes.
        case controlCharacter(UInt8)
        case commentNotAllowed
    }

    package let position: JSONPosition
    package let problem: Problem

    package init(at position: JSONPosition, _ problem: Problem) {
        self.position = position
        self.problem = problem
    }

    package var description: String { "\(position): \(summary)" }

    /// The mistake without its place.
    package var summary: String {
        switch problem {
        case .empty: "the text is empty"
        case .tooLarge(let limit): "the text is longer than \(limit) bytes"
        case .tooDeep(let limit): "more than \(limit) objects and lists inside each other"
        case .notUTF8(let encoding?): "the text is \(encoding), not UTF-8"
        case .notUTF8(nil): "bytes that are not UTF-8"
        case .unexpected(let found, let expected): "expected \(expected), found \(found)"
        case .unfinished(let what, let opened): "the text ends inside the \(what) that began at \(opened)"
        case .commaBeforeEnd(let closing): "a comma before \(closing)"
        case .unquotedKey(let key): "the key \(key) has no quotes"
        case .wrongQuotes(let quote): "\(quote) is not a quote in JSON"
        case .unknownWord(let word, _): "the word \(word) is no JSON value"
        case .badNumber(let text, let why): "\(text) is no JSON number: \(why)"
        case .badEscape(let escape): "\(escape) is no escape in JSON"
        case .controlCharacter(0x0A), .controlCharacter(0x0D): "a line ends inside quotes"
        case .controlCharacter(let byte): "the control character number \(byte) stands inside quotes"
        case .commentNotAllowed: "a comment, which JSON does not have"
        }
    }

    /// What to do about it.
    package var remedy: String {
        switch problem {
        case .empty: "write an object: { ... }"
        case .tooLarge: "check that this is the right file"
        case .tooDeep: "close objects and lists earlier"
        case .notUTF8(_?): "save the file as UTF-8"
        case .notUTF8(nil): "save the file as UTF-8, or write the character as \\uXXXX"
        case .unexpected("\"#\"", _): "remove it; # begins no comment here"
        case .unexpected("\"=\"", _): "write : instead"
        case .unexpected(Self.noBreakSpace, _): "replace it with an ordinary space"
        case .unexpected(Self.conflictMark, _): "resolve the conflict, and remove the marks"
        case .unexpected(_, let expected): "put \(expected) here"
        case .unfinished(let what, _): "add the missing \(Self.closing(of: what))"
        case .commaBeforeEnd: "remove the comma"
        case .unquotedKey(let key): "write \"\(key)\""
        case .wrongQuotes: "write \" instead"
        case .unknownWord(_, let meant?): "write \(meant)"
        case .unknownWord(let word, nil): "write \"\(word)\" if it is a text"
        case .badNumber: "write digits, with a point for fractions, or put the value in quotes if it is a text"
        case .badEscape: "write \\\\ for one backslash; the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"
        case .controlCharacter(0x0A), .controlCharacter(0x0D): "close the quotes, or write \\n for a line break"
        case .controlCharacter: "write it as \\uXXXX, or remove it"
        case .commentNotAllowed: "remove the comment"
        }
    }

    static let noBreakSpace = "a no-break space"
    static let conflictMark = "the mark of a merge conflict"

    private static func closing(of what: String) -> String {
        switch what {
        case "object": "}"
        case "list": "]"
        case "comment": "*/"
        default: "\""
        }
    }
}
