internal import ConfigurationSchema
internal import Dispatchers
internal import Dispatching
internal import LinuxSystem
internal import Observability
internal import RecordEncoding
internal import ServerAssembly
internal import Synchronization
internal import TelemetryModel

/// A receiver for Tesla's Fleet Telemetry inside of your program.
///
/// ```swift
/// let receiver = try Receiver(configuration: .file("server.json"))
/// let speeds = try receiver.records(fields: ["VehicleSpeed"])
/// try receiver.start()
/// for await record in speeds {
///     print(record.vin, record["VehicleSpeed"]?.number ?? "unknown")
/// }
/// ```
///
/// It works on threads of its own and needs nothing from the program but records to be taken. Vehicles get their acks
/// when every dispatcher of the record's type has taken it; the queue behind ``records(vins:types:fields:)`` is one of
/// them, by the name `queue`.
public final class Receiver: Sendable {
    private enum State {
        case idle
        case running(TelemetryServer)
        case stopped
    }

    private let configuration: ServerConfiguration
    /// Where the configuration file lies, for files that are looked for beside it.
    private let directory: String
    /// The file, to be read again when it changes.
    private let source: ConfigurationSource?
    private let custom: [CustomDispatcher]
    private let queue: QueueDispatcher
    private let mode: EncodingMode
    private let state = Mutex(State.idle)

    /// Reads and checks the configuration, and the certificates that it names. Nothing is started.
    ///
    /// - Parameter dispatchers: of your own, by the names that `records` in the configuration uses for them. One that
    ///   no record type names is not used.
    /// - Throws: everything that is wrong with the configuration, at once.
    public init(
        configuration: ReceiverConfiguration,
        dispatchers: [String: any Dispatcher] = [:]
    ) throws(ReceiverError) {
        for name in dispatchers.keys.sorted() where name.isEmpty || KnownDispatcher(rawValue: name)?.isBuilt == true {
            throw ReceiverError(.dispatcherName(name))
        }
        let checked = Self.check(configuration, customNames: Set(dispatchers.keys))
        guard let usable = checked.configuration else {
            throw ReceiverError(.configuration(findings: checked.report.lines))
        }
        let mode: EncodingMode = usable.compatibility == .reference ? .reference : .standard
        self.configuration = usable
        self.mode = mode
        if case .file(let path, let environment) = configuration.source {
            directory = ConfigurationCommands.directory(of: path)
            source = ConfigurationSource(
                path: path,
                environment: environment,
                customDispatchers: Set(dispatchers.keys)
            )
        } else {
            directory = ""
            source = nil
        }
        custom = dispatchers.sorted { $0.key < $1.key }.map { name, dispatcher in
            CustomDispatcher(
                name: DispatcherName(name),
                dispatcher: BridgedDispatcher(dispatcher: dispatcher, mode: mode)
            )
        }
        queue = QueueDispatcher(usable.queue)
    }

    deinit {
        guard case .running(let server) = state.withLock({ $0 }) else { return }
        // Whoever let go of the receiver shall not wait for its end. Without a thread it ends with the process.
        _ = try? LoopThread(name: "receiver-stop") { server.stop() }
    }

    // MARK: Records

    /// A new stream of the records that go to the dispatcher `queue` and pass the filter.
    ///
    /// Ask before ``start()`` to miss none. Each stream gets every record it wants; a full one holds back the others,
    /// unless the configuration says `drop_oldest`. While records go to the queue and no stream exists, vehicles get no
    /// acks for them and keep them.
    ///
    /// - Parameters:
    ///   - vins: only these vehicles; nil for all.
    ///   - types: only these record types; nil for all.
    ///   - fields: only vehicle data with at least one of these fields, e.g. `VehicleSpeed`; nil for all records.
    /// - Throws: when a field has no such name, or the configuration sends none of the wanted records to the queue.
    public func records(
        vins: Set<String>? = nil,
        types: Set<RecordType>? = nil,
        fields: Set<String>? = nil
    ) throws(ReceiverError) -> RecordStream {
        var numbers: Set<Field>?
        if let fields {
            numbers = []
            for name in fields {
                guard let field = Field(name: name) else { throw ReceiverError(.unknownField(name)) }
                numbers?.insert(field)
            }
        }
        try checkQueued(types ?? (fields == nil ? [] : [.vehicleData]))
        let filter = RecordFilter(
            vins: vins.map { Set($0.map { VIN($0) }) },
            types: types.map { Set($0.map { TelemetryModel.RecordType(topic: $0.rawValue) }) },
            fields: numbers
        )
        return RecordStream(queue.subscribe(filter), mode: mode, showsFindings: configuration.queue.includesFindings)
    }

