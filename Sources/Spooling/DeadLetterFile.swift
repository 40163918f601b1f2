package import LinuxSystem
internal import Synchronization
package import TelemetryModel

/// A record that a dispatcher refuses for good, about to be kept.
package struct DeadLetterDraft: Sendable {
    package let record: Record
    package let dispatcher: String
    /// Few and fixed, e.g. `too_large`.
    package let code: String
    /// For people. Never a payload, never a secret.
    package let detail: String

    package init(record: Record, dispatcher: String, code: String, detail: String) {
        self.record = record
        self.dispatcher = dispatcher
        self.code = code
        self.detail = detail
    }
}

/// A dead letter as it was kept.
package struct StoredDeadLetter: Sendable {
    /// Never used twice in one file.
    package let id: UInt64
    package let storedAt: UnixMilliseconds
    package let dispatcher: String
    package let code: String
    package let detail: String
    package let record: StoredRecord
}

/// Why dead letters are not kept, read or dropped.
package enum DeadLetterFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file holds `bytes` of the `limit` that it may.
    case limitReached(bytes: Int, limit: Int)
    case failed(SystemCallError)

    package var description: String {
        switch self {
        case .limitReached(let bytes, let limit):
            """
            the dead letters take \(bytes) of \(limit) bytes; replay or drop some with `fleet-telemetry spool`, \
            the others wait meanwhile
            """
        case .failed(let error):
            "\(error); the dead letters wait until the disk takes them"
        }
    }
}

