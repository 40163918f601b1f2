package import LinuxSystem
internal import Observability
internal import Synchronization

/// The writer's and the keeper's threads, from start to close.
extension Spool {
    /// Starts the writer and the keeper.
    ///
    /// - Parameter whenRoomChanges: called when ``hasRoom`` has changed, on any thread; it must neither wait nor call
    ///   ``append(_:)``.
    package func start(whenRoomChanges: @escaping @Sendable (Bool) -> Void = { _ in }) throws(SystemCallError) {
        room.withLock { $0.changed = whenRoomChanges }
        let writer = try LoopThread(name: "spool-writer") { [self] in write() }
        let keeper = try LoopThread(name: "spool-keeper") { [self] in keep() }
        threads.withLock { threads in
            threads.writer = writer
            threads.keeper = keeper
        }
    }

    /// The writer's life.
    private func write() {
        var pacer = CommitPacer(delayMilliseconds: settings.syncMaxDelayMilliseconds)
        while true {
            if queue.withLock({ $0.sleep(untilRecords: 1) }) {
                writerBell.wait()
                queue.withLock { $0.wake() }
            }
            let due = pacer.due(.now)
            while due > .now, queue.withLock({ $0.sleep(untilRecords: settings.syncMaxRecords) }) {
                writerBell.wait(until: due)
                queue.withLock { $0.wake() }
            }
            let (records, isClosed) = queue.withLock { ($0.records, $0.isClosed) }
            if isClosed, records == 0 { return }
            guard records > 0 else { continue }
            pacer.noteCommit(records: records, at: .now)
            if case .blocked = commitWaiting() {
                if queue.withLock({ $0.sleep(untilRecords: .max) }) {
                    writerBell.wait(until: MonotonicTime.now.adding(milliseconds: Spool.retryMilliseconds))
                    queue.withLock { $0.wake() }
                }
            }
        }
    }

    /// How often a blocked spool looks whether it can go on.
    private static let retryMilliseconds = 250

    /// The keeper's life: what may take its time and must not hold up records.
    private func keep() {
        reserve.keep()
        while !ledger.withLock({ $0.isClosed }) {
            let pause = keeperPause()
            keeperBell.wait(until: pause.map { MonotonicTime.now.adding(milliseconds: $0) })
            // Rung because something is to be saved: more will follow, so it waits for that first.
            if pause == nil, !ledger.withLock({ $0.isClosed }), settings.cursorSaveMilliseconds > 0 {
                keeperBell.wait(until: MonotonicTime.now.adding(milliseconds: settings.cursorSaveMilliseconds))
            }
            tidy()
        }
    }

    /// Milliseconds until the keeper must look by itself; nil when it is rung first.
    private func keeperPause() -> Int? {
        let isBlocked = !hasRoom
        return ledger.withLock { ledger in
            if isBlocked { return Spool.retryMilliseconds }
            if ledger.cursors.contains(where: { $0.isKnown && $0.isDirty }) {
                return max(1, settings.cursorSaveMilliseconds)
            }
            ledger.isKeeperIdle = true
            guard let release = ledger.nextRelease() else { return nil }
            return Int(clamping: min(max(100, release - WallClock.milliseconds), 60_000))
        }
    }

    /// Saves cursors, deletes what nobody needs, looks for room. The keeper's turn.
    func tidy() {
        saveCursors()
        releaseSegments(needed: hasRoom ? 0 : 2 * settings.reserveBytes)
        if case .diskFull = room.withLock({ $0.failure }) {
            relieveDisk()
        } else if threads.withLock({ $0.keeper != nil }) {
            reserve.keep()
        }
        lookForRoom()
    }

    /// Lets go of all that is delivered, on a disk that may not have room for saying so.
    func relieveDisk() {
        guard ledger.withLock({ $0.isOldestDelivered }), reserve.give() else { return }
        appender.withLock { appender in
            saveCursors()
            // Its last segment is needed for what it tells: where positions go on. A new one tells that as well.
            if ledger.withLock({ $0.isNewestPassed }), let part = try? appender.roll(now: WallClock.milliseconds) {
                _ = ledger.withLock { $0.apply(part, records: [], bytes: 0) }
            }
        }
        releaseSegments(needed: .max)
        reserve.keep()
    }

    /// Writes what waits, on the calling thread. When there is no room it goes on waiting.
    package func flush() {
        _ = commitWaiting()
    }

    /// The dead letters beside the segments. Their file may be used until ``close()``.
    package func deadLetters(limitBytes: Int) throws(DeadLetterFailure) -> DeadLetterFile {
        try DeadLetterFile(storage, limitBytes: limitBytes)
    }

    /// Writes what waits, saves the cursors, ends the threads and lets the directory go. Later calls do nothing.
    ///
    /// Cursors must not be used any more. What can't be written is completed with ``SpoolFailure/closed``.
    package func close() {
        let threads = threads.withLock { threads -> Threads? in
            guard !threads.isClosed else { return nil }
            threads.isClosed = true
            defer {
                threads.writer = nil
                threads.keeper = nil
            }
            return Threads(writer: threads.writer, keeper: threads.keeper)
        }
        guard let threads else { return }
        queue.withLock { $0.close() }
        writerBell.raise()
        threads.writer?.join()
        _ = commitWaiting()
        for submission in queue.withLock({ $0.takeAll() }) { submission.completion(.failure(.closed)) }
        ledger.withLock { $0.isClosed = true }
        keeperBell.raise()
        threads.keeper?.join()
        tidy()
        appender.withLock { $0.seal() }
        storage.release()
    }
}
