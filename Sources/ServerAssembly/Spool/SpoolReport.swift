internal import JSONText
package import LinuxSystem
internal import Spooling
internal import TelemetryModel

/// What `fleet-telemetry spool status` says of a directory: text for people, or one JSON object.
package struct SpoolReport: Sendable {
    package let text: String
    package let json: [UInt8]
    /// Whether something was found that is no whole record.
    package let hasDamage: Bool

    /// Looks into a directory without changing it, also while a server uses it.
    ///
    /// - Parameter isReadingThrough: also reads every record; about a second per gigabyte.
    package init(directory: String, isReadingThrough: Bool) throws(SystemCallError) {
        let report = try SpoolInspector(directory: directory).report(isReadingThrough: isReadingThrough)
        let holder = LockFile.holder(of: "\(directory)/spool.lock").flatMap { Files.exists("/proc/\($0)") ? $0 : nil }
        hasDamage = report.damagedSegments > 0 || report.cursors.contains { $0.dispatcher == nil }
        text = Self.lines(of: report, directory, holder, isReadingThrough).map { $0 + "\n" }.joined()
        json = Self.json(of: report, directory, holder, isReadingThrough)
    }

    private static func lines(
        of report: SpoolInspector.Report,
        _ directory: String,
        _ holder: Int?,
        _ isReadingThrough: Bool
    ) -> [String] {
        var lines = ["\(directory): \(report.segments.count) segments, \(report.bytes) bytes"]
        if let holder { lines.append("in use by process \(holder)") }
        for segment in report.segments { lines.append(line(of: segment, isReadingThrough)) }
        let end = report.segments.compactMap(\.end).max()
        for cursor in report.cursors {
            guard let dispatcher = cursor.dispatcher else {
                lines.append("\(cursor.file): damaged; its dispatcher gets everything again")
                continue
            }
            let lag = end.map { ", \($0 > cursor.position ? $0 - cursor.position : 0) records behind" } ?? ""
            lines.append(
                "dispatcher \(dispatcher): delivered up to position \(cursor.position)\(lag), as of "
                    + "\(UTCTime(cursor.savedAt))"
            )
        }
        for file in report.quarantined { lines.append("set aside: \(file.file), \(file.bytes) bytes") }
        if report.deadLetterBytes > 0 { lines.append("dead letters: \(report.deadLetterBytes) bytes") }
        return lines
    }

    private static func line(of segment: SpoolInspector.SegmentReport, _ isReadingThrough: Bool) -> String {
        if let defect = segment.defect { return "\(segment.file): \(segment.bytes) bytes, unreadable: \(defect)" }
        var line = "\(segment.file): \(segment.bytes) bytes"
        if let time = segment.createdAt { line += ", begun \(UTCTime(time))" }
        guard isReadingThrough else { return line }
        line += ", \(segment.records) records"
        for (type, count) in segment.recordsByType.sorted(by: { $0.key.topic < $1.key.topic }) {
            line += ", \(type.topic) \(count)"
        }
        if let first = segment.earliestReceivedAt, let last = segment.latestReceivedAt {
            line += ", received \(UTCTime(first)) to \(UTCTime(last))"
        }
        for range in segment.damage { line += "; \(range.count) bytes from \(range.lowerBound) on are no records" }
        if segment.undecodable > 0 { line += "; \(segment.undecodable) records are of a newer format" }
        return line
    }

    private static func json(
        of report: SpoolInspector.Report,
        _ directory: String,
        _ holder: Int?,
        _ isReadingThrough: Bool
    ) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 4_096)
        json.beginObject()
        json.member("directory", directory)
        if let holder { json.member("process", Int64(holder)) }
        json.member("bytes", Int64(report.bytes))
        json.key("segments")
        json.beginArray()
        for segment in report.segments {
            json.beginObject()
            json.member("file", segment.file)
            json.member("bytes", Int64(segment.bytes))
            if let defect = segment.defect { json.member("defect", "\(defect)") }
            if isReadingThrough {
                json.member("records", Int64(segment.records))
                json.member("damaged_bytes", Int64(segment.damage.reduce(0) { $0 + $1.count }))
                if let time = segment.earliestReceivedAt { json.member("earliest_received_at", time.rawValue) }
                if let time = segment.latestReceivedAt { json.member("latest_received_at", time.rawValue) }
            }
            json.endObject()
        }
        json.endArray()
        let end = report.segments.compactMap(\.end).max()
        json.key("dispatchers")
        json.beginArray()
        for cursor in report.cursors {
            json.beginObject()
            if let dispatcher = cursor.dispatcher { json.member("dispatcher", dispatcher) }
            json.member("file", cursor.file)
            json.member("position", Int64(clamping: cursor.position))
            json.member("saved_at", cursor.savedAt.rawValue)
            if let end {
                json.member("records_behind", Int64(clamping: end > cursor.position ? end - cursor.position : 0))
            }
            json.endObject()
        }
        json.endArray()
        json.key("set_aside")
        json.beginArray()
        for file in report.quarantined { json.string(file.file) }
        json.endArray()
        json.member("dead_letters_bytes", Int64(report.deadLetterBytes))
        json.endObject()
        return json.take() + [10]
    }
}
