package import LinuxSystem
package import TelemetryModel

/// Looks into a spool's directory without changing it, also while a server uses it: for
/// `fleet-telemetry spool status|inspect|replay`.
///
/// What a running server writes meanwhile may be missed or seen as a torn tail.
package struct SpoolInspector: Sendable {
    /// One segment.
    package struct SegmentReport: Sendable {
        package let file: String
        package let bytes: Int
        /// Nil when the file is no segment that this program can read; `defect` says why.
        package let first: UInt64?
        package let defect: SegmentDefect?
        package let generation: UInt64
        package let createdAt: UnixMilliseconds?
        /// The rest is empty unless the segment was read through.
        package fileprivate(set) var records = 0
        /// Position after the last record.
        package fileprivate(set) var end: UInt64?
        package fileprivate(set) var recordsByType: [RecordType: Int] = [:]
        package fileprivate(set) var earliestReceivedAt: UnixMilliseconds?
        package fileprivate(set) var latestReceivedAt: UnixMilliseconds?
        /// Bytes that are no records.
        package fileprivate(set) var damage: [Range<Int>] = []
        /// Whole records of a format that this program does not know.
        package fileprivate(set) var undecodable = 0
    }

    package struct CursorReport: Sendable, Hashable {
        package let file: String
        /// Nil when the file is damaged.
        package let dispatcher: String?
        package let position: UInt64
        package let savedAt: UnixMilliseconds
    }

    package struct Report: Sendable {
        package fileprivate(set) var segments: [SegmentReport] = []
        package fileprivate(set) var cursors: [CursorReport] = []
        package fileprivate(set) var quarantined: [(file: String, bytes: Int)] = []
        package fileprivate(set) var deadLetterBytes = 0

        package var bytes: Int { segments.reduce(0) { $0 + $1.bytes } }
        package var damagedSegments: Int {
            segments.count { $0.defect != nil || !$0.damage.isEmpty || $0.undecodable > 0 }
        }
    }

    private let storage: any SpoolStorage

    package init(directory: String) {
        self.init(storage: DirectoryStorage(directory: directory))
    }

    package init(storage: any SpoolStorage) {
        self.storage = storage
    }

    /// What stands in the directory.
    ///
    /// - Parameter isReadingThrough: also reads every record, which takes about a second per gigabyte; otherwise
    ///   only the beginnings of files.
    package func report(isReadingThrough: Bool) throws(SystemCallError) -> Report {
        var report = Report()
        for name in try storage.names() {
            if SpoolFileName.firstPosition(name) != nil {
                if let segment = try unlessGone({ (storage) throws(SystemCallError) in
                    try segmentReport(name, storage, isReadingThrough: isReadingThrough)
                }) {
                    report.segments.append(segment)
                }
            } else if SpoolFileName.isCursor(name) {
                if let cursor = try unlessGone({ (storage) throws(SystemCallError) in
                    cursorReport(name, try storage.contents(name, limitBytes: 1 << 17))
                }) {
                    report.cursors.append(cursor)
                }
            } else if name.hasSuffix(SpoolFileName.quarantineSuffix) {
                report.quarantined.append((name, try size(of: name)))
            } else if name == DeadLetterFile.name {
                report.deadLetterBytes = try size(of: name)
            }
        }
        return report
    }

    /// Visits the records that were received within the range, in the order of the spool.
    ///
    /// Every segment is read: a clock that was set back makes times worthless for leaving segments out.
    ///
    /// - Parameter visit: false ends the reading.
    /// - Returns: how many were visited.
    @discardableResult
    package func records(
        receivedIn range: ClosedRange<UnixMilliseconds>,
        _ visit: (UInt64, StoredRecord) -> Bool
    ) throws(SystemCallError) -> Int {
        var visited = 0
        let names = try storage.names().compactMap { name in SpoolFileName.firstPosition(name).map { (name, $0) } }
        for (index, (name, _)) in names.enumerated() {
            let end = index + 1 < names.count ? names[index + 1].1 : .max
            let isOver = try unlessGone { (storage) throws(SystemCallError) in
                guard case .success(var reader) = try SegmentReader.open(name, in: storage) else { return false }
                var sources = SourceCache()
                let size = try reader.fileSize()
                while let found = try reader.next(limit: size, before: end) {
                    guard
                        let record = StoredRecord.read(reader.chunk, found.body, sources: &sources),
                        range.contains(record.receivedAt)
                    else { continue }
                    visited += 1
                    guard visit(reader.position(of: found), record) else { return true }
                }
                return false
            }
            if isOver == true { break }
        }
        return visited
    }

    // MARK: Files

    /// Files may go while a server runs.
    private func unlessGone<Value>(
        _ body: (any SpoolStorage) throws(SystemCallError) -> Value
    ) throws(SystemCallError) -> Value? {
        do throws(SystemCallError) {
            return try body(storage)
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    private func size(of name: String) throws(SystemCallError) -> Int {
        try unlessGone { (storage) throws(SystemCallError) in
            try storage.open(name, isWriting: false).size()
        } ?? 0
    }

    private func cursorReport(_ name: String, _ bytes: [UInt8]) -> CursorReport {
        let cursor = CursorFile(bytes)
        return CursorReport(
            file: name,
            dispatcher: cursor?.dispatcher,
            position: cursor?.position ?? 0,
            savedAt: UnixMilliseconds(rawValue: cursor?.savedAtMilliseconds ?? 0)
        )
    }

    private func segmentReport(
        _ name: String,
        _ storage: any SpoolStorage,
        isReadingThrough: Bool
    ) throws(SystemCallError) -> SegmentReport {
        let size = try storage.open(name, isWriting: false).size()
        switch try SegmentReader.open(name, in: storage) {
        case .failure(let defect):
            return SegmentReport(
                file: name,
                bytes: size,
                first: nil,
                defect: defect,
                generation: 0,
                createdAt: nil
            )
        case .success(var reader):
            var report = SegmentReport(
                file: name,
                bytes: size,
                first: reader.header.first,
                defect: SpoolFileName.segment(reader.header.first) == name ? nil : .misnamed,
                generation: reader.header.generation,
                createdAt: UnixMilliseconds(rawValue: reader.header.createdAtMilliseconds)
            )
            if isReadingThrough { try readThrough(&reader, size, &report) }
            return report
        }
    }

    private func readThrough(
        _ reader: inout SegmentReader,
        _ size: Int,
        _ report: inout SegmentReport
    ) throws(SystemCallError) {
        var sources = SourceCache()
        while let found = try reader.next(limit: size) {
            report.records += 1
            report.end = reader.position(of: found) + 1
            guard let record = StoredRecord.read(reader.chunk, found.body, sources: &sources) else {
                report.undecodable += 1
                continue
            }
            report.recordsByType[record.type, default: 0] += 1
            let time = record.receivedAt
            report.earliestReceivedAt = min(report.earliestReceivedAt ?? time, time)
            report.latestReceivedAt = max(report.latestReceivedAt ?? time, time)
        }
        report.damage = reader.takeDamage()
    }
}
