package import LinuxSystem
internal import Observability
internal import Synchronization
package import TelemetryModel

/// Cursors' files and segments that nobody needs any more.
extension Spool {
    /// Writes down the positions that have changed.
    func saveCursors() {
        // An older position must not be written after a newer one.
        saving.withLock { _ in saveDirtyCursors() }
    }

    private func saveDirtyCursors() {
        let dirty = ledger.withLock { ledger in
            ledger.cursors.enumerated().filter { $0.element.isKnown && $0.element.isDirty }
                .map { (index: $0.offset, dispatcher: $0.element.dispatcher, position: $0.element.delivered) }
        }
        for cursor in dirty {
            let file = CursorFile(
                dispatcher: cursor.dispatcher,
                position: cursor.position,
                savedAtMilliseconds: WallClock.milliseconds
            )
            do throws(SystemCallError) {
                try storage.replace(SpoolFileName.cursor(cursor.dispatcher), with: file.encoded)
                ledger.withLock { ledger in
                    ledger.update(cursor.index) { $0.saved = cursor.position }
                }
            } catch {
                noteFileFailure(error)
            }
        }
    }

    /// Deletes segments that nobody needs; those with damage are renamed for people to look at.
    func releaseSegments(needed: Int) {
        let released = ledger.withLock { $0.releaseSegments(needed: needed, now: WallClock.milliseconds) }
        guard !released.isEmpty else { return }
        let names = released.contains(where: \.isDamaged) ? (try? storage.names()) ?? [] : []
        for segment in released {
            do throws(SystemCallError) {
                if segment.isDamaged {
                    try storage.rename(segment.name, to: SpoolFileName.quarantined(segment.name, among: names))
                } else {
                    try storage.remove(segment.name)
                }
            } catch {
                noteFileFailure(error)
            }
        }
    }

    private func noteFileFailure(_ error: SystemCallError) {
        log.observe(.spoolFileFailed, ["directory": .text(storage.location), "error": .text("\(error)")])
    }

    func noteDamage(_ finding: SpoolFinding, segment: UInt64) {
        ledger.withLock { $0.markDamaged(segment) }
        meters.damage.add()
        log.observe(.spoolDamaged, ["directory": .text(storage.location), "finding": .text("\(finding)")])
    }

    // MARK: Cursors

    /// How far the dispatcher is behind; nil when it has no cursor.
    package func lag(of dispatcher: String) -> SpoolLag? {
        let index = ledger.withLock { $0.cursors.firstIndex { $0.dispatcher == dispatcher && $0.isKnown } }
        return index.map { lag(ofCursor: $0) }
    }

    func lag(ofCursor index: Int) -> SpoolLag {
        ledger.withLock { $0.lag(index, now: WallClock.milliseconds) }
    }

    /// The cursor of a dispatcher that was named when the spool was opened; nil for others.
    ///
    /// One reader per dispatcher at a time: each starts at what is delivered.
    ///
    /// - Parameter wake: called when records are there after ``SpoolCursor/read(recordLimit:byteLimit:)`` had none,
    ///   on the thread that wrote them; it must neither wait nor append.
    package func cursor(for dispatcher: String, wake: @escaping @Sendable () -> Void = {}) -> SpoolCursor? {
        let found = ledger.withLock { ledger -> (index: Int, position: UInt64)? in
            guard let index = ledger.cursors.firstIndex(where: { $0.dispatcher == dispatcher && $0.isKnown }) else {
                return nil
            }
            ledger.update(index) { state in
                state.wake = wake
                state.isAsleep = false
            }
            return (index, ledger.cursors[index].delivered)
        }
        return found.map { SpoolCursor(self, index: $0.index, dispatcher: dispatcher, position: $0.position) }
    }

    /// Forgets how far a dispatcher was that is not configured any more.
    ///
    /// - Returns: false when it is configured, or when there is no such cursor.
    package func dropCursor(of dispatcher: String) throws(SystemCallError) -> Bool {
        guard ledger.withLock({ $0.removeUnknownCursor(of: dispatcher) }) else { return false }
        try storage.remove(SpoolFileName.cursor(dispatcher))
        return true
    }

    /// Position of the first record that was received at the time or later, among those still on disk; the end when
    /// there is none. Reads segments, so it takes a while.
    package func position(receivedAt time: UnixMilliseconds) throws(SpoolFailure) -> UInt64 {
        do throws(SystemCallError) {
            let (segments, end) = ledger.withLock { ($0.segments, $0.end) }
            var sources = SourceCache()
            for segment in segments {
                guard case .success(var reader) = try SegmentReader.open(segment.name, in: storage) else { continue }
                while let found = try reader.next(limit: segment.bytes, before: segment.end) {
                    guard
                        let record = StoredRecord.read(reader.chunk, found.body, sources: &sources),
                        record.receivedAt >= time
                    else { continue }
                    return reader.position(of: found)
                }
            }
            return end
        } catch {
            throw .unreadable(error)
        }
    }

    /// The spool at this moment.
    package var status: SpoolStatus {
        let blocked = blocked
        let now = WallClock.milliseconds
        let settings = settings
        let directory = storage.location
        let room = hasRoom
        return ledger.withLock { ledger in
            SpoolStatus(
                directory: directory,
                segments: ledger.segments.count,
                bytes: ledger.totalBytes,
                maxBytes: settings.maxBytes,
                end: ledger.end,
                hasRoom: room,
                blocked: blocked,
                cursors: ledger.cursors.indices.map { index in
                    let cursor = ledger.cursors[index]
                    return SpoolStatus.Cursor(
                        dispatcher: cursor.dispatcher,
                        isConfigured: cursor.isKnown,
                        position: cursor.delivered,
                        lag: ledger.lag(index, now: now)
                    )
                }
            )
        }
    }
}

/// A running spool at one moment, for health answers and people.
package struct SpoolStatus: Sendable {
    package struct Cursor: Sendable, Hashable {
        package let dispatcher: String
        /// Whether segments are kept for it.
        package let isConfigured: Bool
        package let position: UInt64
        package let lag: SpoolLag
    }

    package let directory: String
    package let segments: Int
    package let bytes: Int
    package let maxBytes: Int
    /// Position of the next record.
    package let end: UInt64
    package let hasRoom: Bool
    /// Why records can't be written; nil when they can.
    package let blocked: SpoolFailure?
    package let cursors: [Cursor]
}
