internal import JSONText

extension Setting {
    /// Binds a rule to a property.
    static func scalar<Value: Sendable>(
        _ key: String,
        _ property: any WritableKeyPath<Section, Value> & Sendable,
        _ rule: ScalarRule<Value>,
        _ summary: String
    ) -> Setting {
        let take: @Sendable (Parsed<Value>, JSONPosition?, String, inout SettingReader, inout Section) -> Void = {
            parsed,
            position,
            path,
            reader,
            section in
            if let value = parsed.value { section[keyPath: property] = value }
            if let fault = parsed.fault { reader.report(fault, at: path, position, of: summary) }
        }
        return Setting(
            key: key,
            summary: summary,
            shape: rule.shape,
            property: property,
            assign: { value, path, reader, section in
                take(rule.parse(value), value.position, path, &reader, &section)
            },
            assignEnvironment: { text, path, reader, section in
                take(rule.parseText(text), nil, path, &reader, &section)
            },
            tree: { section, revealing in
                JSONValue(rule.render(section[keyPath: property], revealing))
            }
        )
    }

    /// A value that means something by being there, and has no default.
    private static func optionalScalar<Value: Sendable>(
        _ key: String,
        _ property: any WritableKeyPath<Section, Value?> & Sendable,
        _ rule: ScalarRule<Value>,
        _ summary: String
    ) -> Setting {
        Setting(
            key: key,
            summary: summary,
            shape: rule.shape,
            property: property,
            assign: { value, path, reader, section in
                let parsed = rule.parse(value)
                if let value = parsed.value { section[keyPath: property] = value }
                if let fault = parsed.fault { reader.report(fault, at: path, value.position, of: summary) }
            },
            tree: { section, revealing in
                section[keyPath: property].map { JSONValue(rule.render($0, revealing)) }
            }
        )
    }

    /// A whole number. The unit is the last word of the key: `capacity_records`.
    package static func wholeNumber(
        _ key: String,
        _ property: any WritableKeyPath<Section, Int> & Sendable,
        in range: ClosedRange<Int>,
        _ summary: String
    ) -> Setting {
        scalar(key, property, .wholeNumber(in: range), summary)
    }

    /// A whole number that means something by being there.
    package static func optionalWholeNumber(
        _ key: String,
        _ property: any WritableKeyPath<Section, Int?> & Sendable,
        in range: ClosedRange<Int>,
        _ summary: String
    ) -> Setting {
        optionalScalar(key, property, .wholeNumber(in: range), summary)
    }

    /// A number with or without fraction.
    package static func decimal(
        _ key: String,
        _ property: any WritableKeyPath<Section, Double> & Sendable,
        in range: ClosedRange<Double>,
        _ summary: String
    ) -> Setting {
        scalar(key, property, .decimal(in: range), summary)
    }

    /// A number with or without fraction that may be left out, when nothing stands in its place.
    package static func optionalDecimal(
        _ key: String,
        _ property: any WritableKeyPath<Section, Double?> & Sendable,
        in range: ClosedRange<Double> = -1e18...1e18,
        _ summary: String
    ) -> Setting {
        optionalScalar(key, property, .decimal(in: range), summary)
    }

    package static func flag(
        _ key: String,
        _ property: any WritableKeyPath<Section, Bool> & Sendable,
        _ summary: String
    ) -> Setting {
        scalar(key, property, .flag, summary)
    }

    /// - Parameters:
    ///   - mayBeEmpty: whether `""` is a value; if not, it is an error.
    ///   - check: a complaint and what to write instead, or nil when the text is good.
    package static func text(
        _ key: String,
        _ property: any WritableKeyPath<Section, String> & Sendable,
        mayBeEmpty: Bool = true,
        check: @escaping @Sendable (String) -> TextComplaint? = { _ in nil },
        _ summary: String
    ) -> Setting {
        scalar(key, property, .text(mayBeEmpty: mayBeEmpty, check: check), summary)
    }

    /// The path of a file, as the process that serves sees it. Whether the file is there is checked later.
    package static func path(
        _ key: String,
        _ property: any WritableKeyPath<Section, String> & Sendable,
        mayBeEmpty: Bool = true,
        _ summary: String
    ) -> Setting {
        scalar(key, property, .path(mayBeEmpty: mayBeEmpty), summary)
    }

    /// A text that no output ever shows.
    package static func secret(
        _ key: String,
        _ property: any WritableKeyPath<Section, Secret> & Sendable,
        _ summary: String
    ) -> Setting {
        scalar(key, property, .secret, summary)
    }

    /// One word of an enum.
    /// - Parameter synonyms: other words that mean a case, for the reference's spellings.
    /// - Parameter fallback: what an unknown word means, with a warning; nil makes it an error.
    package static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ key: String,
        _ property: any WritableKeyPath<Section, Choice> & Sendable,
        synonyms: [String: Choice] = [:],
        fallback: Choice? = nil,
        _ summary: String
    ) -> Setting {
        scalar(key, property, .choice(synonyms: synonyms, fallback: fallback), summary)
    }

    /// A length of time, written as a number of `unit`.
    package static func duration(
        _ key: String,
        _ property: any WritableKeyPath<Section, Duration> & Sendable,
        unit: DurationUnit,
        in range: ClosedRange<Duration>,
        _ summary: String
    ) -> Setting {
        scalar(key, property, .duration(unit: unit, in: range), summary)
    }
}

/// What a check says about a text.
package struct TextComplaint: Sendable {
    package let severity: ConfigurationFinding.Severity
    package let code: FindingCode
    package let problem: String
    package let remedy: String

    package init(
        _ problem: String,
        remedy: String,
        severity: ConfigurationFinding.Severity = .error,
        code: FindingCode = .malformed
    ) {
        self.problem = problem
        self.remedy = remedy
        self.severity = severity
        self.code = code
    }
}
