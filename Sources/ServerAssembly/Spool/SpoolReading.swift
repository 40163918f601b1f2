internal import JSONText
package import LinuxSystem
internal import RecordEncoding
internal import Spooling
package import TelemetryModel

/// Which of a spool's records are meant.
package struct SpoolSelection: Sendable {
    package var received: ClosedRange<UnixMilliseconds>
    /// Nil for all vehicles.
    package var vin: String?
    /// Nil for all record types.
    package var type: String?

    package init(
        from: UnixMilliseconds? = nil,
        to: UnixMilliseconds? = nil,
        vin: String? = nil,
        type: String? = nil
    ) {
        let first = from ?? UnixMilliseconds(rawValue: .min)
        received = first...max(first, to ?? UnixMilliseconds(rawValue: .max))
        self.vin = vin
        self.type = type
    }

    func contains(_ record: StoredRecord) -> Bool {
        (vin.map { record.source.device.vin.text == $0 } ?? true) && (type.map { record.type.topic == $0 } ?? true)
    }
}

/// What `fleet-telemetry spool inspect` shows: the records of a directory as JSON lines, read without its lock.
package struct SpoolReading: Sendable {
    private static let chunkBytes = 1 << 16
    private let inspector: SpoolInspector
    private let content = SpooledContent()

    package init(directory: String) {
        inspector = SpoolInspector(directory: directory)
    }

    /// Writes one line per record, in the spool's order: its position, then what the dispatcher `file` writes of it.
    ///
    /// - Parameters:
    ///   - limit: at most so many records.
    ///   - write: takes lines; false ends the reading.
    /// - Returns: how many were written.
    package func show(
        _ selection: SpoolSelection,
        limit: Int,
        to write: ([UInt8]) -> Bool
    ) throws(SystemCallError) -> Int {
        var shown = 0
        var isRead = true
        var lines: [UInt8] = []
        try inspector.records(receivedIn: selection.received) { position, stored in
            guard shown < limit else { return false }
            guard selection.contains(stored) else { return true }
            shown += 1
            lines += Array("{\"position\":\(position),\"record\":".utf8)
            lines += FileLine.encode(stored.record(content.content(stored)), mode: .standard, findings: true)
            lines += [UInt8(ascii: "}"), 10]
            if lines.count >= Self.chunkBytes {
                isRead = write(lines)
                lines = []
            }
            return isRead
        }
        if isRead, !lines.isEmpty { _ = write(lines) }
        return shown
    }
}
