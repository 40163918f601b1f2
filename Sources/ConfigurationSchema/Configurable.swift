package import JSONText
internal import TextCodec

/// A configuration section. The initialiser gives the defaults; `settings` gives everything else.
package protocol Configurable: Sendable {
    init()

    /// One row per stored property, and one per legacy key, in the order of the documentation.
    static var settings: [Setting<Self>] { get }

    /// Checks what no single row can: relations between settings. Called once after the rows were read, with the
    /// section's path.
    func examine(at path: String, _ reader: inout SettingReader)
}

extension Configurable {
    package func examine(at path: String, _ reader: inout SettingReader) {}

    /// Reads one section. Every finding goes to the reader; what can't be used keeps its default.
    package static func read(_ value: JSONValue, at path: String, _ reader: inout SettingReader) -> Self {
        var section = Self()
        guard let members = value.members else {
            reader.report(
                .wrongType,
                at: path,
                problem: "expected an object, found \(value.kind)",
                reason: path.isEmpty
                    ? "A configuration is one JSON object." : "The section holds settings with names of their own.",
                remedy: path.isEmpty ? "write { ... }" : "write \"\(lastKey(of: path))\": { ... }",
                position: value.position
            )
            return section
        }
        let rows = settings
        let given = assignRows(rows, to: members, at: path, &reader)
        for (index, row) in rows.enumerated() {
            row.read(given[index]?.value, in: path, &reader, &section)
        }
        section.examine(at: path, &reader)
        return section
    }

    /// The section when the file doesn't give it: defaults, and what the environment says.
    static func readAbsent(at path: String, _ reader: inout SettingReader) -> Self {
        var section = Self()
        for row in settings where !row.isRequired { row.read(nil, in: path, &reader, &section) }
        return section
    }

    /// Finds the row of each member, and reports members without one, misspelt ones and repeated ones.
    private static func assignRows(
        _ rows: [Setting<Self>],
        to members: [JSONMember],
        at path: String,
        _ reader: inout SettingReader
    ) -> [Int: JSONMember] {
        var given: [Int: JSONMember] = [:]
        for member in members where !isComment(member.name) {
            guard let index = row(named: member.name, in: rows) else {
                reportUnknown(member, rows, at: path, &reader)
                continue
            }
            let key = rows[index].key
            let memberPath = settingPath(path, key)
            if key != member.name {
                reader.report(
                    .keySpelling,
                    at: settingPath(path, member.name),
                    severity: .warning,
                    problem: "read as \"\(key)\"",
                    reason: "Keys are matched whatever their case, as the reference server does.",
                    remedy: "write \"\(key)\"",
                    position: member.namePosition
                )
            }
            if let first = given[index] {
                reader.report(
                    .duplicateKey,
                    at: memberPath,
                    problem: "given twice, first at \(first.namePosition)",
                    reason: "Only one of the two values can be meant.",
                    remedy: "remove one",
                    position: member.namePosition
                )
            }
            given[index] = member
        }
        return given
    }

    /// The row of that exact name, else the one that differs in case only, as Go's JSON decoder looks for fields.
    private static func row(named name: String, in rows: [Setting<Self>]) -> Int? {
        if let index = rows.firstIndex(where: { $0.key == name }) { return index }
        let folded = name.lowercased()
        return rows.firstIndex { $0.key.lowercased() == folded }
    }

    /// Keys that people write as comments or for editors. They are meant to have no effect.
    private static func isComment(_ name: String) -> Bool {
        name.hasPrefix("_") || name.hasPrefix("//") || name.hasPrefix("#") || name == "$schema"
    }

    private static func reportUnknown(
        _ member: JSONMember,
        _ rows: [Setting<Self>],
        at path: String,
        _ reader: inout SettingReader
    ) {
        let keys = rows.filter { $0.legacyNote == nil }.map(\.key)
        let remedy: String
        if let near = Suggestion.nearest(to: member.name, among: keys) {
            remedy = "did you mean \"\(near)\"?"
        } else if let elsewhere = reader.allPaths().first(where: { lastKey(of: $0) == member.name.lowercased() }) {
            remedy = "did you mean \(elsewhere)?"
        } else {
            remedy = "remove it; the keys here are \(keys.sorted().joined(separator: ", "))"
        }
        reader.report(
            .unknownKey,
            at: settingPath(path, member.name),
            problem: "unknown key",
            reason: "No setting has this name, so the line would change nothing.",
            remedy: remedy,
            position: member.namePosition
        )
    }
}

extension Configurable {
    /// The whole section as the file would write it, every default spelt out.
    package func tree(revealingSecrets: Bool) -> JSONValue {
        JSONValue(
            .object(
                Self.settings.filter { $0.legacyNote == nil }.compactMap { row in
                    row.tree(self, revealingSecrets).map { value in
                        JSONMember(name: row.key, namePosition: value.position, value: value)
                    }
                }
            )
        )
    }

    package static var descriptions: [SettingDescription] { settings.map(\.description) }
}

/// The last key of a path: `server_cert` of `tls.server_cert`.
func lastKey(of path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? path
}
