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
            the dead letters take \(bytes) of \(limit) bytes; replay or drop some with \
            `fleet-telemetry dead-letters`, the others wait meanwhile
            """
        case .failed(let error):
            "\(error); the dead letters wait until the disk takes them"
        }
    }
}

/// Dead letters in one file, `dead-letters.log` of `dead_letters.directory`, durable when ``store(_:)`` returns.
///
/// It is repaired like a segment. Letters go only when they are dropped; at the limit nothing more is taken. Its form
/// is described in `DeadLetterFile+Format.swift`.
package final class DeadLetterFile: Sendable {
    package static let name = "dead-letters.log"

    struct State: Sendable {
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
}

extension SegmentHeader {
    fileprivate static func deadLetters(first: UInt64, now: Int64) -> SegmentHeader {
        SegmentHeader(first: first, generation: 0, salt: .random(), createdAtMilliseconds: now)
    }
}
