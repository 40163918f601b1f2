internal import LinuxSystem
package import TelemetryModel

/// Removes things from a spool that no server uses: for `fleet-telemetry spool drop DIR …`.
///
/// It holds the directory's lock for as long as it lives.
package final class SpoolCleaner: Sendable {
    package enum Target: Sendable, Hashable {
        /// How far a dispatcher was. It begins anew if it is ever configured again.
        case cursor(dispatcher: String)
        /// Segments whose newest record was received before the time, delivered or not.
        case segments(before: UnixMilliseconds)
        case quarantined
        case deadLetters
    }

    private let storage: any SpoolStorage

    package init(directory: String) throws(SpoolOpeningError) {
        storage = DirectoryStorage(directory: directory)
        try storage.acquire()
    }

    package init(storage: any SpoolStorage) throws(SpoolOpeningError) {
        self.storage = storage
        try storage.acquire()
    }

    deinit {
        storage.release()
    }

    /// - Returns: the files that were removed.
    package func drop(_ target: Target) throws(SpoolOpeningError) -> [String] {
        do throws(SystemCallError) {
            let names = try files(for: target)
            for name in names { try storage.remove(name) }
            try storage.syncNames()
            return names
        } catch {
            throw SpoolOpeningError(path: storage.location, reason: .unusable(error))
        }
    }

    private func files(for target: Target) throws(SystemCallError) -> [String] {
        let names = try storage.names()
        switch target {
        case .cursor(let dispatcher): return names.filter { $0 == SpoolFileName.cursor(dispatcher) }
        case .quarantined: return names.filter { $0.hasSuffix(SpoolFileName.quarantineSuffix) }
        case .deadLetters: return names.filter { $0 == DeadLetterFile.name }
        case .segments(let time):
            // The newest one tells where positions go on, so it stays.
            let report = try SpoolInspector(storage: storage).report(isReadingThrough: true)
            return report.segments.dropLast().filter { ($0.latestReceivedAt ?? time) < time }.map(\.file)
        }
    }
}
