internal import LinuxSystem
internal import TelemetryModel

/// The open files of a file dispatcher, bounded in number. Belongs to one thread at a time.
struct RecordFileTable {
    private let pattern: FilePathPattern
    private let style: RecordFileStyle
    private let limit: Int
    private let keeper: FileKeeper
    private var files: [String: RecordFile] = [:]
    private var uses: UInt64 = 0

    init(_ pattern: FilePathPattern, _ style: RecordFileStyle, limit: Int, keeper: FileKeeper) {
        self.pattern = pattern
        self.style = style
        self.limit = max(1, limit)
        self.keeper = keeper
    }

    /// The open file at a path, opened anew when it is no longer the one that the path leads to.
    ///
    /// - Parameter date: what ``FilePathPattern/date(_:)`` says of its records.
    mutating func file(at path: String, date: String = "") throws(SystemCallError) -> RecordFile {
        uses += 1
        if let file = files[path] {
            if file.isInPlace {
                file.lastUse = uses
                return file
            }
            file.close(mustSync: false)
            files[path] = nil
        }
        if files.count >= limit, let oldest = files.values.min(by: { $0.lastUse < $1.lastUse }) {
            oldest.close()
            files[oldest.path] = nil
        }
        let file = try RecordFile(path: path, date: date, style: style) { [keeper] _ in keeper.keep(path) }
        file.lastUse = uses
        files[path] = file
        return file
    }

    mutating func closeAll() {
        for file in files.values { file.close() }
        files = [:]
    }

    /// Closes the files of days and hours that are over, when the path has them.
    mutating func closePast(_ date: String) {
        for (path, file) in files where file.date != date {
            if style.rotation.compresses { file.retire { [keeper] _ in keeper.keep(path) } } else { file.close() }
            files[path] = nil
        }
    }
}

/// The records of a batch by the file that they go to, in their order.
struct FileGroups {
    struct Group {
        let path: String
        var records: [Record] = []
        /// Where they stand in the batch.
        var indices: [Int] = []
    }

    private struct Key: Hashable {
        var vin: VIN?
        var type: RecordType?
        var hour: Int64 = 0
    }

    private(set) var groups: [Group] = []

    init(_ records: [Record], _ pattern: FilePathPattern) {
        var known: [Key: Int] = [:]
        for (index, record) in records.enumerated() {
            var key = Key()
            if pattern.hasVIN { key.vin = record.vin }
            if pattern.hasRecordType { key.type = record.type }
            // No part of a date is finer.
            if pattern.hasDate { key.hour = record.receivedAt.rawValue / 3_600_000 }
            let group: Int
            if let found = known[key] {
                group = found
            } else {
                group = groups.count
                known[key] = group
                groups.append(Group(path: pattern.path(record)))
            }
            groups[group].records.append(record)
            groups[group].indices.append(index)
        }
    }
}
