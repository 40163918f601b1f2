package import JSONText

/// One row of a section: read it, check it, document it. Nothing about a setting is said twice.
package struct Setting<Section: Configurable>: Sendable {
    /// What the row is bound to; nil for legacy keys that nothing reads.
    package let property: (any PartialKeyPath<Section> & Sendable)?
    /// Reads a value that the file gives.
    let assign: @Sendable (JSONValue, String, inout SettingReader, inout Section) -> Void
    /// Reads the text of an environment variable; the path is the variable's.
    let assignEnvironment: (@Sendable (String, String, inout SettingReader, inout Section) -> Void)?
    /// Applies the environment to what lies inside the row when the file gives nothing.
    let assignAbsence: (@Sendable (String, inout SettingReader, inout Section) -> Void)?
    /// The row's present value as the file would write it, secrets revealed or masked.
    package let tree: @Sendable (Section, _ revealingSecrets: Bool) -> JSONValue?

    package let key: String
    package let summary: String
    package let shape: SettingShape
    package private(set) var isRequired = false
    package private(set) var environmentName: String?
    package private(set) var exampleText: String?
    package private(set) var legacyNote: String?
    private var isZeroAbsent = false

    init(
        key: String,
        summary: String,
        shape: SettingShape,
        property: (any PartialKeyPath<Section> & Sendable)?,
        legacyNote: String? = nil,
        assign: @escaping @Sendable (JSONValue, String, inout SettingReader, inout Section) -> Void,
        assignEnvironment: (@Sendable (String, String, inout SettingReader, inout Section) -> Void)? = nil,
        assignAbsence: (@Sendable (String, inout SettingReader, inout Section) -> Void)? = nil,
        tree: @escaping @Sendable (Section, Bool) -> JSONValue?
    ) {
        self.key = key
        self.summary = summary
        self.shape = shape
        self.property = property
        self.legacyNote = legacyNote
        self.assign = assign
        self.assignEnvironment = assignEnvironment
        self.assignAbsence = assignAbsence
        self.tree = tree
    }

    /// The file must give it, or the environment.
    package func required() -> Setting {
        var row = self
        row.isRequired = true
        return row
    }

    /// A variable that wins over the file when it is set and not empty.
    package func environment(_ name: String) -> Setting {
        var row = self
        row.environmentName = name
        return row
    }

    /// What the example file writes, as JSON.
    package func example(_ json: String) -> Setting {
        var row = self
        row.exampleText = json
        return row
    }

    /// Keeps the row working, and out of the documentation, examples and suggestions.
    package func legacy(_ note: String) -> Setting {
        var row = self
        row.legacyNote = note
        return row
    }

    /// A number that counts as not given when it is 0, as Go cannot tell the two apart.
    package func zeroMeansAbsent() -> Setting {
        var row = self
        row.isZeroAbsent = true
        return row
    }

    package var description: SettingDescription {
        var description = SettingDescription(key: key, summary: summary, shape: shape)
        description.isRequired = isRequired
        description.environment = environmentName
        description.legacyNote = legacyNote
        description.isZeroAbsent = isZeroAbsent
        description.defaultValue = isRequired || legacyNote != nil ? nil : tree(Section(), false)
        description.example = exampleText.flatMap { text in
            do throws(JSONReaderError) { return try JSONReader.read(text).root } catch { return nil }
        }
        return description
    }

    /// What a file that lacks this setting could write for it.
    private var suggestedText: String {
        if let exampleText { return exampleText }
        switch shape {
        case .section(let settings):
            let needed = settings().filter(\.isRequired).map { setting in
                "\"\(setting.key)\": \(setting.example.map(JSONLayout.line(of:)) ?? "...")"
            }
            return "{ \(needed.isEmpty ? "..." : needed.joined(separator: ", ")) }"
        case .text, .path, .secret: return "\"...\""
        default: return "..."
        }
    }

    /// Reads the row: the file's value first, then the environment over it.
    func read(_ value: JSONValue?, in sectionPath: String, _ reader: inout SettingReader, _ section: inout Section) {
        let path = settingPath(sectionPath, key)
        let isGiven = value.map { !$0.isNull && !(isZeroAbsent && $0.decimal == 0) } ?? false
        if let value, isGiven {
            reader.note(value.position, of: path)
            assign(value, path, &reader, &section)
        } else {
            assignAbsence?(path, &reader, &section)
        }
        if let environmentName, let text = reader.environment[environmentName], !text.isEmpty {
            assignEnvironment?(text, "$\(environmentName)", &reader, &section)
        } else if isRequired, !isGiven {
            reader.report(
                .missing,
                at: path,
                problem: "missing",
                reason: summary,
                remedy: "add \"\(key)\": \(suggestedText)",
                position: value?.position ?? reader.positions[sectionPath]
            )
        }
    }
}
