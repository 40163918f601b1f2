package import JSONText

extension Configurable {
    /// The section's table in the configuration reference, sections inside it included, in Markdown.
    package static func reference(at path: String = "") -> String {
        let head = ["| Key | Allowed | Default | Environment | Meaning |", "|---|---|---|---|---|"]
        return (head + referenceRows(descriptions, at: path)).joined(separator: "\n")
    }

    /// Every path that can stand in a file, sections first, legacy keys left out.
    package static func paths() -> [String] { settingPaths(descriptions, at: "") }

    /// The section as a JSON Schema (draft 2020-12).
    /// - Parameter title: what the schema describes.
    package static func jsonSchema(title: String) -> JSONValue {
        let body = objectSchema(of: descriptions).members ?? []
        let head = JSONValue.object([
            ("$schema", .word("https://json-schema.org/draft/2020-12/schema")), ("title", .word(title)),
        ])
        return JSONValue(.object((head.members ?? []) + body))
    }

    /// A small file with what nearly everybody sets, a comment before each setting.
    /// - Parameter heading: comment lines above the whole.
    package static func example(heading: [String]) -> String {
        let descriptions = descriptions
        var summaries: [String: String] = [:]
        for (path, description) in flattened(descriptions, at: "") { summaries[path] = description.summary }
        let text = JSONLayout.text(of: exampleTree(descriptions) ?? .object([])) { path in
            summaries[path].map { wrapped($0, width: 100) } ?? []
        }
        return heading.map { $0.isEmpty ? "//\n" : "// \($0)\n" }.joined() + text
    }
}

private func referenceRows(_ descriptions: [SettingDescription], at path: String) -> [String] {
    descriptions.flatMap { setting -> [String] in
        let inner = settingPath(path, setting.key)
        switch setting.shape {
        case .section(let settings):
            return ["| `\(inner)` | section | \(setting.isRequired ? "required" : "–") | – | \(setting.summary) |"]
                + referenceRows(settings(), at: inner)
        case .sections(let settings):
            return ["| `\(inner)` | name to section | – | – | \(setting.summary) |"]
                + referenceRows(settings(), at: "\(inner).<name>")
        default:
            let fallback =
                setting.legacyNote != nil ? "–" : setting.isRequired ? "required" : defaultWords(setting.defaultValue)
            let environment = setting.environment.map { "`\($0)`" } ?? "–"
            return ["| `\(inner)` | \(setting.shape.words) | \(fallback) | \(environment) | \(setting.summary) |"]
        }
    }
}

private func defaultWords(_ value: JSONValue?) -> String {
    guard let value, value.text != "" else { return "–" }
    let text = JSONLayout.line(of: value)
    return text == "{}" || text == "[]" ? "–" : "`\(text)`"
}

/// Every setting with its path, outer ones before inner ones.
private func flattened(_ descriptions: [SettingDescription], at path: String) -> [(String, SettingDescription)] {
    descriptions.flatMap { setting -> [(String, SettingDescription)] in
        let inner = settingPath(path, setting.key)
        if case .section(let settings) = setting.shape {
            return [(inner, setting)] + flattened(settings(), at: inner)
        }
        return [(inner, setting)]
    }
}

private func settingPaths(_ descriptions: [SettingDescription], at path: String) -> [String] {
    flattened(descriptions, at: path).filter { $0.1.legacyNote == nil }.map(\.0)
}

// MARK: Schema

private func objectSchema(of descriptions: [SettingDescription]) -> JSONValue {
    let required = descriptions.filter { $0.isRequired && $0.environment == nil }.map { JSONValue.word($0.key) }
    return .object([
        ("type", .word("object")),
        ("properties", .object(descriptions.map { ($0.key, schema(of: $0)) })),
        ("required", required.isEmpty ? nil : .list(required)),
        // Keys that people write as comments are accepted.
        ("patternProperties", .object([("^(_|//|#)", .truth(true))])),
        ("additionalProperties", .truth(false)),
    ])
}

private func schema(of setting: SettingDescription) -> JSONValue {
    let about: [(String, JSONValue?)] = [
        ("description", .word(setting.summary)), ("default", setting.defaultValue),
        ("deprecated", setting.legacyNote == nil ? nil : .truth(true)),
    ]
    let body = schema(of: setting.shape).members ?? []
    return JSONValue(.object((JSONValue.object(about).members ?? []) + body))
}

private func schema(of shape: SettingShape) -> JSONValue {
    let text = JSONValue.object([("type", .word("string"))])
    switch shape {
    case .wholeNumber(let range):
        return .object([
            ("type", .word("integer")), ("minimum", .whole(range.lowerBound)), ("maximum", .whole(range.upperBound)),
        ])
    case .decimal(let range):
        return .object([
            ("type", .word("number")), ("minimum", JSONValue(.number("\(range.lowerBound)"))),
            ("maximum", JSONValue(.number("\(range.upperBound)"))),
        ])
    case .duration(let unit, let range):
        return .object([
            ("type", .word(unit == .seconds ? "number" : "integer")),
            ("minimum", JSONValue(.number(unit.text(of: range.lowerBound)))),
            ("maximum", JSONValue(.number(unit.text(of: range.upperBound)))),
        ])
    case .flag: return .object([("type", .word("boolean"))])
    case .text, .path: return text
    case .secret: return .object([("type", .word("string")), ("writeOnly", .truth(true))])
    case .choice(let words): return .object([("enum", .list(words.map(JSONValue.word)))])
    case .texts: return .object([("type", .word("array")), ("items", text)])
    case .section(let settings): return objectSchema(of: settings())
    case .sections(let settings):
        return .object([("type", .word("object")), ("additionalProperties", objectSchema(of: settings()))])
    case .textByName: return .object([("type", .word("object")), ("additionalProperties", text)])
    case .textsByName(let single):
        let list = JSONValue.object([("type", .word("array")), ("items", text)])
        let element = single ? JSONValue.object([("oneOf", .list([text, list]))]) : list
        return .object([("type", .word("object")), ("additionalProperties", element)])
    case .open: return .object([("type", .word("object"))])
    case .anything: return .object([])
    }
}

// MARK: Example

private func exampleTree(_ descriptions: [SettingDescription]) -> JSONValue? {
    let members = descriptions.compactMap { setting -> (String, JSONValue?)? in
        if let example = setting.example { return (setting.key, example) }
        guard case .section(let settings) = setting.shape, let inner = exampleTree(settings()) else { return nil }
        return (setting.key, inner)
    }
    return members.isEmpty ? nil : .object(members)
}

private func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
        if let last = lines.last, last.count + 1 + word.count <= width {
            lines[lines.count - 1] = "\(last) \(word)"
        } else {
            lines.append(String(word))
        }
    }
    return lines
}
