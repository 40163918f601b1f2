internal import LinuxSystem
internal import TelemetryModel

// The form of dead-letters.log (numbers little-endian, as everywhere in the spool; texts are a varint of bytes, then
// UTF-8):
//
//   SegmentHeader twice              its first position is the first letter's id; generation 0
//   RecordFrame …                    one per letter: length, checksum, and a body of
//     u8       version, 1
//     i64      stored at, milliseconds since 1970
//     text     dispatcher, as `records` names it
//     text     code of the failure, e.g. too_large
//     text     detail, a sentence for people
//     bytes    StoredRecord to the end: the record as spools keep it
//
// A letter's id is the header's first position plus its frame's index, so ids rise and are never used twice in a file.
// Frames are read as those of a segment: damage costs the letters that it hits, and a torn tail ends the file.

extension DeadLetterFile {
    private static let version: UInt8 = 1

    /// The letters in a directory, oldest first, read without its lock and without changing anything: also while a
    /// server keeps more of them. No file is no letters.
    package static func read(_ storage: any SpoolStorage) throws(DeadLetterFailure) -> [StoredDeadLetter] {
        do throws(SystemCallError) {
            guard try storage.names().contains(name) else { return [] }
            guard case .success(let reader) = try SegmentReader.open(name, in: storage) else { return [] }
            var state = State()
            state.header = reader.header
            state.file = try storage.open(name, isWriting: false)
            state.bytes = try reader.fileSize()
            var letters: [StoredDeadLetter] = []
            try scan(state) { letter, _, _ in
                if let letter { letters.append(letter) }
                return true
            }
            return letters
        } catch {
            throw .failed(error)
        }
    }

    static func append(_ letter: DeadLetterDraft, _ now: Int64, to buffer: inout [UInt8]) {
        buffer.append(version)
        buffer.appendFixed(now)
        buffer.appendText(letter.dispatcher)
        buffer.appendText(letter.code)
        buffer.appendText(letter.detail)
        StoredRecord.append(letter.record, to: &buffer)
    }

    static func read(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        id: UInt64,
        _ sources: inout SourceCache
    ) -> StoredDeadLetter? {
        var fields = ByteFieldReader(range)
        guard
            fields.byte(bytes) == version,
            let storedAt = fields.fixed64(bytes),
            let dispatcher = fields.text(bytes),
            let code = fields.text(bytes),
            let detail = fields.text(bytes),
            let record = StoredRecord.read(bytes, fields.position..<fields.end, sources: &sources)
        else { return nil }
        return StoredDeadLetter(
            id: id,
            storedAt: UnixMilliseconds(rawValue: Int64(bitPattern: storedAt)),
            dispatcher: dispatcher,
            code: code,
            detail: detail,
            record: record
        )
    }

    /// - Parameter visit: gets nil for a letter of a format that this program does not know; false ends the scan.
    static func scan(
        _ state: State,
        _ visit: (StoredDeadLetter?, UInt64, ArraySlice<UInt8>) -> Bool
    ) throws(SystemCallError) {
        guard let header = state.header, let file = state.file else { return }
        var reader = SegmentReader(file, header)
        var sources = SourceCache()
        while let found = try reader.next(limit: state.bytes) {
            let id = reader.position(of: found)
            let letter = read(reader.chunk, found.body, id: id, &sources)
            guard visit(letter, id, reader.chunk[found.body]) else { return }
        }
    }

    static func recover(
        _ storage: any SpoolStorage,
        _ findings: inout [SpoolFinding]
    ) throws(SystemCallError) -> State {
        var state = State()
        let names = try storage.names()
        guard names.contains(name) else { return state }
        guard try storage.open(name, isWriting: false).size() >= SegmentHeader.bytes else {
            // Begun and not finished: the header and the first letters are synced together.
            findings.append(.emptySegmentRemoved(segment: name))
            try storage.remove(name)
            return state
        }
        guard case .success(var reader) = try SegmentReader.open(name, in: storage) else {
            let file = SpoolFileName.quarantined(name, among: names)
            findings.append(.quarantined(segment: name, file: file, reason: .header))
            try storage.rename(name, to: file)
            return state
        }
        let size = try reader.fileSize()
        state.nextID = reader.header.first
        while let found = try reader.next(limit: size) {
            state.count += 1
            state.nextID = reader.position(of: found) + 1
        }
        state.header = reader.header
        state.bytes = size
        let file = try storage.open(name, isWriting: true)
        for range in reader.takeDamage() {
            guard range.upperBound >= size else {
                findings.append(.damaged(segment: name, offset: range.lowerBound, bytes: range.count))
                continue
            }
            findings.append(.tornTail(segment: name, keptRecords: state.count, cutBytes: range.count))
            try file.cut(to: range.lowerBound)
            state.bytes = range.lowerBound
        }
        state.file = file
        return state
    }
}