/// Dead letters in one file of the spool's directory, durable when ``store(_:)`` returns.
///
/// The file is a segment like those of the spool (SegmentHeader, RecordFrame), with the letters' ids as positions and a
/// body of its own: u8 version 1, i64 stored at, texts dispatcher, code and detail, then the StoredRecord. It is
/// repaired like a segment. Letters go only when they are dropped; at the limit nothing more is taken.
package final class DeadLetterFile: Sendable {
    package static let name = "dead-letters.log"
    private static let version: UInt8 = 1

    private struct State: Sendable {
        var header: SegmentHeader?
        var file: (any SpoolFile)?
        var bytes = 0
        var count = 0
        var nextID: UInt64 = 0
    }

    private let storage: any SpoolStorage
    private let limitBytes: Int
    private let state: Mutex<State>
    /// What was repaired when it was opened.
    package let findings: [SpoolFinding]

    /// - Parameter storage: of an open spool, or one that was acquired: nobody else may write there.
    package init(_ storage: any SpoolStorage, limitBytes: Int = 256 << 20) throws(DeadLetterFailure) {
        self.storage = storage
        self.limitBytes = limitBytes
        var findings: [SpoolFinding] = []
        do throws(SystemCallError) {
            state = Mutex(try DeadLetterFile.recover(storage, &findings))
        } catch {
            throw .failed(error)
        }
        self.findings = findings
    }

    /// How many there are, and how many bytes they take.
    package var size: (letters: Int, bytes: Int) { state.withLock { ($0.count, $0.bytes) } }

    // MARK: Keeping

    /// Keeps letters. When it throws none of them is kept.
    package func store(_ letters: [DeadLetterDraft]) throws(DeadLetterFailure) {
        guard !letters.isEmpty else { return }
        try change { (state) throws(DeadLetterFailure) in
            let now = WallClock.milliseconds
            let header = state.header ?? .deadLetters(first: state.nextID, now: now)
            var buffer = state.header == nil ? header.encoded : []
            for (index, letter) in letters.enumerated() {
                let frame = RecordFrame.begin(&buffer)
                DeadLetterFile.append(letter, now, to: &buffer)
                let id = UInt32(truncatingIfNeeded: state.nextID - header.first) &+ UInt32(index)
                RecordFrame.finish(&buffer, at: frame, index: id, salt: header.salt)
            }
            guard state.bytes + buffer.count <= limitBytes else {
                throw DeadLetterFailure.limitReached(bytes: state.bytes, limit: limitBytes)
            }
            do throws(SystemCallError) {
                try write(buffer, &state)
            } catch {
                throw DeadLetterFailure.failed(error)
            }
            state.header = header
            state.bytes += buffer.count
            state.count += letters.count
            state.nextID += UInt64(letters.count)
        }
    }

    private func write(_ buffer: [UInt8], _ state: inout State) throws(SystemCallError) {
        let isNew = state.file == nil
        do throws(SystemCallError) {
            let file: any SpoolFile
            if let open = state.file { file = open } else { file = try storage.create(DeadLetterFile.name) }
            state.file = file
            try file.write(buffer, at: state.bytes)
            try file.sync()
            if isNew { try storage.syncNames() }
        } catch {
            if isNew {
                state.file = nil
                try? storage.remove(DeadLetterFile.name)
            } else {
                try? state.file?.cut(to: state.bytes)
            }
            throw error
        }
    }

    // MARK: Reading

    /// Letters in the order in which they were kept.
    ///
    /// - Parameters:
    ///   - id: only those from this id on.
    ///   - limit: at most so many.
    ///   - isWanted: leaves others out.
    package func list(
        from id: UInt64 = 0,
        limit: Int = .max,
        where isWanted: (StoredDeadLetter) -> Bool = { _ in true }
    ) throws(DeadLetterFailure) -> [StoredDeadLetter] {
        var letters: [StoredDeadLetter] = []
        try change { (state) throws(DeadLetterFailure) in
            do throws(SystemCallError) {
                try DeadLetterFile.scan(state) { letter, _, _ in
                    guard letters.count < limit else { return false }
                    if let letter, letter.id >= id, isWanted(letter) { letters.append(letter) }
                    return true
                }
            } catch {
                throw DeadLetterFailure.failed(error)
            }
        }
        return letters
    }

    /// The letter with the id; nil when there is none.
    package func letter(_ id: UInt64) throws(DeadLetterFailure) -> StoredDeadLetter? {
        try list(from: id, limit: 1).first { $0.id == id }
    }

    // MARK: Dropping

    /// Forgets letters, after they were replayed or when nobody wants them. The file is replaced as a whole.
    ///
    /// - Returns: how many went.
    @discardableResult
    package func drop(where isUnwanted: (StoredDeadLetter) -> Bool) throws(DeadLetterFailure) -> Int {
        var dropped = 0
        try change { (state) throws(DeadLetterFailure) in
            guard state.header != nil else { return }
            do throws(SystemCallError) {
                dropped = try drop(isUnwanted, &state)
            } catch {
                throw DeadLetterFailure.failed(error)
            }
        }
        return dropped
    }

    private func drop(
        _ isUnwanted: (StoredDeadLetter) -> Bool,
        _ state: inout State
    ) throws(SystemCallError) -> Int {
        var kept: [(id: UInt64, body: [UInt8])] = []
        var dropped = 0
        try DeadLetterFile.scan(state) { letter, id, body in
            // What can't be read by this program stays for the one that can.
            if let letter, isUnwanted(letter) {
                dropped += 1
            } else {
                kept.append((id, Array(body)))
            }
            return true
        }
        guard dropped > 0 else { return 0 }
        let header = SegmentHeader.deadLetters(first: kept.first?.id ?? state.nextID, now: WallClock.milliseconds)
        var buffer = header.encoded
        for (id, body) in kept {
            let frame = RecordFrame.begin(&buffer)
            buffer += body
            let index = UInt32(truncatingIfNeeded: id - header.first)
            RecordFrame.finish(&buffer, at: frame, index: index, salt: header.salt)
        }
        try storage.replace(DeadLetterFile.name, with: buffer)
        state.header = header
        state.bytes = buffer.count
        state.count = kept.count
        state.file = nil
        state.file = try storage.open(DeadLetterFile.name, isWriting: true)
        return dropped
    }

    private func change(_ body: (inout State) throws(DeadLetterFailure) -> Void) throws(DeadLetterFailure) {
        let result = state.withLock { state in
            Result { () throws(DeadLetterFailure) in try body(&state) }
        }
        try result.get()
    }

    // MARK: The file

    private static func append(_ letter: DeadLetterDraft, _ now: Int64, to buffer: inout [UInt8]) {
        buffer.append(version)
        buffer.appendFixed(now)
        buffer.appendText(letter.dispatcher)
        buffer.appendText(letter.code)
        buffer.appendText(letter.detail)
        StoredRecord.append(letter.record, to: &buffer)
    }

    private static func read(
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
    private static func scan(
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

    private static func recover(
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

extension SegmentHeader {
    fileprivate static func deadLetters(first: UInt64, now: Int64) -> SegmentHeader {
        SegmentHeader(first: first, generation: 0, salt: .random(), createdAtMilliseconds: now)
    }
}
