internal import JSONText

/// What is wrong with one value, before it is known where it stands.
struct SettingFault: Sendable {
    var severity: ConfigurationFinding.Severity = .error
    let code: FindingCode
    let problem: String
    /// Replaces the setting's summary as the reason.
    var reason: String?
    let remedy: String
}

/// A value as far as it could be understood, and what is wrong with it. Both at once for a warning.
struct Parsed<Value: Sendable>: Sendable {
    var value: Value?
    var fault: SettingFault?

    static func good(_ value: Value) -> Self { Parsed(value: value) }
    static func bad(_ fault: SettingFault) -> Self { Parsed(fault: fault) }
}

/// How one kind of scalar is read from a file and from an environment variable, and written again.
struct ScalarRule<Value: Sendable>: Sendable {
    let shape: SettingShape
    let parse: @Sendable (JSONValue) -> Parsed<Value>
    /// Reads the text of an environment variable.
    let parseText: @Sendable (String) -> Parsed<Value>
    let render: @Sendable (Value, _ revealingSecrets: Bool) -> JSONValue.Content
}

/// Text shown in a message: short, and on one line.
func shown(_ text: String) -> String {
    let short = text.unicodeScalars.count > 60 ? String(text.prefix(60)) + "…" : text
    var line = "\""
    for scalar in short.unicodeScalars {
        if scalar.value < 0x20 || scalar.value == 0x7F {
            line += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            line.unicodeScalars.append(scalar)
        }
    }
    return line + "\""
}

/// What was found, for a message; texts and numbers are shown, what is inside objects and lists is not.
func shown(_ value: JSONValue) -> String {
    switch value.content {
    case .text(let text): "the text \(shown(text))"
    case .number(let text): "the number \(text.count > 40 ? String(text.prefix(40)) + "…" : text)"
    default: value.kind
    }
}

extension SettingFault {
    static func wrongType(expected: String, found: JSONValue, remedy: String) -> SettingFault {
        SettingFault(code: .wrongType, problem: "expected \(expected), found \(shown(found))", remedy: remedy)
    }
}
