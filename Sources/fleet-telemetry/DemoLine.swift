internal import LinuxSystem
internal import TelemetryModel

/// A record in one short line for eyes: the first of its signals, with rounded values.
enum DemoLine {
    /// Signals beyond this many columns are only counted.
    private static let columns = 110

    /// - Parameter seconds: since the demo began.
    static func text(_ record: Record, seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        let time = "\(tenths / 10).\(tenths % 10) s"
        let head = String(repeating: " ", count: max(0, 8 - time.count)) + "\(time)  \(record.vin.text)  "
        return head + fitted(parts(of: record.content, type: record.type), in: columns - head.count)
    }

    private static func fitted(_ parts: [String], in room: Int) -> String {
        var line = ""
        for (index, part) in parts.enumerated() {
            let next = line.isEmpty ? part : "\(line), \(part)"
            guard next.count <= room || line.isEmpty else { return "\(line), \(parts.count - index) more" }
            line = next
        }
        return line
    }

    private static func parts(of content: RecordContent, type: RecordType) -> [String] {
        switch content {
        case .vehicleData(let data):
            data.data.map { "\($0.field.name ?? "Field_\($0.field.number)") \(text($0.value))" }
        case .alerts(let alerts):
            alerts.alerts.map { "alert \($0.name) \($0.endedAt == nil ? "began" : "ended")" }
        case .errors(let errors):
            errors.errors.map { "error \($0.name): \($0.body)" }
        case .connectivity(let event):
            [
                (event.status.name ?? "status \(event.status.number)").lowercased()
                    + (event.networkInterface.isEmpty ? "" : " over \(event.networkInterface)")
            ]
        case .metrics, .opaque:
            ["a record of the type \(type.topic)"]
        }
    }

    private static func text(_ value: SignalValue) -> String {
        switch value {
        case .absent, .empty, .invalid: "-"
        case .text(let text): "\"\(text)\""
        case .int(let number): "\(number)"
        case .long(let number): "\(number)"
        case .float(let number): rounded(Double(number), 100)
        case .double(let number): rounded(number, 100)
        case .boolean(let flag): flag ? "yes" : "no"
        case .location(let latitude, let longitude): "\(rounded(latitude, 1e5)) \(rounded(longitude, 1e5))"
        case .choice(let kind, let number): kind.shortName(number) ?? "\(number)"
        case .doors(let doors): doors.isEmpty ? "all closed" : "\(doors.rawValue.nonzeroBitCount) open"
        case .tires(let tires): tires.isEmpty ? "none" : "\(tires.rawValue.nonzeroBitCount) tires"
        case .time(let hour, let minute, _): "\(hour):\(minute < 10 ? "0" : "")\(minute)"
        }
    }

    private static func rounded(_ number: Double, _ parts: Double) -> String {
        let number = (number * parts).rounded() / parts
        return number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)"
    }
}
