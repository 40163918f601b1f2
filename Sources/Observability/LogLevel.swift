/// How much a log line matters.
package enum LogLevel: Int, Comparable, Sendable, CaseIterable {
    /// For whoever looks for a defect. Still without payloads and secrets.
    case debug
    /// What belongs to normal operation, a vehicle that drops its link included.
    case info
    /// Something is not as it should be, and the server copes.
    case warning
    /// Somebody must act.
    case error

    /// The word in a line, as the reference prints it.
    package var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// The level for a word of the configuration (`log_level`), case ignored; nil for a word that names none.
    ///
    /// The reference takes logrus' words: `trace` is our debug, `warn` our warning, `fatal` and `panic` our error.
    package init?(named name: String) {
        switch name.lowercased() {
        case "trace", "debug": self = .debug
        case "info": self = .info
        case "warn", "warning": self = .warning
        case "error", "fatal", "panic": self = .error
        default: return nil
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// How lines are laid out (`json_log_enable`).
package enum LogFormat: Sendable, Hashable {
    /// One JSON object per line with sorted keys.
    case json
    /// `time="…" level=info msg=socket_connected key=value`.
    case text
}

/// The value of one field of a log line.
package enum LogValue: Sendable, Hashable {
    case text(String)
    case number(Int64)
    case decimal(Double)
    case flag(Bool)

    /// Any count. Values above `Int64.max` are shown as that.
    package static func count(_ value: some BinaryInteger) -> LogValue { .number(Int64(clamping: value)) }

    /// What an error, address or other value says about itself.
    package static func describing(_ value: some Any) -> LogValue { .text(String(describing: value)) }
}

extension LogValue: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) {
        self = .text(value)
    }
}

extension LogValue: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) {
        self = .number(value)
    }
}

extension LogValue: ExpressibleByFloatLiteral {
    package init(floatLiteral value: Double) {
        self = .decimal(value)
    }
}

extension LogValue: ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) {
        self = .flag(value)
    }
}
