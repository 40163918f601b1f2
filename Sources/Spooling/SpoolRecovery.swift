internal import LinuxSystem

/// Makes sense of a directory as a crash, a bad disk or a curious person left it.
///
/// Only the newest segment is read through: a segment is begun only when the one before it is durable. Damage
/// elsewhere is met, and stepped over, by whoever reads it.
struct SpoolRecovery {
    /// What the spool starts with.
    struct Outcome {
        var segments: [Segment] = []
        var end: UInt64 = 0
        var generation: UInt64 = 1
        var cursors: [CursorState] = []
        var findings: [SpoolFinding] = []
    }

    private let storage: any SpoolStorage
    private let now: Int64
    private var names: [String]
    private var outcome = Outcome()

    static func run(
        _ storage: any SpoolStorage,
        dispatchers: [String],
        now: Int64
    ) throws(SpoolOpeningError) -> Outcome {
        do throws(SystemCallError) {
            var recovery = SpoolRecovery(storage: storage, now: now, names: try storage.names())
            recovery.removeLeftovers()
            recovery.readSegments()
            recovery.readTail()
            recovery.readCursors(of: dispatchers)
            recovery.attempt { (storage) throws(SystemCallError) in try storage.syncNames() }
            return recovery.outcome
        } catch {
            throw SpoolOpeningError(path: storage.location, reason: .unusable(error))
        }
    }

    private init(storage: any SpoolStorage, now: Int64, names: [String]) {
        self.storage = storage
        self.now = now
        self.names = names
    }

    /// Does what is good to have; a refusal is reported and nothing else.
    private mutating func attempt(_ work: (any SpoolStorage) throws(SystemCallError) -> Void) {
        do throws(SystemCallError) {
            try work(storage)
        } catch {
            outcome.findings.append(.notDone(error))
        }
    }

    /// Halves of files that were about to replace others.
    private mutating func removeLeftovers() {
        for name in names where name.hasSuffix(SpoolFileName.temporarySuffix) {
            attempt { (storage) throws(SystemCallError) in try storage.remove(name) }
        }
    }

    // MARK: Segments

    private mutating func readSegments() {
        let candidates = names.compactMap { name in SpoolFileName.firstPosition(name).map { (name, $0) } }
        for (index, (name, first)) in candidates.enumerated() {
            outcome.end = max(outcome.end, first)
            do throws(SystemCallError) {
                switch try SegmentReader.open(name, in: storage) {
                case .success(let reader) where reader.header.first == first:
                    outcome.generation = max(outcome.generation, reader.header.generation &+ 1)
                    outcome.segments.append(
                        Segment(
                            first: first,
                            end: index + 1 < candidates.count ? candidates[index + 1].1 : first,
                            bytes: try reader.fileSize(),
                            createdAtMilliseconds: reader.header.createdAtMilliseconds
                        )
                    )
                case .success:
                    quarantine(name, .misnamed)
                case .failure(let defect):
                    try setAside(name, defect)
                }
            } catch {
                quarantine(name, .unreadable(error))
            }
        }
    }

    private mutating func setAside(_ name: String, _ defect: SegmentDefect) throws(SystemCallError) {
        guard try storage.open(name, isWriting: false).size() < SegmentHeader.bytes else {
            return quarantine(name, defect)
        }
        // Begun and not finished: the header and the first records are synced together.
        remove(name)
    }

    private mutating func remove(_ name: String) {
        outcome.findings.append(.emptySegmentRemoved(segment: name))
        attempt { (storage) throws(SystemCallError) in try storage.remove(name) }
    }

    private mutating func quarantine(_ name: String, _ defect: SegmentDefect) {
        let file = SpoolFileName.quarantined(name, among: names)
        names.append(file)
        outcome.findings.append(.quarantined(segment: name, file: file, reason: defect))
        attempt { (storage) throws(SystemCallError) in try storage.rename(name, to: file) }
    }

    /// Finds where the newest segment ends, and cuts off what is no record.
    private mutating func readTail() {
        guard let last = outcome.segments.indices.last else { return }
        // A quarantined one may stand behind it: then it is no tail, and its end is known.
        guard outcome.segments[last].end == outcome.segments[last].first else { return }
        let name = outcome.segments[last].name
        var end = outcome.segments[last].first
        var records = 0
        do throws(SystemCallError) {
            guard case .success(var reader) = try SegmentReader.open(name, in: storage) else { return }
            let size = outcome.segments[last].bytes
            while let found = try reader.next(limit: size) {
                end = reader.position(of: found) + 1
                records += 1
            }
            var damage = reader.takeDamage()
            if let tail = damage.last, tail.upperBound >= size {
                damage.removeLast()
                cutTail(last, to: tail.lowerBound, records: records)
            }
            for range in damage {
                outcome.segments[last].isDamaged = true
                outcome.findings.append(
                    .damaged(segment: name, offset: range.lowerBound, bytes: range.count)
                )
            }
        } catch {
            quarantine(name, .unreadable(error))
            outcome.end = max(outcome.end, end)
            outcome.segments.removeLast()
            return
        }
        outcome.segments[last].end = end
        outcome.end = max(outcome.end, end)
        if records == 0 {
            remove(name)
            outcome.segments.removeLast()
        }
    }

