internal import JSONText

extension Configurable {
    /// The section's table in the configuration reference, sections inside it included, in Markdown.
    package static func reference(at path: String = "") -> String {
        let head = ["| Key | Allowed | Default | Environment | Meaning |", "|---|---|---|---|---|"]
        return (head + referenceRows(descriptions, at: path)).joined(separator: "\n")
    }

    /// Every path that can stand in a file, sections first, legacy keys left out.
    package static func paths() -> [String] { settingPaths(descriptions, at: "") }

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
