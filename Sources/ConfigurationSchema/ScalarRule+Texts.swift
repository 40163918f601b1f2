internal import JSONText
internal import TextCodec

extension ScalarRule<Bool> {
    static var flag: ScalarRule {
        ScalarRule(
            shape: .flag,
            parse: { value in
                if let flag = value.flag { return .good(flag) }
                let meant = value.text.flatMap(flag(from:)) ?? value.numberText.flatMap(flag(from:))
                let remedy = meant.map { "write \($0) without quotes" } ?? "write true or false, without quotes"
                return .bad(.wrongType(expected: "true or false", found: value, remedy: remedy))
            },
            parseText: { text in
                if let flag = flag(from: text) { return .good(flag) }
                return .bad(
                    SettingFault(
                        code: .wrongType,
                        problem: "expected true or false, found \(shown(text))",
                        remedy: "set it to true or false, or unset it"
                    )
                )
            },
            render: { value, _ in .flag(value) }
        )
    }

    /// The words that Go's `strconv.ParseBool` takes, as the reference reads its environment with it.
    private static func flag(from text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}

extension ScalarRule<String> {
    static func text(mayBeEmpty: Bool, check: @escaping @Sendable (String) -> TextComplaint?) -> ScalarRule {
        texts(.text, mayBeEmpty: mayBeEmpty, check: check)
    }

    static func path(mayBeEmpty: Bool) -> ScalarRule {
        texts(.path, mayBeEmpty: mayBeEmpty) { path in
            if path.utf8.contains(0) {
                return TextComplaint("a path cannot hold a NUL character", remedy: "remove \\u0000")
            }
            if path.hasPrefix("-----BEGIN") {
                return TextComplaint(
                    "expected the path of a file, found the contents of one",
                    remedy: "put the PEM text into a file and write the file's path"
                )
            }
            if path.hasPrefix("~") {
                return TextComplaint(
                    "~ is not replaced by a home directory here",
                    remedy: "write the whole path, from /"
                )
            }
            return nil
        }
    }

    private static func texts(
        _ shape: SettingShape,
        mayBeEmpty: Bool,
        check: @escaping @Sendable (String) -> TextComplaint?
    ) -> ScalarRule {
        let examine: @Sendable (String) -> Parsed<String> = { text in
            if text.isEmpty, !mayBeEmpty {
                return .bad(
                    SettingFault(code: .empty, problem: "the text is empty", remedy: "write one, or remove the key")
                )
            }
            guard !text.isEmpty, let complaint = check(text) else { return .good(text) }
            return Parsed(
                value: complaint.severity == .warning ? text : nil,
                fault: SettingFault(
                    severity: complaint.severity,
                    code: complaint.code,
                    problem: complaint.problem,
                    remedy: complaint.remedy
                )
            )
        }
        return ScalarRule(
            shape: shape,
            parse: { value in
                guard let text = value.text else {
                    let remedy =
                        value.numberText.map { "write \"\($0)\", with quotes" } ?? "write a text in double quotes"
                    return .bad(.wrongType(expected: "text", found: value, remedy: remedy))
                }
                return examine(text)
            },
            parseText: examine,
            render: { value, _ in .text(value) }
        )
    }
}

extension ScalarRule<Secret> {
    static var secret: ScalarRule {
        ScalarRule(
            shape: .secret,
            parse: { value in
                guard let text = value.text else {
                    // The value itself stays out of the message, whatever its type.
                    return .bad(
                        SettingFault(
                            code: .wrongType,
                            problem: "expected text, found \(value.kind)",
                            remedy: "write it in double quotes"
                        )
                    )
                }
                return .good(Secret(text))
            },
            parseText: { .good(Secret($0)) },
            render: { value, revealing in .text(revealing ? value.revealed : value.description) }
        )
    }
}

extension ScalarRule where Value: RawRepresentable<String> & CaseIterable {
    static func choice(synonyms: [String: Value], fallback: Value?) -> ScalarRule {
        let words = Value.allCases.map(\.rawValue)
        let find: @Sendable (String) -> Parsed<Value> = { text in
            let folded = text.lowercased()
            if let value = Value(rawValue: text) ?? Value(rawValue: folded) ?? synonyms[folded] { return .good(value) }
            let near = Suggestion.nearest(to: text, among: words + synonyms.keys.sorted())
            let remedy = near.map { "did you mean \"\($0)\"?" } ?? "choose \(listed(words))"
            return Parsed(
                value: fallback,
                fault: SettingFault(
                    severity: fallback == nil ? .error : .warning,
                    code: .notAllowed,
                    problem: "\(shown(text)) is none of \(words.joined(separator: ", "))"
                        + (fallback.map { "; \($0.rawValue) is used" } ?? ""),
                    remedy: remedy
                )
            )
        }
        return ScalarRule(
            shape: .choice(
                Words(documented: words, synonyms: synonyms.keys.sorted(), takesAny: fallback != nil)
            ),
            parse: { value in
                guard let text = value.text else {
                    return .bad(
                        .wrongType(
                            expected: "one of \(listed(words))",
                            found: value,
                            remedy: "write it in double quotes"
                        )
                    )
                }
                return find(text)
            },
            parseText: find,
            render: { value, _ in .text(value.rawValue) }
        )
    }
}

/// Words as a sentence lists them: `"a", "b" or "c"`.
func listed(_ words: [String]) -> String {
    let quoted = words.map { "\"\($0)\"" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
}
