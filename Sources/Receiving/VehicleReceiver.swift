package import Dispatching
package import LinuxSystem
package import Observability
package import OpenSSLTransport
package import RecordRules
package import SignalMetering
internal import Synchronization
package import TelemetryModel

/// Listens for vehicles and turns what they send into records on their routes: all event loops together.
///
/// Starting and stopping are separate steps, because the dispatchers must be drained between the last record
/// and the last ack: ``stopReading(until:)``, then the router's drain, then ``finish()``.
package final class VehicleReceiver: Sendable {
    /// Where it listens; the port is the real one, also when 0 was asked for.
    package let address: SocketAddress
    package let meters: ReceivingMeters

    private let vehicleTable: VehicleTable
    private let watch: VehicleWatch
    private let gate: VehicleGate
    private let doors: [LoopDoor]
    private let threads: Mutex<[LoopThread]>

    /// Opens the listening sockets and starts the loops. Vehicles are served as soon as this returns.
    ///
    /// - Parameters:
    ///   - listeners: opened by somebody else, e.g. systemd; they take the place of host and port. Empty opens our own.
    ///   - router: is connected here, so that settlements find their loops.
    ///   - meter: counts the signals that come; nil for none. Stopped by its owner after ``finish()``.
    ///   - tap: sees every message; nil for none.
    /// - Throws: `SystemCallError`, `AddressError` or `TLSContextError`.
    package init(
        _ settings: ReceiverSettings,
        tls: TLSServerSettings,
        listeners: [ListeningSocket] = [],
        router: DispatchRouter,
        log: Log,
        metrics: MetricRegistry,
        meter: SignalMeter? = nil,
        tap: (any FrameTap)? = nil
    ) throws {
        let count = settings.threads > 0 ? settings.threads : LoopThread.usableCPUs
        let meters = ReceivingMeters(
            metrics,
            recordTypes: router.routes.map(\.type.topic),
            trackedVINs: settings.trackedVINs
        )
        // One queue for all loops would be shared unevenly, so the first loop accepts from sockets that we were given
        // and deals the connections out. Sockets of our own are one per loop.
        let given = listeners
        let opened = given.isEmpty ? try Self.openListeners(settings, count: count) : given
        var doors: [LoopDoor] = []
        for _ in 0..<count { doors.append(try LoopDoor()) }
        let types = TopicTable(router, meters.reference).all.map(\.type)
        let vehicleTable = VehicleTable(settings, types: types, meter: meter, log: log)
        meters.exposeVehicles { [weak vehicleTable] in vehicleTable?.connectedCount ?? 0 }
        let context = ReceiverContext(
            settings: settings,
            router: router,
            log: log,
            meters: meters,
            socketNames: SocketNames(),
            vehicles: vehicleTable,
            handovers: Handovers(loops: count),
            doors: doors,
            tap: tap,
            reliableAcks: ReliableAckMeters(settings.reliableAckSources, meters.reference),
            gate: VehicleGate(settings.vehicles, metrics),
            meter: meter,
            loops: count,
            handshakeRates: settings.handshakeRate.map { HandshakeRates(perSecond: $0.perSecond, burst: $0.burst) }
        )
        try router.connect(observers: doors)
        var threads: [LoopThread] = []
        for index in 0..<count {
            threads.append(
                try Self.startLoop(
                    UInt16(index),
                    context,
                    doors[index],
                    given.isEmpty ? [opened[index]] : (index == 0 ? given : []),
                    peers: given.isEmpty || index > 0 || count == 1 ? [] : doors,
                    tls
                )
            )
        }
        watch = try VehicleWatch(vehicleTable)
        self.vehicleTable = vehicleTable
        address = opened[0].address
        gate = context.gate
        self.meters = meters
        self.doors = doors
        self.threads = Mutex(threads)
    }

    /// One socket per loop on the same port; the kernel spreads new connections among them.
    private static func openListeners(_ settings: ReceiverSettings, count: Int) throws -> [ListeningSocket] {
        if count > 1, settings.port != 0 {
            // A shared port would silently be shared with another server of the same user, too.
            _ = try TCP.listen(host: settings.host, port: settings.port, sharesPort: false)
        }
        var port = settings.port
        return try (0..<max(count, 1)).map { _ in
            let socket = try ListeningSocket(
                TCP.listen(host: settings.host, port: port, sharesPort: count > 1)
            )
            port = socket.address.port
            return socket
        }
    }

    private static func startLoop(
        _ index: UInt16,
        _ context: ReceiverContext,
        _ door: LoopDoor,
        _ listeners: [ListeningSocket],
        peers: [LoopDoor],
        _ tls: TLSServerSettings
    ) throws -> LoopThread {
        // The loop is made on its own thread and never leaves it; only how that went comes back.
        let started = LoopStart()
        let thread = try LoopThread(name: "receive-\(index)") {
            let cpus = context.settings.pinnedCPUs
            if !cpus.isEmpty { LoopThread.pinCurrent(toCPU: cpus[Int(index) % cpus.count]) }
            do {
                let loop = try ReceivingLoop(
                    index: index,
                    context: context,
                    door: door,
                    listeners: listeners,
                    peers: peers,
                    tls: tls
                )
                started.report(nil)
                loop.run()
            } catch {
                started.report(error)
            }
        }
        if let error = started.wait() {
            thread.join()
            throw error
        }
        return thread
    }

    /// New connections use these from now on; standing ones are not touched.
    ///
    /// - Throws: when OpenSSL refuses them; then everything stays as it was.
    package func renew(_ tls: TLSServerSettings) throws(TLSContextError) {
        _ = try TLSServerContext(tls)
        for door in doors { door.mailbox.post(.renew(tls)) }
    }

    /// Takes no more connections and records. What has been read by then is on its routes when this returns.
    package func stopReading(until deadline: MonotonicTime) {
        let signals = doors.map { door in
            let signal = ThreadSignal()
            door.mailbox.post(.stopReading(signal))
            return signal
        }
        for signal in signals { signal.wait(until: deadline) }
    }

    /// Who may connect from now on; standing connections of vehicles that may not are closed.
    package func replace(_ vehicles: VehicleLists) {
        gate.replace(vehicles)
        for door in doors { door.mailbox.post(.reviewVehicles) }
    }

    /// What records are checked for from now on; nil for nothing. What is remembered of vehicles stays.
    package func replace(_ rules: RuleSet?) {
        for door in doors { door.mailbox.post(.judgeBy(rules)) }
    }

    /// Vehicles that the lists have refused, the last one first; at most ``VehicleGate/rememberedVehicles``.
    package var refusedVehicles: [RefusedVehicle] { gate.refused }

    /// Whether every event loop goes round: each answers before the deadline.
    package func isAlive(by deadline: MonotonicTime) -> Bool {
        let signals = doors.map { door in
            let signal = ThreadSignal()
            door.mailbox.post(.probe(signal))
            return signal
        }
        return signals.allSatisfy { $0.wait(until: deadline) }
    }

    /// Sends the acks that have come in, says goodbye to every vehicle, and ends the loops. Blocks until they have.
    ///
    /// - Parameter lingerMilliseconds: how long vehicles may take to hear it and close their ends.
    package func finish(lingerMilliseconds: Int = 2_000) {
        for door in doors { door.mailbox.post(.finish(lingerMilliseconds: lingerMilliseconds)) }
        for thread in threads.withLock({ $0 }) { thread.join() }
        watch.stop()
    }

    // MARK: Vehicles

    /// Every vehicle that is or lately was connected, in no particular order. Each is consistent in itself; they are
    /// not of one moment.
    package var vehicles: [VehicleSnapshot] { vehicleTable.snapshots }

    /// Known vehicles in the order of their VINs, a part of them at a time.
    ///
    /// - Parameters:
    ///   - after: only VINs behind this one; nil begins at the first.
    ///   - onlyConnected: leaves out those that are called disconnected.
    ///   - limit: the most to return, 1 or more.
    package func vehicles(after: VIN?, onlyConnected: Bool, limit: Int) -> [VehicleSnapshot] {
        vehicleTable.page(after: after, onlyConnected: onlyConnected, limit: limit)
    }

    /// Vehicles that are called connected now.
    package var connectedVehicles: Int { vehicleTable.connectedCount }

    /// Nil for a vehicle that was not connected lately.
    package func vehicle(_ vin: VIN) -> VehicleSnapshot? { vehicleTable.snapshot(of: vin) }
}

/// How the start of a loop went, told by its thread to the one that started it.
private final class LoopStart: Sendable {
    private let signal = ThreadSignal()
    private let outcome = Mutex<(any Error)?>(nil)

    func report(_ error: (any Error)?) {
        outcome.withLock { $0 = error }
        signal.raise()
    }

    func wait() -> (any Error)? {
        signal.wait()
        return outcome.withLock { $0 }
    }
}