    private mutating func cutTail(_ index: Int, to bytes: Int, records: Int) {
        let segment = outcome.segments[index]
        outcome.findings.append(
            .tornTail(segment: segment.name, keptRecords: records, cutBytes: segment.bytes - bytes)
        )
        // If it can't be cut, what is behind the limit is never read.
        outcome.segments[index].bytes = bytes
        attempt { (storage) throws(SystemCallError) in
            let file = try storage.open(segment.name, isWriting: true)
            try file.cut(to: bytes)
            try file.sync()
        }
    }

    // MARK: Cursors

    private mutating func readCursors(of dispatchers: [String]) {
        var found: [String: CursorFile] = [:]
        var damaged: Set<String> = []
        for name in names where SpoolFileName.isCursor(name) {
            let bytes = (try? storage.contents(name, limitBytes: 1 << 17)) ?? []
            if let cursor = CursorFile(bytes), SpoolFileName.cursor(cursor.dispatcher) == name {
                found[cursor.dispatcher] = cursor
            } else {
                damaged.insert(name)
                let dispatcher = dispatchers.first { SpoolFileName.cursor($0) == name }
                outcome.findings.append(.cursorUnreadable(file: name, dispatcher: dispatcher))
            }
        }
        if outcome.segments.isEmpty {
            // Nothing else tells how far positions have come.
            outcome.end = max(outcome.end, found.values.map(\.position).max() ?? 0)
        }
        let isFirstStart = found.isEmpty && damaged.isEmpty
        for dispatcher in dispatchers where !outcome.cursors.contains(where: { $0.dispatcher == dispatcher }) {
            let isDamaged = damaged.contains(SpoolFileName.cursor(dispatcher))
            addKnown(dispatcher, found[dispatcher], startsAtOldest: isDamaged || isFirstStart)
        }
        for cursor in found.values.sorted(by: { $0.dispatcher < $1.dispatcher })
        where !dispatchers.contains(cursor.dispatcher) {
            outcome.findings.append(.cursorUnknown(dispatcher: cursor.dispatcher, position: cursor.position))
            outcome.cursors.append(
                CursorState(
                    dispatcher: cursor.dispatcher,
                    isKnown: false,
                    delivered: cursor.position,
                    saved: cursor.position
                )
            )
        }
    }

    /// - Parameter startsAtOldest: where a cursor without a file begins. One that is new beside others begins at the
    ///   end: what is older was promised to the others.
    private mutating func addKnown(_ dispatcher: String, _ file: CursorFile?, startsAtOldest: Bool) {
        let oldest = outcome.segments.first?.first ?? outcome.end
        var position = file?.position ?? (startsAtOldest ? oldest : outcome.end)
        let target = nearest(to: position)
        if target != position {
            outcome.findings.append(.cursorMoved(dispatcher: dispatcher, from: position, to: target))
            position = target
        }
        if file?.position != position {
            // It must stand before the first record is acknowledged: a missing file starts at the end.
            let fresh = CursorFile(dispatcher: dispatcher, position: position, savedAtMilliseconds: now)
            attempt { (storage) throws(SystemCallError) in
                try storage.replace(SpoolFileName.cursor(dispatcher), with: fresh.encoded)
            }
        }
        outcome.cursors.append(
            CursorState(dispatcher: dispatcher, isKnown: true, delivered: position, saved: position)
        )
    }

    private func nearest(to position: UInt64) -> UInt64 {
        guard position < outcome.end else { return outcome.end }
        guard let segment = outcome.segments.first(where: { position < $0.end }) else { return outcome.end }
        return max(position, segment.first)
    }
}

extension SpoolFileName {
    /// A name that no file has.
    static func quarantined(_ name: String, among names: [String]) -> String {
        var file = name + quarantineSuffix
        var number = 2
        while names.contains(file) {
            file = "\(name).\(number)\(quarantineSuffix)"
            number += 1
        }
        return file
    }
}
