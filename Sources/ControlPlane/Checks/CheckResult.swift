/// How a check ends. The numbers are the exit codes that monitoring systems know, and mean something else than those
/// of our other commands.
package enum CheckState: Int32, Sendable, Comparable, CaseIterable {
    case ok = 0
    case warning = 1
    case critical = 2
    case unknown = 3

    package var word: String {
        switch self {
        case .ok: "OK"
        case .warning: "WARNING"
        case .critical: "CRITICAL"
        case .unknown: "UNKNOWN"
        }
    }

    /// Critical is worst: what is known to be wrong counts more than what is not known.
    private var weight: Int {
        switch self {
        case .ok: 0
        case .warning: 1
        case .unknown: 2
        case .critical: 3
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.weight < right.weight }
}

/// One number for graphs.
package struct PerformanceDatum: Sendable, Hashable {
    package let label: String
    package let value: Double
    /// `s`, `ms`, `%`, `B`, `c` (a counter), or nothing.
    package let unit: String
    package let warning: AlarmRange?
    package let critical: AlarmRange?
    package let minimum: Double?
    package let maximum: Double?

    package init(
        _ label: String,
        _ value: Double,
        unit: String = "",
        warning: AlarmRange? = nil,
        critical: AlarmRange? = nil,
        minimum: Double? = 0,
        maximum: Double? = nil
    ) {
        self.label = label
        self.value = value
        self.unit = unit
        self.warning = warning
        self.critical = critical
        self.minimum = minimum
        self.maximum = maximum
    }

    /// `'label'=value[unit];[warn];[crit];[min];[max]`. Quotes and signs that would end it become underscores.
    package var text: String {
        let name = String(label.map { "'=|".contains($0) || $0.isNewline ? "_" : $0 })
        let bounds = [minimum, maximum].map { $0.map(NumberShape.short) ?? "" }
        let fields = [warning?.text ?? "", critical?.text ?? ""] + bounds
        return "'\(name)'=\(NumberShape.short(value))\(unit);\(fields.joined(separator: ";"))"
    }
}

/// What a check found: a state, one line, numbers.
package struct CheckResult: Sendable, Hashable {
    package var state: CheckState
    /// One line without the state's word.
    package var words: String
    package var numbers: [PerformanceDatum]

    package init(_ state: CheckState, _ words: String, _ numbers: [PerformanceDatum] = []) {
        self.state = state
        self.words = words
        self.numbers = numbers
    }

    /// What monitoring systems read: `STATE: words | numbers` in one line. A vertical bar and line breaks in the words
    /// would end them.
    package func line(name: String) -> String {
        let words = String(self.words.map { $0 == "|" ? "/" : $0.isNewline ? " " : $0 })
        let numbers = numbers.isEmpty ? "" : " | " + numbers.map(\.text).joined(separator: " ")
        return "\(name) \(state.word): \(words)\(numbers)\n"
    }
}

/// Warning and critical together.
package struct Thresholds: Sendable, Hashable {
    package let warning: AlarmRange?
    package let critical: AlarmRange?

    package init(warning: AlarmRange?, critical: AlarmRange?) {
        self.warning = warning
        self.critical = critical
    }

    /// How bad a value is, and in which range it lies then.
    package func judge(_ value: Double) -> (state: CheckState, range: AlarmRange?) {
        if let critical, critical.alarms(value) { return (.critical, critical) }
        if let warning, warning.alarms(value) { return (.warning, warning) }
        return (.ok, nil)
    }

    /// ` (critical above 300)` or nothing.
    package func remark(_ value: Double) -> String {
        let (state, range) = judge(value)
        guard let range else { return "" }
        return " (\(state == .critical ? "critical" : "warning") \(range.words))"
    }
}
