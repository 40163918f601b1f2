package import Dispatching
internal import LinuxSystem
package import Observability
package import RecordEncoding
internal import Synchronization
internal import TelemetryModel

/// Appends records to files, one write per batch and file.
///
/// A record is delivered when the system has taken it, or the disk where `fsync` says so. A file is opened anew when it
/// was deleted, moved or replaced, and made when it is missing. Readers that follow a file see every line once and
/// never two halves of different lines; see ``LineBatch`` for disks that fill up.
package final class FileDispatcher: Dispatcher {
    private struct State {
        var files: RecordFileTable
        /// Memory for the lines of the next batch: new memory would have to be made by the system each time.
        var spareBytes: [UInt8] = []
    }

    private let pattern: FilePathPattern
    private let keeper: FileKeeper
    private let log: Log
    private let state: Mutex<State>
    private let mustReopen = Atomic<Bool>(false)

    /// - Parameter gzip: where the program is that compresses files; nil uses none.
    package init(
        _ settings: FileSettings,
        encodingMode: EncodingMode,
        gzip: String? = FileDispatcher.systemGzip,
        log: Log = .silent
    ) {
        let pattern = FilePathPattern(settings.path)
        let style = RecordFileStyle(
            format: settings.format,
            encodingMode: encodingMode,
            includesFindings: settings.includesFindings,
            rotation: settings.rotation,
            syncsEachBatch: settings.syncing == .batch,
            directory: pattern.directory
        )
        self.pattern = pattern
        self.log = log
        let keeper = FileKeeper(settings.rotation, gzip: gzip, log: log)
        self.keeper = keeper
        state = Mutex(State(files: RecordFileTable(pattern, style, limit: settings.openFileLimit, keeper: keeper)))
    }

    package static var systemGzip: String? { FileKeeper.systemGzip() }

    package func open() async throws(DispatcherFailure) {
        // Which files a pattern makes, only records tell; whether its directory can be written is known by then.
        guard !pattern.hasPlaceholders else {
            guard Files.isDirectory(pattern.directory) else {
                throw failure(
                    SystemCallError(call: "open", code: SystemCallError.noSuchFile, subject: pattern.directory)
                )
            }
            return
        }
        let error = state.withLock { (state) -> SystemCallError? in
            do throws(SystemCallError) {
                _ = try state.files.file(at: pattern.text)
                return nil
            } catch {
                return error
            }
        }
        if let error { throw failure(error) }
        keeper.keep(pattern.text)
    }

    package func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        state.withLock { state in
            if mustReopen.exchange(false, ordering: .relaxed) { state.files.closeAll() }
            guard pattern.hasPlaceholders else {
                let (whole, error) = append(batch.records, to: pattern.text, &state)
                guard let error else { return DeliveryReport(all: .delivered, of: batch) }
                return DeliveryReport(delivered: whole, rest: .retry(failure(error)), of: batch)
            }
            return deliver(FileGroups(batch.records, pattern), of: batch, &state)
        }
    }

    private func deliver(_ groups: FileGroups, of batch: RecordBatch, _ state: inout State) -> DeliveryReport {
        var outcomes: [DeliveryReport.Outcome] = Array(repeating: .delivered, count: batch.records.count)
        var isWhole = true
        for group in groups.groups {
            noteEscape(group.records[0])
            let (whole, error) = append(group.records, to: group.path, &state)
            guard let error else { continue }
            isWhole = false
            let failure = failure(error)
            for index in group.indices[whole...] { outcomes[index] = .retry(failure) }
        }
        if pattern.hasDate { state.files.closePast(pattern.date(batch.records[batch.records.count - 1])) }
        return isWhole ? DeliveryReport(all: .delivered, of: batch) : DeliveryReport(outcomes)
    }

    private func append(
        _ records: [Record],
        to path: String,
        _ state: inout State
    ) -> (whole: Int, error: SystemCallError?) {
        do throws(SystemCallError) {
            let file = try state.files.file(at: path, date: pattern.date(records[0]))
            let result = file.append(records, spareBytes: &state.spareBytes) { [keeper] _ in keeper.keep(path) }
            if let error = result.rotationError { warnOfRotation(error) }
            return (result.whole, result.error)
        } catch {
            return (0, error)
        }
    }

    /// Closes the files; they are opened again for the next records. Called after a program for log files has moved
    /// them, from any thread.
    package func reopen() {
        mustReopen.store(true, ordering: .relaxed)
        // At once when nothing is written just now: until then, a file that was moved away would keep its room.
        _ = state.withLockIfAvailable { state in
            if mustReopen.exchange(false, ordering: .relaxed) { state.files.closeAll() }
        }
    }

    package func close() async {
        state.withLock { $0.files.closeAll() }
    }

    /// Waits until rotated files are compressed and counted. For tests.
    package func waitForKeeping() { keeper.waitUntilIdle() }

    // MARK: Words

    private func warnOfRotation(_ error: SystemCallError) {
        log.observe(
            .fileRotationFailed,
            ["detail": .text("rotate \(pattern.text): \(error.reason); records are appended to the old file meanwhile")]
        )
    }

    private func noteEscape(_ record: Record) {
        guard pattern.hasVIN else { return }
        let safe = FilePathPattern.safe(record.vin.text)
        guard safe != record.vin.text else { return }
        log.observe(
            .fileVINEscaped,
            [
                "vin": .text(record.vin.text),
                "detail": .text("the VIN has bytes that must not stand in a path; it is written with % and digits"),
            ]
        )
    }

    private func failure(_ error: SystemCallError) -> DispatcherFailure {
        // The pattern and not the path: a VIN doesn't belong into a failure.
        let what = "append to \(pattern.text): \(error.reason)"
        if error.isLackOfRoom {
            return DispatcherFailure(.full, "\(what); free room on its disk, the records wait meanwhile")
        }
        if error.isRefusal {
            return DispatcherFailure(.unwritable, "\(what); let the server's user write there, or change file.path")
        }
        if error.isMissing {
            return DispatcherFailure(.unreachable, "\(what); make the directory, or change file.path")
        }
        return DispatcherFailure(.refused, "\(what); see whether its disk is in order")
    }
}
