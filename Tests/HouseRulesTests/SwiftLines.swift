/// One line of Swift, taken apart: rules about code must not trip over words in texts and comments.
struct SwiftLine: Sendable, Equatable {
    /// The whole line.
    let text: String
    /// What the compiler reads, texts emptied and comments left out; interpolated code is kept.
    let code: String
    /// The comment on this line with its slashes, or empty.
    let comment: String
}

/// Takes Swift source apart, line by line.
///
/// It knows line comments, nested block comments, texts of one line and of many, raw texts and interpolations; not
/// regular expression literals, which nobody here uses.
struct SwiftLines {
    private enum Mode: Equatable {
        /// Ends at the closing parenthesis of an interpolation, once `parentheses` have been closed.
        case code(parentheses: Int)
        case text(hashes: Int, isLong: Bool)
        case block(depth: Int)
    }

    private var modes: [Mode] = [.code(parentheses: 0)]

    static func read(_ source: String) -> [SwiftLine] {
        var reader = SwiftLines()
        return source.split(separator: "\n", omittingEmptySubsequences: false).map { reader.read(line: String($0)) }
    }

    private mutating func read(line: String) -> SwiftLine {
        let bytes = Array(line.utf8)
        // Most lines: nothing that would change the mode.
        if modes == [.code(parentheses: 0)], !bytes.contains(UInt8(ascii: "\"")), !bytes.contains(UInt8(ascii: "/")) {
            return SwiftLine(text: line, code: line, comment: "")
        }
        var code: [UInt8] = []
        var comment: [UInt8] = []
        var position = 0
        scan: while position < bytes.count {
            let rest = bytes[position...]
            switch modes[modes.count - 1] {
            case .block(let depth):
                let step = blockStep(rest, depth)
                comment += rest.prefix(step)
                position += step
            case .text(let hashes, let isLong):
                position += textStep(rest, hashes, isLong, &code)
            case .code(let parentheses):
                if rest.starts(with: "//".utf8) {
                    comment = Array(rest)
                    break scan
                }
                position += codeStep(rest, parentheses, &code)
            }
        }
        // A text of one line ends with it, whatever it holds: the compiler refuses the file anyway.
        if case .text(_, false) = modes[modes.count - 1] { modes.removeLast() }
        return SwiftLine(
            text: line,
            code: String(decoding: code, as: UTF8.self),
            comment: String(decoding: comment, as: UTF8.self)
        )
    }

    private mutating func blockStep(_ rest: ArraySlice<UInt8>, _ depth: Int) -> Int {
        if rest.starts(with: "/*".utf8) {
            modes[modes.count - 1] = .block(depth: depth + 1)
            return 2
        }
        guard rest.starts(with: "*/".utf8) else { return 1 }
        if depth == 1 { modes.removeLast() } else { modes[modes.count - 1] = .block(depth: depth - 1) }
        return 2
    }

    private mutating func textStep(
        _ rest: ArraySlice<UInt8>,
        _ hashes: Int,
        _ isLong: Bool,
        _ code: inout [UInt8]
    ) -> Int {
        let marks = [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
        let end = [UInt8](repeating: UInt8(ascii: "\""), count: isLong ? 3 : 1) + marks
        if rest.starts(with: end) {
            modes.removeLast()
            code.append(UInt8(ascii: "\""))
            return end.count
        }
        let escape = [UInt8(ascii: "\\")] + marks
        guard rest.starts(with: escape) else { return 1 }
        if rest.dropFirst(escape.count).first == UInt8(ascii: "(") {
            modes.append(.code(parentheses: 0))
            code.append(UInt8(ascii: "("))
        }
        return escape.count + 1
    }

    private mutating func codeStep(_ rest: ArraySlice<UInt8>, _ parentheses: Int, _ code: inout [UInt8]) -> Int {
        if rest.starts(with: "/*".utf8) {
            modes.append(.block(depth: 1))
            return 2
        }
        let hashes = rest.prefix { $0 == UInt8(ascii: "#") }.count
        let quotes = rest.dropFirst(hashes).prefix { $0 == UInt8(ascii: "\"") }.count
        if quotes > 0 {
            let isLong = quotes >= 3
            modes.append(.text(hashes: hashes, isLong: isLong))
            code.append(UInt8(ascii: "\""))
            return hashes + (isLong ? 3 : 1)
        }
        let byte = rest[rest.startIndex]
        code.append(byte)
        guard modes.count > 1 else { return 1 }
        if byte == UInt8(ascii: "(") { modes[modes.count - 1] = .code(parentheses: parentheses + 1) }
        if byte == UInt8(ascii: ")") {
            if parentheses == 0 {
                modes.removeLast()
            } else {
                modes[modes.count - 1] = .code(parentheses: parentheses - 1)
            }
        }
        return 1
    }
}
