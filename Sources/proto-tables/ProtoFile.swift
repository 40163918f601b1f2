/// What the tables need of one of our `.proto` files: its messages' fields and its enums' values.
///
/// It reads the part of the language that our files use (one statement per line, proto3, no nested enums), and says
/// so when a file goes beyond it.
package struct ProtoFile {
    package struct Member {
        package var type: String
        package var name: String
        package var number: Int
    }

    package struct Message {
        package var name: String
        package var members: [Member] = []
    }

    package struct EnumType {
        package struct Value {
            package var name: String
            package var number: Int
        }

        package var name: String
        package var values: [Value] = []
    }

    package private(set) var messages: [Message] = []
    package private(set) var enums: [EnumType] = []

    /// - Throws: ``ProtoProblem/missing(_:)``.
    package func message(_ name: String) throws -> Message {
        guard let found = messages.first(where: { $0.name == name }) else {
            throw ProtoProblem.missing("message \(name)")
        }
        return found
    }

    /// - Throws: ``ProtoProblem/missing(_:)``.
    package func enumType(_ name: String) throws -> EnumType {
        guard let found = enums.first(where: { $0.name == name }) else { throw ProtoProblem.missing("enum \(name)") }
        return found
    }

    /// - Throws: ``ProtoProblem/unreadable(line:text:)`` at the first line that it does not understand.
    package init(text: String) throws {
        var blocks: [Block] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = Self.words(of: line)
            guard let first = words.first else { continue }
            let isUnderstood =
                switch first {
                case "syntax", "package", "import", "option": blocks.isEmpty
                case "message", "enum", "oneof": open(words, &blocks)
                case "}": blocks.popLast() != nil
                default: read(words, in: blocks)
                }
            guard isUnderstood else { throw ProtoProblem.unreadable(line: index + 1, text: String(line)) }
        }
        guard blocks.isEmpty else { throw ProtoProblem.missing("closing brace at the end") }
    }

    private enum Block {
        case message(Int)
        case enumType(Int)
        case oneof(ofMessage: Int)
    }

    private mutating func open(_ words: [Substring], _ blocks: inout [Block]) -> Bool {
        guard words.count == 3, words[2] == "{" else { return false }
        let name = String(words[1])
        switch (words[0], blocks.last) {
        case ("message", nil), ("message", .message):
            messages.append(Message(name: name))
            blocks.append(.message(messages.count - 1))
        case ("enum", nil):
            enums.append(EnumType(name: name))
            blocks.append(.enumType(enums.count - 1))
        case ("oneof", .message(let index)):
            blocks.append(.oneof(ofMessage: index))
        default:
            return false
        }
        return true
    }

    /// A field (`[repeated] type name = number`) or an enum value (`name = number`).
    private mutating func read(_ words: [Substring], in blocks: [Block]) -> Bool {
        let words = words.first == "repeated" ? Array(words.dropFirst()) : words
        switch blocks.last {
        case .message(let index), .oneof(let index):
            guard words.count >= 4, words[2] == "=", let number = Int(words[3]) else { return false }
            messages[index].members.append(Member(type: String(words[0]), name: String(words[1]), number: number))
        case .enumType(let index):
            guard words.count == 3, words[1] == "=", let number = Int(words[2]) else { return false }
            enums[index].values.append(EnumType.Value(name: String(words[0]), number: number))
        case nil:
            return false
        }
        return true
    }

    /// The words of a line without its comment, its options' brackets kept as words of their own.
    private static func words(of line: Substring) -> [Substring] {
        var code = line
        if let comment = line.firstRange(of: "//") { code = line[..<comment.lowerBound] }
        return code.split { $0 == " " || $0 == ";" || $0 == "\t" }
    }
}

/// Why a table could not be made.
package enum ProtoProblem: Error, CustomStringConvertible {
    case unreadable(line: Int, text: String)
    case missing(String)

    package var description: String {
        switch self {
        case .unreadable(let line, let text):
            "line \(line): cannot read \"\(text)\"; write one statement per line, or teach proto-tables the form"
        case .missing(let what): "there is no \(what)"
        }
    }
}

extension Substring {
    /// Where a text first occurs; spelled out so that no Foundation is needed for it.
    fileprivate func firstRange(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
