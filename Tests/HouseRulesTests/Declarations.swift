/// A declaration as far as rules need it.
struct Declaration: Sendable {
    enum Kind: String {
        case `struct`, `class`, `enum`, `actor`, `protocol`, `typealias`, `extension`
        case `func`, `subscript`, `let`, `var`
        case initializer = "init"

        var isType: Bool {
            switch self {
            case .struct, .class, .enum, .actor, .protocol, .typealias: true
            case .extension, .func, .subscript, .initializer, .let, .var: false
            }
        }

        var isFunction: Bool { self == .func || self == .subscript }
    }

    let kind: Kind
    let name: String
    /// Seen by other targets.
    let isShared: Bool
    /// From the declaration's first word to its body, or to the end of its line.
    let signature: String
    /// Index of the line with the keyword.
    let line: Int
    /// In spaces.
    let indentation: Int
    /// Whether a `///` comment stands right above it, attributes and notes between them not counted.
    let isDocumented: Bool
}

extension Declaration {
    private static let head: Pattern = Pattern(
        stringLiteral: #"^([ ]*)((?:@\w+(?:\([^)\n]*\))?\s+|\w+(?:\(\w+\))? )*?)"#
            + "(struct|class|enum|actor|protocol|typealias|extension|func|subscript|init|let|var)"
            + #"\b(?!:)[ ]*(`[^`\n]*`|[\w.]+|[^\s\w(<]+)?"#
    )

    private static let modifiers: Set = [
        "package", "public", "private", "fileprivate", "internal", "open", "static", "final", "mutating", "nonmutating",
        "consuming", "borrowing", "indirect", "convenience", "override", "required", "nonisolated", "unowned", "weak",
        "lazy", "prefix", "postfix", "infix", "class", "private(set)", "fileprivate(set)", "package(set)",
        "nonisolated(unsafe)",
    ]

    static func all(in lines: [SwiftLine], _ code: JoinedLines) -> [Declaration] {
        head.groups(in: code).compactMap { found in
            let indentation = found.groups[1]?.count ?? 0
            let before = (found.groups[2] ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
            guard let kind = found.groups[3].flatMap(Kind.init),
                before.allSatisfy({ $0.hasPrefix("@") || modifiers.contains($0) })
            else { return nil }
            // An attribute may stand on the lines above the keyword.
            let line = found.line + (found.groups[0] ?? "").count { $0 == "\n" }
            return Declaration(
                kind: kind,
                name: found.groups[4] ?? "",
                isShared: before.contains("package") || before.contains("public"),
                signature: signature(lines[line...]),
                line: line,
                indentation: indentation,
                isDocumented: isDocumented(line, lines)
            )
        }
    }

    private static func signature(_ lines: ArraySlice<SwiftLine>) -> String {
        var text = ""
        var depth = 0
        for line in lines.prefix(30) {
            text += line.code + " "
            depth += line.code.count { $0 == "(" || $0 == "[" } - line.code.count { $0 == ")" || $0 == "]" }
            if depth <= 0 { break }
        }
        return String(text.prefix { $0 != "{" })
    }

    private static func isDocumented(_ index: Int, _ lines: [SwiftLine]) -> Bool {
        for line in lines[..<index].reversed() {
            if line.comment.hasPrefix("///") { return true }
            let code = line.code.drop(while: \.isWhitespace)
            guard code.hasPrefix("@") || (code.isEmpty && !line.comment.isEmpty) else { return false }
        }
        return false
    }
}
