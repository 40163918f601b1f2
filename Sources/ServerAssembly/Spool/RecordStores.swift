internal import Dispatching
internal import LinuxSystem
internal import Observability
internal import PayloadCodec
internal import Spooling
internal import Synchronization
internal import TelemetryModel

/// What a server keeps on disk: the spool and the dead letters.
struct RecordStores: Sendable {
    let spool: Spool?
    let deadLetters: (any DeadLetterSink)?
    /// Held for dead letters in a directory of their own.
    private let ownStorage: DirectoryStorage?

    /// Opens what the configuration names, and says in the log what had to be repaired.
    ///
    /// Only a directory that can't be used, or that another server has, is a reason not to start.
    static func open(
        _ configuration: ServerConfiguration,
        dispatchers: [DispatcherName],
        log: Log,
        metrics: MetricRegistry
    ) throws(StartError) -> RecordStores {
        let spool = try openSpool(configuration, dispatchers, log, metrics)
        do throws(StartError) {
            return try openDeadLetters(configuration, spool, log, metrics)
        } catch {
            spool?.close()
            throw error
        }
    }

    private static func openSpool(
        _ configuration: ServerConfiguration,
        _ dispatchers: [DispatcherName],
        _ log: Log,
        _ metrics: MetricRegistry
    ) throws(StartError) -> Spool? {
        guard let settings = configuration.spoolSettings else { return nil }
        let reader = SpooledContent()
        return try StartError.during(.spool) {
            try Spool(settings, dispatchers: dispatchers.map(\.text), log: log, metrics: metrics) { reader.content($0) }
        }
    }

    private static func openDeadLetters(
        _ configuration: ServerConfiguration,
        _ spool: Spool?,
        _ log: Log,
        _ metrics: MetricRegistry
    ) throws(StartError) -> RecordStores {
        guard let directory = configuration.deadLetterDirectory else {
            return RecordStores(spool: spool, deadLetters: nil, ownStorage: nil)
        }
        let limit = configuration.deadLetters.maxBytes
        let isBesideSpool = directory == configuration.spool?.directory
        let storage = isBesideSpool ? nil : DirectoryStorage(directory: directory)
        let file = try StartError.during(.deadLetters(directory)) {
            try storage?.acquire()
            return try spool.flatMap { isBesideSpool ? $0 : nil }?.deadLetters(limitBytes: limit)
                ?? DeadLetterFile(storage ?? DirectoryStorage(directory: directory), limitBytes: limit)
        }
        for finding in file.findings {
            log.observe(.spoolRepaired, ["directory": .text(directory), "finding": .text("\(finding)")])
        }
        let sink = DurableDeadLetters(file, log: log, metrics: metrics)
        return RecordStores(spool: spool, deadLetters: sink, ownStorage: storage)
    }

    /// Writes down what waits, and lets the directories go.
    func close() {
        spool?.close()
        ownStorage?.release()
    }
}

/// Decodes payloads that come from the disk. They were transformed when they were received, so nothing more is to be
/// done to them.
final class SpooledContent: Sendable {
    private struct Decoder: ~Copyable {
        var payloads = PayloadDecoder()
    }

    private let decoder = Mutex(Decoder())

    /// What can't be decoded is passed on as bytes rather than lost.
    func content(_ record: StoredRecord) -> RecordContent {
        let payload = record.payload
        return decoder.withLock { (try? $0.payloads.decode(record.type, payload.span)) ?? .opaque }
    }
}
