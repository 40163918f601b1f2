/// A place in a text, counted as editors count: from 1, columns in characters.
package struct JSONPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    package var description: String { "line \(line), column \(column)" }
}

/// One JSON value and where it begins.
package struct JSONValue: Sendable, Hashable {
    package enum Content: Sendable, Hashable {
        /// Members in the order of the text. A repeated name stays repeated; see ``JSONValue/repeatedMembers()``.
        case object([JSONMember])
        case array([JSONValue])
        case text(String)
        /// The number as it was written, checked against the grammar of RFC 8259 section 6 and not converted, so
        /// that no digit is lost.
        case number(String)
        case flag(Bool)
        case null
    }

    package let content: Content
    package let position: JSONPosition

    package init(_ content: Content, at position: JSONPosition = JSONPosition(line: 1, column: 1)) {
        self.content = content
        self.position = position
    }
}

/// One name and value of an object.
package struct JSONMember: Sendable, Hashable {
    package let name: String
    package let namePosition: JSONPosition
    package let value: JSONValue

    package init(name: String, namePosition: JSONPosition, value: JSONValue) {
        self.name = name
        self.namePosition = namePosition
        self.value = value
    }
}

extension JSONValue {
    /// The members of an object, or nil when the value is none.
    package var members: [JSONMember]? {
        if case .object(let members) = content { members } else { nil }
    }

    /// The elements of an array, or nil when the value is none.
    package var elements: [JSONValue]? {
        if case .array(let elements) = content { elements } else { nil }
    }

    package var text: String? {
        if case .text(let text) = content { text } else { nil }
    }

    package var flag: Bool? {
        if case .flag(let flag) = content { flag } else { nil }
    }

    package var isNull: Bool { content == .null }

    /// The number as written, or nil when the value is no number.
    package var numberText: String? {
        if case .number(let text) = content { text } else { nil }
    }

    /// A number written without fraction and exponent that fits, or nil.
    package var wholeNumber: Int64? { numberText.flatMap { Int64($0) } }

    /// The number as the nearest `Double`, or nil when it is no number or too large for one.
    package var decimal: Double? { numberText.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil } }

    /// The value of the last member of that exact name, as most readers take it.
    package subscript(name: String) -> JSONValue? { members?.last { $0.name == name }?.value }

    /// What the value is, in words for messages: `text`, `number`, `object`.
    package var kind: String {
        switch content {
        case .object: "an object"
        case .array: "a list"
        case .text: "text"
        case .number: "a number"
        case .flag(let flag): flag ? "true" : "false"
        case .null: "null"
        }
    }
}

/// A name that stands twice in one object.
package struct JSONRepeatedMember: Sendable, Hashable {
    /// The object's place, e.g. `monitoring.statsd`; empty for the outermost one.
    package let objectPath: String
    package let name: String
    package let first: JSONPosition
    package let again: JSONPosition
}

extension JSONValue {
    /// Every repeated name in this value and the values inside, in the order of the text.
    ///
    /// RFC 8259 section 4 leaves the meaning of repeated names open, so readers of files report them.
    package func repeatedMembers() -> [JSONRepeatedMember] {
        var found: [JSONRepeatedMember] = []
        collectRepeatedMembers(at: "", into: &found)
        return found
    }

    private func collectRepeatedMembers(at path: String, into found: inout [JSONRepeatedMember]) {
        switch content {
        case .object(let members):
            var seen: [String: JSONPosition] = [:]
            for member in members {
                if let first = seen[member.name] {
                    found.append(
                        JSONRepeatedMember(
                            objectPath: path,
                            name: member.name,
                            first: first,
                            again: member.namePosition
                        )
                    )
                } else {
                    seen[member.name] = member.namePosition
                }
                let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
                member.value.collectRepeatedMembers(at: inner, into: &found)
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                element.collectRepeatedMembers(at: "\(path)[\(index)]", into: &found)
            }
        case .text, .number, .flag, .null:
            break
        }
    }
}
