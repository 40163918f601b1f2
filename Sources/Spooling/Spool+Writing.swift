internal import LinuxSystem
internal import Observability
internal import Symptoms
internal import Synchronization

/// Turns of writing, and whether there is room for the next one.
extension Spool {
    /// How a turn of the writer ended.
    enum Turn {
        case done
        /// Nothing can be written now; what is patient waits.
        case blocked
    }

    /// Writes what waits. The writer's turn; without threads tests call it.
    func commitWaiting() -> Turn {
        appender.withLock { commitWaiting(&$0) }
    }

    func commitWaiting(_ appender: inout SegmentAppender) -> Turn {
        let all = queue.withLock { $0.takeAll() }
        var rest = all[...]
        while !rest.isEmpty {
            let started = MonotonicTime.now
            let taken = rest
            let room = ledger.withLock { $0.room }
            do throws(SpoolFailure) {
                let part = try appender.commit(
                    taken,
                    room: room,
                    limit: settings.maxBytes,
                    now: WallClock.milliseconds
                )
                meters.syncSeconds.observe(seconds: Double(MonotonicTime.now.nanoseconds(since: started)) / 1e9)
                settle(rest.prefix(part.submissions), part)
                rest = rest.dropFirst(part.submissions)
            } catch {
                if case .limitReached(_, _, let needed) = error, makeRoom(needed, &appender) { continue }
                return block(rest, error)
            }
        }
        noteWritten(&appender)
        return .done
    }

    private func settle(_ submissions: ArraySlice<SpoolSubmission>, _ part: CommittedPart) {
        var records = submissions.first?.records ?? []
        for submission in submissions.dropFirst() { records += submission.records }
        let bytes = submissions.reduce(0) { $0 + $1.bytes }
        let wakes = ledger.withLock { $0.apply(part, records: records, bytes: bytes) }
        meters.appended.add(records.count)
        meters.appendedBytes.add(bytes)
        meters.syncs.add()
        var first = part.first
        for submission in submissions {
            let end = first + UInt64(submission.records.count)
            submission.completion(.success(first..<end))
            first = end
        }
        for wake in wakes { wake() }
    }

    /// - Returns: true when something was let go, so that trying again makes sense.
    private func makeRoom(_ needed: Int, _ appender: inout SegmentAppender) -> Bool {
        if ledger.withLock({ $0.isNewestPassed }) { appender.seal() }
        let before = ledger.withLock { $0.room }
        saveCursors()
        releaseSegments(needed: needed)
        return ledger.withLock { $0.room } > before
    }

    private func block(_ submissions: ArraySlice<SpoolSubmission>, _ failure: SpoolFailure) -> Turn {
        meters.failures.add()
        let mustFail = queue.withLock { queue in
            queue.putBack(submissions.filter { $0.isPatient && !queue.isClosed })
            return submissions.filter { !$0.isPatient || queue.isClosed }
        }
        noteRoom { room in
            if room.failure == nil { room.failedAt = WallClock.milliseconds }
            room.failure = failure
        }
        for submission in mustFail { submission.completion(.failure(failure)) }
        return .blocked
    }

    // MARK: Room

    private func noteWritten(_ appender: inout SegmentAppender) {
        let isRelieved = queue.withLock { $0.isHalfEmpty }
        let isTight = ledger.withLock { $0.room } < settings.reserveBytes
        if isTight, !makeRoom(settings.reserveBytes, &appender) {
            let (used, limit) = ledger.withLock { ($0.totalBytes, settings.maxBytes) }
            return noteRoom { room in
                if room.failure == nil { room.failedAt = WallClock.milliseconds }
                room.failure = .limitReached(used: used, limit: limit, needed: settings.reserveBytes)
            }
        }
        noteRoom { room in
            room.failure = nil
            if isRelieved { room.isCrowded = false }
        }
    }

    /// Looks whether there is room again, when nobody tries to write.
    func lookForRoom() {
        guard let failure = room.withLock({ $0.failure }) else { return }
        switch failure {
        case .limitReached:
            // Twice the reserve, so that it does not open and close with every record.
            guard ledger.withLock({ $0.room }) >= min(2 * settings.reserveBytes, settings.maxBytes / 2) else { return }
        case .diskFull:
            guard let free = storage.freeBytes, free > 1 << 20 else { return }
        default:
            break
        }
        // Who waits tries it out; without anybody waiting the next record does.
        guard queue.withLock({ $0.isEmpty }) else { return writerBell.raise() }
        noteRoom { $0.failure = nil }
    }

    func noteRoom(_ change: (inout Room) -> Void) {
        let (after, changed, since, failure) = room.withLock { room in
            let before = room.failure == nil && !room.isCrowded
            change(&room)
            let after = room.failure == nil && !room.isCrowded
            isOpenForRecords.store(after, ordering: .relaxed)
            return (after, before == after ? nil : room.changed ?? { _ in }, room.failedAt, room.failure)
        }
        guard let changed else { return }
        if !after {
            let reason = failure ?? .crowded(waitingBytes: queue.withLock { $0.bytes })
            log.observe(
                .spoolBlocked,
                [
                    "directory": .text(storage.location), "code": .text(reason.symptom.rawValue),
                    "error": .text("\(reason)"),
                ]
            )
        } else {
            log.observe(
                .spoolUnblocked,
                [
                    "directory": .text(storage.location),
                    "blocked_milliseconds": .number(since == 0 ? 0 : WallClock.milliseconds - since),
                ]
            )
        }
        changed(after)
        // It looks for room from now on.
        if !after { keeperBell.raise() }
    }
}
