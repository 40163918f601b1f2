internal import JSONText

/// One log line on its way to bytes.
///
/// The reference logs through logrus; keys, their order and the quoting follow its output, so that whatever
/// reads the reference's log reads ours.
struct LogLine {
    let time: (seconds: Int64, nanos: Int32)
    let level: LogLevel
    let event: String
    /// Sorted, each key once.
    let fields: [(key: String, value: LogValue)]

    /// The keys that every line has. A field of that name is shown as `fields.<name>`, as the reference does.
    static let ownKeys: Set<String> = ["context", "level", "msg", "time"]

    static let context = "fleet-telemetry"

    init(
        time: (seconds: Int64, nanos: Int32),
        level: LogLevel,
        event: String,
        fields: some Sequence<(key: String, value: LogValue)>,
        maskVINs: Bool
    ) {
        self.time = time
        self.level = level
        self.event = event
        var latest: [String: LogValue] = [:]
        for (key, value) in fields {
            latest[Self.ownKeys.contains(key) ? "fields." + key : key] = value
        }
        if maskVINs { VINMask.apply(to: &latest) }
        self.fields = latest.map { (key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    func bytes(_ format: LogFormat) -> [UInt8] {
        switch format {
        case .json: json
        case .text: text
        }
    }

    private var json: [UInt8] {
        var all: [(key: String, value: LogValue)] = [
            ("context", .text(Self.context)), ("level", .text(level.name)), ("msg", .text(event)),
            ("time", .text(RFC3339.text(time))),
        ]
        all += fields
        all.sort { $0.key < $1.key }
        var line = JSONWriter(escaping: .html)
        line.beginObject()
        for (key, value) in all {
            line.key(key)
            switch value {
            case .text(let text): line.string(text)
            case .number(let number): line.number(number)
            case .decimal(let number): line.number(number)
            case .flag(let flag): line.boolean(flag)
            }
        }
        line.endObject()
        line.endLine()
        return line.bytes
    }

    private var text: [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(192)
        line += "time=\"\(RFC3339.text(time))\" level=\(level.name) msg=".utf8
        LogText.appendPlain(event, to: &line)
        var all = fields
        all.append(("context", .text(Self.context)))
        all.sort { $0.key < $1.key }
        for (key, value) in all {
            line.append(UInt8(ascii: " "))
            line += key.utf8
            line.append(UInt8(ascii: "="))
            LogText.appendPlain(value, to: &line)
        }
        line.append(10)
        return line
    }
}
