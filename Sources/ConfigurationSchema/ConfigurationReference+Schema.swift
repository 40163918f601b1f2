package import JSONText

extension Configurable {
    /// The section as a JSON Schema (draft 2020-12).
    ///
    /// It accepts what reading accepts, warnings included, as far as one value can tell: how settings fit together, the
    /// shape of texts, and keys in another case than the documented one are left to the reader.
    /// - Parameter title: what the schema describes.
    package static func jsonSchema(title: String) -> JSONValue {
        let body = objectSchema(of: descriptions).members ?? []
        let head = JSONValue.object([
            ("$schema", .word("https://json-schema.org/draft/2020-12/schema")), ("title", .word(title)),
        ])
        return JSONValue(.object((head.members ?? []) + body))
    }
}

private func objectSchema(of descriptions: [SettingDescription]) -> JSONValue {
    let required = descriptions.filter(\.mustStandInFile).map { JSONValue.word($0.key) }
    return .object([
        ("type", .word("object")),
        ("properties", .object(descriptions.map { ($0.key, schema(of: $0)) })),
        ("required", required.isEmpty ? nil : .list(required)),
        // Keys that people write as comments or for their editors are accepted.
        ("patternProperties", .object([("^(_|//|#|\\$schema$)", .truth(true))])),
        ("additionalProperties", .truth(false)),
    ])
}

extension SettingDescription {
    /// Whether the file itself must give it, and no variable can instead.
    fileprivate var mustStandInFile: Bool { isRequired && environment == nil }
}

private func schema(of setting: SettingDescription) -> JSONValue {
    let about: [(String, JSONValue?)] = [
        ("description", .word(setting.summary)), ("default", setting.defaultValue),
        ("deprecated", setting.legacyNote == nil ? nil : .truth(true)),
    ]
    var body = schema(of: setting.shape)
    if setting.isZeroAbsent { body = either([body, .object([("const", .whole(0))])]) }
    // Null counts as absent.
    if !setting.mustStandInFile { body = orNull(body) }
    return JSONValue(.object((JSONValue.object(about).members ?? []) + (body.members ?? [])))
}

private func schema(of shape: SettingShape) -> JSONValue {
    let text = typed("string")
    switch shape {
    case .wholeNumber(let range):
        return typed("integer", ("minimum", .whole(range.lowerBound)), ("maximum", .whole(range.upperBound)))
    case .decimal(let range):
        return typed("number", ("minimum", decimal(range.lowerBound)), ("maximum", decimal(range.upperBound)))
    case .duration(let unit, let range):
        return typed(
            unit == .seconds ? "number" : "integer",
            ("minimum", JSONValue(.number(unit.text(of: range.lowerBound)))),
            ("maximum", JSONValue(.number(unit.text(of: range.upperBound))))
        )
    case .flag: return typed("boolean")
    case .text, .path: return text
    case .secret: return typed("string", ("writeOnly", .truth(true)))
    case .choice(let words): return schema(of: words)
    case .texts: return typed("array", ("items", text))
    case .section(let settings): return objectSchema(of: settings())
    case .sections(let settings): return typed("object", ("additionalProperties", objectSchema(of: settings())))
    case .textByName: return typed("object", ("additionalProperties", text))
    case .textsByName(let single):
        let list = typed("array", ("items", text))
        return typed("object", ("additionalProperties", orNull(single ? either([text, list]) : list)))
    case .open:
        let scalars = ["string", "number", "boolean", "null"].map(JSONValue.word)
        return typed("object", ("additionalProperties", .object([("type", .list(scalars))])))
    case .opaque: return typed("object")
    case .anything: return .object([])
    }
}

/// The documented words for editors to offer, and beside them what else is read.
private func schema(of words: Words) -> JSONValue {
    let documented = JSONValue.object([("enum", .list(words.documented.map(JSONValue.word)))])
    if words.takesAny { return either([documented, typed("string")]) }
    let spellings = (words.documented + words.synonyms).map { word in
        word.map { letter in
            letter.isLetter ? "[\(letter.uppercased())\(letter.lowercased())]" : String(letter)
        }.joined()
    }
    return either([documented, typed("string", ("pattern", .word("^(\(spellings.joined(separator: "|")))$")))])
}

private func typed(_ type: String, _ rest: (String, JSONValue?)...) -> JSONValue {
    .object([("type", .word(type))] + rest)
}

private func decimal(_ number: Double) -> JSONValue { JSONValue(.number("\(number)")) }

private func either(_ schemas: [JSONValue]) -> JSONValue { .object([("anyOf", .list(schemas))]) }

private func orNull(_ schema: JSONValue) -> JSONValue {
    let null = JSONValue.word("null")
    guard let members = schema.members, !members.isEmpty else { return schema }
    if let choices = schema["anyOf"]?.elements { return either(choices + [.object([("type", null)])]) }
    return .object(
        members.map { member in
            (member.name, member.name == "type" ? .list([member.value, null]) : member.value)
        }
    )
}
