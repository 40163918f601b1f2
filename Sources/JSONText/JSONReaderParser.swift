/// The reader's place in the text, and the rules for objects, lists and what stands between them.
struct JSONReaderParser {
    let bytes: [UInt8]
    let options: JSONReader.Options
    var offset = 0
    private var line = 1
    /// Offset of the first byte of the current line.
    private var lineStart = 0
    /// Bytes on the current line, before `offset`, that begin no character. They take no column.
    private var continuationBytes = 0
    private var depth = 0

    init(_ bytes: [UInt8], _ options: JSONReader.Options) {
        self.bytes = bytes
        self.options = options
    }

    mutating func document() throws(JSONReaderError) -> JSONDocument {
        guard bytes.count <= options.sizeLimitBytes else {
            throw JSONReaderError(at: position, .tooLarge(limitBytes: options.sizeLimitBytes))
        }
        try skipByteOrderMark()
        try skipSpace()
        guard offset < bytes.count else { throw JSONReaderError(at: position, .empty) }
        let root = try value(expected: "a value")
        return JSONDocument(root: root, trailing: trailingText())
    }

    // MARK: Places

    /// Where the next byte stands.
    var position: JSONPosition {
        JSONPosition(line: line, column: offset - lineStart - continuationBytes + 1)
    }

    var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    func byte(ahead distance: Int) -> UInt8? {
        offset + distance < bytes.count ? bytes[offset + distance] : nil
    }

    /// Moves over bytes of one line, counting those that begin no character.
    mutating func advance(to end: Int) {
        for index in offset..<end where bytes[index] & 0xC0 == 0x80 { continuationBytes += 1 }
        offset = end
    }

    func error(_ problem: JSONReaderError.Problem) -> JSONReaderError {
        JSONReaderError(at: position, problem)
    }

    // MARK: White space and comments

    private mutating func skipByteOrderMark() throws(JSONReaderError) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            offset = 3
            lineStart = 3
        } else if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw error(.notUTF8(encoding: "UTF-16"))
        }
    }

    mutating func skipSpace() throws(JSONReaderError) {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0D:
                offset += 1
            case 0x0A:
                startLine(at: offset + 1)
            case UInt8(ascii: "/"):
                guard byte(ahead: 1) == UInt8(ascii: "/") || byte(ahead: 1) == UInt8(ascii: "*") else { return }
                guard options.allowsComments else { throw error(.commentNotAllowed) }
                try skipComment()
            default:
                return
            }
        }
    }

    private mutating func startLine(at start: Int) {
        offset = start
        lineStart = start
        continuationBytes = 0
        line += 1
    }

    private mutating func skipComment() throws(JSONReaderError) {
        let (opened, start) = (position, self)
        if byte(ahead: 1) == UInt8(ascii: "/") {
            let end = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
            advance(to: end)
            return
        }
        offset += 2
        while let byte = next {
            if byte == UInt8(ascii: "*"), self.byte(ahead: 1) == UInt8(ascii: "/") {
                offset += 2
                return
            }
            if byte == 0x0A { startLine(at: offset + 1) } else { advance(to: offset + 1) }
        }
        let failure = error(.unfinished(what: "comment", openedAt: opened))
        // Back to the comment, for the report of what follows the value.
        self = start
        throw failure
    }

    // MARK: Values

    private mutating func value(expected: String) throws(JSONReaderError) -> JSONValue {
        let start = position
        guard let byte = next else { throw error(.unexpected(found: "the end", expected: expected)) }
        switch byte {
        case UInt8(ascii: "{"):
            return JSONValue(.object(try object()), at: start)
        case UInt8(ascii: "["):
            return JSONValue(.array(try array()), at: start)
        case UInt8(ascii: "\""):
            return JSONValue(.text(try text()), at: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "."):
            return JSONValue(.number(try number()), at: start)
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            return JSONValue(try word(), at: start)
        default:
            throw unexpected(expected: expected)
        }
    }

    private mutating func enter() throws(JSONReaderError) {
        depth += 1
        guard depth <= options.depthLimit else { throw error(.tooDeep(limit: options.depthLimit)) }
        offset += 1
    }

    private mutating func object() throws(JSONReaderError) -> [JSONMember] {
        let opened = position
        try enter()
        defer { depth -= 1 }
        var members: [JSONMember] = []
        try skipSpace()
        if next == UInt8(ascii: "}") {
            offset += 1
            return members
        }
        while true {
            let namePosition = position
            let name = try key(openedAt: opened)
            try skipSpace()
            guard next == UInt8(ascii: ":") else {
                if next == nil { throw error(.unfinished(what: "object", openedAt: opened)) }
                throw unexpected(expected: "a colon after the key \(Self.shown(name))")
            }
            offset += 1
            try skipSpace()
            if next == nil { throw error(.unfinished(what: "object", openedAt: opened)) }
            let value = try value(expected: "a value for \(Self.shown(name))")
            members.append(JSONMember(name: name, namePosition: namePosition, value: value))
            try skipSpace()
            switch next {
            case UInt8(ascii: "}"):
                offset += 1
                return members
            case UInt8(ascii: ","):
                let comma = position
                offset += 1
                try skipSpace()
                if next == UInt8(ascii: "}") { throw JSONReaderError(at: comma, .commaBeforeEnd(closing: "}")) }
            case nil:
                throw error(.unfinished(what: "object", openedAt: opened))
            default:
                throw unexpected(expected: "a comma or } after the value of \(Self.shown(name))")
            }
        }
    }

    private mutating func key(openedAt opened: JSONPosition) throws(JSONReaderError) -> String {
        guard let byte = next else { throw error(.unfinished(what: "object", openedAt: opened)) }
        switch byte {
        case UInt8(ascii: "\""):
            return try text()
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            throw error(.unquotedKey(wordAhead()))
        default:
            throw unexpected(expected: "a key in double quotes")
        }
    }

    private mutating func array() throws(JSONReaderError) -> [JSONValue] {
        let opened = position
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        try skipSpace()
        if next == UInt8(ascii: "]") {
            offset += 1
            return elements
        }
        while true {
            if next == nil { throw error(.unfinished(what: "list", openedAt: opened)) }
            elements.append(try value(expected: "a value"))
            try skipSpace()
            switch next {
            case UInt8(ascii: "]"):
                offset += 1
                return elements
            case UInt8(ascii: ","):
                let comma = position
                offset += 1
                try skipSpace()
                if next == UInt8(ascii: "]") { throw JSONReaderError(at: comma, .commaBeforeEnd(closing: "]")) }
            case nil:
                throw error(.unfinished(what: "list", openedAt: opened))
            default:
                throw unexpected(expected: "a comma or ] after element \(elements.count) of the list")
            }
        }
    }

    // MARK: What follows the value

    private mutating func trailingText() -> JSONTrailingText? {
        do throws(JSONReaderError) { try skipSpace() } catch {
            // A broken comment behind the value is text behind the value.
        }
        guard offset < bytes.count else { return nil }
        let punctuation = Set("{}[],: \t\r\n".utf8)
        let rest = bytes[offset...]
        let excerpt = String(decoding: rest.prefix(160), as: UTF8.self).prefix(40)
        return JSONTrailingText(
            position: position,
            excerpt: String(excerpt.prefix { $0 != "\n" && $0 != "\r\n" }),
            isPunctuation: rest.allSatisfy(punctuation.contains)
        )
    }
}
