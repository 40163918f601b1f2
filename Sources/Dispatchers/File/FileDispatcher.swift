package import ConfigurationSchema
package import Dispatching
internal import JSONText
internal import LinuxSystem
package import RecordEncoding
internal import Synchronization
internal import TelemetryModel

/// `"file": {"path": …}`: one JSON line per record, appended to a file.
package struct FileSettings: DispatcherSettings, Hashable {
    package static let kind = "file"

    package var path = ""

    package init() {}

    package static let summary = "The dispatcher `file`: one JSON line per record in a file."

    package static let settings: [Setting<Self>] = [
        .path("path", \.path, mayBeEmpty: false, "The file that lines are appended to.").required()
    ]

    package var appendedPaths: [AppendedPath] { [AppendedPath(key: "path", path: path)] }

    package func makeDispatcher(_ context: DispatcherContext) -> any Dispatcher {
        FileDispatcher(self, encodingMode: context.encodingMode)
    }
}

/// Appends ``RecordEncoding/FileLine``s to a file, one write per batch.
///
/// A record is delivered when the system has taken its line; it is forced onto the disk only at the end. The file is
/// opened anew when it was deleted, moved or replaced, and made when it is missing, but never its directory: a path
/// that is written wrong should not become a tree of directories. Readers that follow the file see every line
/// once and never two halves of different lines; see ``LineBatch`` for disks that fill up.
package final class FileDispatcher: Dispatcher {
    private struct State: ~Copyable {
        var file: AppendFile?
        var torn: TornLine?
        /// Memory for the lines of the next batch: new memory would have to be made by the system each time.
        var spareBytes: [UInt8] = []
    }

    /// Larger memory is not kept between batches.
    private static let spareByteLimit = 1 << 20

    /// Permissions of a file that is made, before the umask: records say where a car was.
    private static let mode: UInt32 = 0o600

    private let path: String
    private let encodingMode: EncodingMode
    private let state = Mutex(State())

    package init(_ settings: FileSettings, encodingMode: EncodingMode) {
        path = settings.path
        self.encodingMode = encodingMode
    }

    package func open() async throws(DispatcherFailure) {
        let error = state.withLock { (state) -> SystemCallError? in
            do throws(SystemCallError) {
                try openFile(&state)
                return nil
            } catch {
                return error
            }
        }
        if let error { throw failure(error) }
    }

    package func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        state.withLock { state in
            if state.file?.isInPlace != true {
                close(&state)
                do throws(SystemCallError) {
                    try openFile(&state)
                } catch {
                    return DeliveryReport(all: .retry(failure(error)), of: batch)
                }
            }
            let torn = state.torn
            var spareBytes: [UInt8] = []
            swap(&spareBytes, &state.spareBytes)
            let json = JSONWriter(reservingCapacity: batch.records.count * 512, reusing: spareBytes)
            let lines = LineBatch(batch, completing: torn, to: json) { (record, json) in
                FileLine.append(record, mode: encodingMode, to: &json)
            }
            guard let progress = state.file?.append(lines.bytes) else {
                return DeliveryReport(all: .retry(DispatcherFailure(.faulty, "\(path) is not open")), of: batch)
            }
            let (report, newTorn) = lines.report(progress, of: batch, isContinuing: torn, failure: failure)
            state.torn = newTorn
            if lines.bytes.capacity <= Self.spareByteLimit { state.spareBytes = lines.bytes }
            return report
        }
    }

    package func close() async {
        state.withLock { state in
            close(&state, mustSync: true)
        }
    }

    private func openFile(_ state: inout State) throws(SystemCallError) {
        state.file = try AppendFile.open(path: path, mode: Self.mode)
    }

    private func close(_ state: inout State, mustSync: Bool = false) {
        // The whole line follows elsewhere or, after a restart, again: half of it must not stay.
        if let torn = state.torn { state.file?.cut(last: torn.writtenBytes) }
        state.file?.releaseReservation()
        // Nobody is left to be told of a failure; the lines are with the system either way.
        if mustSync { try? state.file?.sync() }
        state.file = nil
        state.torn = nil
    }

    private func failure(_ error: SystemCallError) -> DispatcherFailure {
        let what = "append to \(path): \(error.reason)"
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
