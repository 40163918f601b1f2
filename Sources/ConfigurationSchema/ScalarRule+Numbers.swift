internal import JSONText

extension ScalarRule<Int> {
    static func wholeNumber(in range: ClosedRange<Int>) -> ScalarRule {
        let check: @Sendable (Int64?, String) -> Parsed<Int> = { number, written in
            guard let number, let value = Int(exactly: number), range.contains(value) else {
                return .bad(
                    SettingFault(
                        code: .outOfRange,
                        problem: "\(written) is not in \(range.lowerBound) to \(range.upperBound)",
                        remedy: "choose a value from \(range.lowerBound) to \(range.upperBound)"
                    )
                )
            }
            return .good(value)
        }
        return ScalarRule(
            shape: .wholeNumber(range),
            parse: { value in
                guard let text = value.numberText else {
                    let quoted = value.text.flatMap { Int64($0) }
                    let remedy = quoted.map { "write \($0) without quotes" } ?? "write a whole number without quotes"
                    return .bad(.wrongType(expected: "a whole number", found: value, remedy: remedy))
                }
                // JSON has one kind of number, and a schema cannot tell 4443.0 from 4443.
                let isPlain = !text.contains { ".eE".contains($0) }
                if !isPlain, let whole = Double(text).flatMap(Int64.init(exactly:)) {
                    var parsed = check(whole, text.count > 40 ? "the number" : text)
                    if parsed.fault == nil {
                        parsed.fault = SettingFault(
                            severity: .warning,
                            code: .unusual,
                            problem: "read as \(whole)",
                            reason: "The reference server refuses a whole number with point or exponent.",
                            remedy: "write \(whole)"
                        )
                    }
                    return parsed
                }
                // A token without point and exponent that does not fit 64 bits is out of range, not of a wrong type.
                if !isPlain {
                    return .bad(
                        .wrongType(
                            expected: "a whole number",
                            found: value,
                            remedy: "write it without point and exponent"
                        )
                    )
                }
                return check(Int64(text), text.count > 40 ? "the number" : text)
            },
            parseText: { text in
                guard let number = Int64(text) else {
                    return .bad(
                        SettingFault(
                            code: .wrongType,
                            problem: "expected a whole number, found the text \(shown(text))",
                            remedy: "write digits only"
                        )
                    )
                }
                return check(number, text)
            },
            render: { value, _ in .number("\(value)") }
        )
    }
}

extension ScalarRule<Double> {
    static func decimal(in range: ClosedRange<Double>) -> ScalarRule {
        let check: @Sendable (Double?, String) -> Parsed<Double> = { number, written in
            guard let number, range.contains(number) else {
                return .bad(
                    SettingFault(
                        code: .outOfRange,
                        problem: "\(written) is not in \(range.lowerBound) to \(range.upperBound)",
                        remedy: "choose a value from \(range.lowerBound) to \(range.upperBound)"
                    )
                )
            }
            return .good(number)
        }
        return ScalarRule(
            shape: .decimal(range),
            parse: { value in
                guard let text = value.numberText else {
                    let isQuoted = value.text.flatMap { Double($0) } != nil
                    return .bad(
                        .wrongType(
                            expected: "a number",
                            found: value,
                            remedy: isQuoted ? "remove the quotes" : "write a number without quotes"
                        )
                    )
                }
                return check(value.decimal, text.count > 40 ? "the number" : text)
            },
            parseText: { text in check(Double(text), shown(text)) },
            render: { value, _ in .number("\(value)") }
        )
    }
}

extension ScalarRule<Duration> {
    /// Fractions are read for seconds; the smaller units take whole numbers, as the reference's keys do.
    static func duration(unit: DurationUnit, in range: ClosedRange<Duration>) -> ScalarRule {
        let bounds = "\(unit.text(of: range.lowerBound)) to \(unit.text(of: range.upperBound)) \(unit.plural)"
        let check: @Sendable (Duration?, String) -> Parsed<Duration> = { duration, written in
            guard let duration, range.contains(duration) else {
                return .bad(
                    SettingFault(
                        code: .outOfRange,
                        problem: "\(written) \(unit.plural) is not in \(bounds)",
                        remedy: "choose a value from \(bounds)"
                    )
                )
            }
            return .good(duration)
        }
        let convert: @Sendable (String) -> Duration? = { text in
            guard let number = Double(text), abs(number) <= 1e18 else { return nil }
            if let whole = Int64(text) { return inUnits(whole, unit) }
            if unit != .seconds { return Int64(exactly: number).flatMap { inUnits($0, unit) } }
            // Whole nanoseconds, so that 1.001 is not a little less than itself.
            return abs(number) < 9e9 ? .nanoseconds(Int64((number * 1e9).rounded())) : .seconds(number)
        }
        return ScalarRule(
            shape: .duration(unit, range),
            parse: { value in
                guard let text = value.numberText else {
                    return .bad(
                        .wrongType(
                            expected: "a number of \(unit.plural)",
                            found: value,
                            remedy: "write the number of \(unit.plural) without quotes and without a unit"
                        )
                    )
                }
                return check(convert(text), text.count > 40 ? "the number of" : text)
            },
            parseText: { text in check(convert(text), shown(text)) },
            render: { value, _ in .number(unit.text(of: value)) }
        )
    }

    private static func inUnits(_ number: Int64, _ unit: DurationUnit) -> Duration? {
        switch unit {
        case .nanoseconds: .nanoseconds(number)
        case .milliseconds: .milliseconds(number)
        case .seconds: .seconds(number)
        }
    }
}