    private func checkQueued(_ wanted: Set<RecordType>) throws(ReceiverError) {
        func isQueued(_ type: String) -> Bool { configuration.records[type]?.contains(QueueSettings.kind) == true }
        let missing = wanted.filter { !isQueued($0.rawValue) }.sorted { $0.rawValue < $1.rawValue }
        guard missing.isEmpty else { throw ReceiverError(.notQueued(missing)) }
        guard configuration.records.keys.contains(where: isQueued) else { throw ReceiverError(.notQueued([])) }
    }

    // MARK: Running

    /// Opens the ports. Vehicles are served when this returns.
    public func start() throws(ReceiverError) {
        let result = state.withLock { (state) -> Result<Void, ReceiverError> in
            guard case .idle = state else { return .failure(ReceiverError(.startedTwice)) }
            do throws(StartError) {
                state = .running(
                    try TelemetryServer(
                        configuration,
                        directory: directory,
                        source: source,
                        custom: custom,
                        queue: queue,
                        log: configuration.operationalLog
                    )
                )
                return .success(())
            } catch {
                return .failure(ReceiverError(.start(error.description)))
            }
        }
        try result.get()
    }

    /// Takes nothing new, delivers what is in hand, says goodbye to the vehicles, and ends the streams.
    ///
    /// Blocks the calling thread for as long as dispatchers need, at most `shutdown_timeout_seconds` of the
    /// configuration (10 unless set). What was not delivered by then was not acked: its vehicles send it again.
    ///
    /// - Returns: records that were left to the vehicles; 0 when it was not running.
    @available(*, noasync, message: "it would block a thread of Swift's pool; write await receiver.stop()")
    @discardableResult
    public func stop() -> Int {
        take()?.stop().left ?? 0
    }

    /// The same for tasks: waits without blocking a thread of Swift's pool.
    @discardableResult
    public func stop() async -> Int {
        guard let server = take() else { return 0 }
        return await withCheckedContinuation { continuation in
            do throws(SystemCallError) {
                _ = try LoopThread(name: "receiver-stop") { continuation.resume(returning: server.stop().left) }
            } catch {
                // No thread to be had: better to block this one than not to stop.
                continuation.resume(returning: server.stop().left)
            }
        }
    }

    /// The running server, which is then the caller's to stop.
    private func take() -> TelemetryServer? {
        state.withLock { state in
            guard case .running(let server) = state else { return nil }
            state = .stopped
            return server
        }
    }

    private var server: TelemetryServer? {
        state.withLock { state in
            if case .running(let server) = state { server } else { nil }
        }
    }

    /// The port that vehicles connect to; nil when it is not running.
    public var port: UInt16? { server?.address.port }

    /// Vehicles connected now.
    public var connectedVehicles: Int { server?.connections ?? 0 }

    /// All metrics in Prometheus' text format, as the port `monitoring.prometheus_metrics_port` serves them; empty
    /// when it is not running.
    public var metrics: String { String(decoding: server?.metrics.exposition() ?? [], as: UTF8.self) }
}

extension Receiver {
    private static func check(
        _ configuration: ReceiverConfiguration,
        customNames: Set<String>
    ) -> ConfigurationCommands.Checked {
        switch configuration.source {
        case .file(let path, let environment):
            return ConfigurationCommands.checked(
                path: path,
                environment: environment,
                customDispatchers: customNames,
                takesQueue: true
            )
        case .json(let text):
            return ConfigurationCommands.checked(
                Array(text.utf8),
                name: "configuration",
                environment: [:],
                customDispatchers: customNames,
                takesQueue: true
            )
        case .settings(let settings):
            return ConfigurationCommands.checked(
                ServerConfiguration(settings),
                name: "settings",
                customDispatchers: customNames
            )
        }
    }
}
