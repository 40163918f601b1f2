package import JSONText

/// Writes a tree as people write JSON: indented, short lists on one line, comments where they are wanted.
package enum JSONLayout {
    /// - Parameter comment: lines to put before the member at a path, without the slashes.
    package static func text(of value: JSONValue, comment: (String) -> [String] = { _ in [] }) -> String {
        var lines = ""
        write(value, path: "", indent: "", comment, into: &lines)
        return lines + "\n"
    }

    /// The tree on one line.
    package static func line(of value: JSONValue) -> String {
        switch value.content {
        case .object(let members):
            "{" + members.map { quoted($0.name) + ":" + line(of: $0.value) }.joined(separator: ",") + "}"
        case .array(let elements):
            "[" + elements.map(line(of:)).joined(separator: ",") + "]"
        default: scalar(value)
        }
    }

    private static func write(
        _ value: JSONValue,
        path: String,
        indent: String,
        _ comment: (String) -> [String],
        into lines: inout String
    ) {
        let inner = indent + "  "
        switch value.content {
        case .object(let members) where !members.isEmpty:
            lines += "{\n"
            for (index, member) in members.enumerated() {
                let memberPath = settingPath(path, member.name)
                for line in comment(memberPath) { lines += line.isEmpty ? "\n" : "\(inner)// \(line)\n" }
                lines += "\(inner)\(quoted(member.name)): "
                write(member.value, path: memberPath, indent: inner, comment, into: &lines)
                lines += index + 1 < members.count ? ",\n" : "\n"
            }
            lines += indent + "}"
        case .array(let elements) where elements.contains { $0.members != nil }:
            lines += "[\n"
            for (index, element) in elements.enumerated() {
                lines += inner
                write(element, path: "\(path)[\(index)]", indent: inner, comment, into: &lines)
                lines += index + 1 < elements.count ? ",\n" : "\n"
            }
            lines += indent + "]"
        case .array(let elements):
            lines += "[" + elements.map(line(of:)).joined(separator: ", ") + "]"
        case .object:
            lines += "{}"
        default:
            lines += scalar(value)
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        switch value.content {
        case .text(let text): quoted(text)
        case .number(let text): text
        case .flag(let flag): flag ? "true" : "false"
        case .null, .object, .array: "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter(reservingCapacity: text.utf8.count + 2)
        json.string(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension JSONValue {
    /// An object made in code; members without a value are left out.
    package static func object(_ members: [(String, JSONValue?)]) -> JSONValue {
        JSONValue(
            .object(
                members.compactMap { name, value in
                    value.map { JSONMember(name: name, namePosition: $0.position, value: $0) }
                }
            )
        )
    }

    /// Values without a place in any file, for files that are written.
    package static func list(_ elements: [JSONValue]) -> JSONValue { JSONValue(.array(elements)) }
    /// A text without a place in any file.
    package static func word(_ text: String) -> JSONValue { JSONValue(.text(text)) }
    /// A whole number without a place in any file.
    package static func whole(_ number: Int) -> JSONValue { JSONValue(.number("\(number)")) }
    /// A flag without a place in any file.
    package static func truth(_ flag: Bool) -> JSONValue { JSONValue(.flag(flag)) }
}
