package import JSONText

extension Setting {
    /// A section that is always there; without it in the file, its defaults hold.
    package static func section<Inner: Configurable>(
        _ key: String,
        _ property: any WritableKeyPath<Section, Inner> & Sendable,
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: .section { Inner.descriptions },
            property: property,
            assign: { value, path, reader, section in
                section[keyPath: property] = Inner.read(value, at: path, &reader)
            },
            assignAbsence: { path, reader, section in
                section[keyPath: property] = Inner.readAbsent(at: path, &reader)
            },
            tree: { section, revealing in section[keyPath: property].tree(revealingSecrets: revealing) }
        )
    }

    /// A section that means something by being there.
    package static func optionalSection<Inner: Configurable>(
        _ key: String,
        _ property: any WritableKeyPath<Section, Inner?> & Sendable,
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: .section { Inner.descriptions },
            property: property,
            assign: { value, path, reader, section in
                section[keyPath: property] = Inner.read(value, at: path, &reader)
            },
            tree: { section, revealing in section[keyPath: property]?.tree(revealingSecrets: revealing) }
        )
    }

    /// Names chosen by the operator, each with a section.
    package static func sections<Inner: Configurable>(
        _ key: String,
        _ property: any WritableKeyPath<Section, [String: Inner]> & Sendable,
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: .sections { Inner.descriptions },
            property: property,
            assign: { value, path, reader, section in
                for member in reader.members(of: value, at: path, reason: summary) {
                    let inner = settingPath(path, member.name)
                    reader.note(member.value.position, of: inner)
                    section[keyPath: property][member.name] = Inner.read(member.value, at: inner, &reader)
                }
            },
            tree: { section, revealing in
                treeByName(section[keyPath: property]) { $1.tree(revealingSecrets: revealing) }
            }
        )
    }

    /// A list of texts.
    /// - Parameter check: a complaint about one text, or nil when it is good.
    package static func texts(
        _ key: String,
        _ property: any WritableKeyPath<Section, [String]> & Sendable,
        atMost limit: Int = 10_000,
        check: @escaping @Sendable (String) -> TextComplaint? = { _ in nil },
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: .texts,
            property: property,
            assign: { value, path, reader, section in
                let texts = reader.texts(in: value, at: path, single: false, check: check, reason: summary)
                if texts.count > limit {
                    reader.report(
                        .outOfRange,
                        at: path,
                        problem: "\(texts.count) elements, and at most \(limit) are allowed",
                        reason: summary,
                        remedy: "remove \(texts.count - limit)"
                    )
                }
                section[keyPath: property] = texts
            },
            tree: { section, _ in textTree(section[keyPath: property]) }
        )
    }

    /// Names chosen by the operator, each with a text.
    package static func textByName(
        _ key: String,
        _ property: any WritableKeyPath<Section, [String: String]> & Sendable,
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: .textByName,
            property: property,
            assign: { value, path, reader, section in
                for member in reader.members(of: value, at: path, reason: summary) {
                    let inner = settingPath(path, member.name)
                    reader.note(member.value.position, of: inner)
                    if let text = reader.text(in: member.value, at: inner, reason: summary) {
                        section[keyPath: property][member.name] = text
                    }
                }
            },
            tree: { section, _ in treeByName(section[keyPath: property]) { JSONValue(.text($1)) } }
        )
    }

    /// Names chosen by the operator, each with a list of texts.
    /// - Parameter single: whether one text may stand for a list of one.
    package static func textsByName(
        _ key: String,
        _ property: any WritableKeyPath<Section, [String: [String]]> & Sendable,
        single: Bool = false,
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: .textsByName(single: single),
            property: property,
            assign: { value, path, reader, section in
                for member in reader.members(of: value, at: path, reason: summary) where !member.value.isNull {
                    let inner = settingPath(path, member.name)
                    reader.note(member.value.position, of: inner)
                    section[keyPath: property][member.name] = reader.texts(
                        in: member.value,
                        at: inner,
                        single: single,
                        check: { _ in nil },
                        reason: summary
                    )
                }
            },
            tree: { section, _ in treeByName(section[keyPath: property]) { textTree($1) } }
        )
    }
}

// MARK: Rows without rules of their own

extension Setting {
    /// Names and values that a library defines, e.g. librdkafka's. Numbers and flags are kept as text, as such
    /// libraries take them; whole numbers lose point and exponent.
    /// - Parameter isSecret: whether the value of a name must not be shown.
    package static func open(
        _ key: String,
        _ property: any WritableKeyPath<Section, [String: String]?> & Sendable,
        isSecret: @escaping @Sendable (String) -> Bool,
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: .open,
            property: property,
            assign: { value, path, reader, section in
                var values: [String: String] = [:]
                for member in reader.members(of: value, at: path, reason: summary) {
                    let inner = settingPath(path, member.name)
                    reader.note(member.value.position, of: inner)
                    switch member.value.content {
                    case .text(let text): values[member.name] = text
                    case .flag(let flag): values[member.name] = flag ? "true" : "false"
                    case .number(let text): values[member.name] = plainNumber(text)
                    case .null: break
                    case .object, .array:
                        reader.report(
                            .wrongType,
                            at: inner,
                            problem: "expected text, a number, true or false, found \(member.value.kind)",
                            reason: summary,
                            remedy: "write one value"
                        )
                    }
                }
                section[keyPath: property] = values
            },
            tree: { section, revealing in
                section[keyPath: property].map { values in
                    treeByName(values) { name, value in
                        JSONValue(.text(isSecret(name) && !revealing ? Secret(value).description : value))
                    }
                }
            }
        )
    }

    /// A section that this program knows by name only: accepted whatever is inside, and not read.
    package static func opaque(
        _ key: String,
        _ property: any WritableKeyPath<Section, Bool> & Sendable,
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: .opaque,
            property: property,
            assign: { value, path, reader, section in
                _ = reader.members(of: value, at: path, reason: summary)
                section[keyPath: property] = true
            },
            tree: { _, _ in nil }
        )
    }

    /// A key of old files that nothing reads. It is accepted, and the operator is told what to write instead.
    /// - Parameter examine: more to say about particular values; what it returns replaces the warning.
    package static func legacy(
        _ key: String,
        _ note: String,
        remedy: String,
        examine: @escaping @Sendable (JSONValue, String) -> ConfigurationFinding? = { _, _ in nil }
    ) -> Setting {
        Setting(
            key: key,
            summary: note,
            shape: .anything,
            property: nil,
            legacyNote: note,
            assign: { value, path, reader, _ in
                if let finding = examine(value, path) {
                    reader.report(finding)
                    return
                }
                reader.report(
                    .legacyKey,
                    at: path,
                    severity: .warning,
                    problem: "has no effect",
                    reason: note,
                    remedy: remedy
                )
            },
            tree: { _, _ in nil }
        )
    }
}

/// Digits only when the number is whole, else as written.
private func plainNumber(_ text: String) -> String {
    guard text.contains(where: { ".eE".contains($0) }), let number = Double(text),
        let whole = Int64(exactly: number)
    else { return text }
    return "\(whole)"
}

private func textTree(_ texts: [String]) -> JSONValue {
    JSONValue(.array(texts.map { JSONValue(.text($0)) }))
}

/// An object with sorted names.
private func treeByName<Value>(_ values: [String: Value], _ tree: (String, Value) -> JSONValue) -> JSONValue {
    let members = values.sorted { $0.key < $1.key }.map { name, value in
        JSONMember(name: name, namePosition: JSONPosition(line: 1, column: 1), value: tree(name, value))
    }
    return JSONValue(.object(members))
}
