package import Dispatching
package import LinuxSystem
package import Observability
package import OpenSSLTransport
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
    private let doors: [LoopDoor]
    private let threads: Mutex<[LoopThread]>

    /// Opens the listening sockets and starts the loops. Vehicles are served as soon as this returns.
    ///
    /// - Parameters:
    ///   - router: is connected here, so that settlements find their loops.
    ///   - tap: sees every message; nil for none.
    /// - Throws: `SystemCallError`, `AddressError` or `TLSContextError`.
    package init(
        _ settings: ReceiverSettings,
        tls: TLSServerSettings,
        router: DispatchRouter,
        log: Log,
        metrics: MetricRegistry,
        tap: (any FrameTap)? = nil
    ) throws {
        let count = settings.threads > 0 ? settings.threads : LoopThread.usableCPUs
        let meters = ReceivingMeters(
            metrics,
            recordTypes: router.routes.map(\.type.topic),
            trackedVINs: settings.trackedVINs
        )
        let opened = try Self.openListeners(settings, count: count)
        var doors: [LoopDoor] = []
        for _ in 0..<count { doors.append(try LoopDoor()) }
        let vehicleTable = VehicleTable(settings, log: log)
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
            reliableAcks: ReliableAckMeters(settings.reliableAckSources, meters.reference)
        )
        try router.connect(observers: doors)
        var threads: [LoopThread] = []
        for index in 0..<count {
            threads.append(
                try Self.startLoop(
                    UInt16(index),
                    context,
                    doors[index],
                    FileDescriptor(owning: opened.numbers[index]),
                    tls
                )
            )
        }
        watch = try VehicleWatch(vehicleTable)
        self.vehicleTable = vehicleTable
        address = opened.address
        self.meters = meters
        self.doors = doors
        self.threads = Mutex(threads)
    }

    /// One socket per loop on the same port; the kernel spreads new connections among them.
    ///
    /// - Returns: the numbers of the open descriptors, owned by the caller.
    private static func openListeners(
        _ settings: ReceiverSettings,
        count: Int
    ) throws -> (numbers: [Int32], address: SocketAddress) {
        if count > 1, settings.port != 0 {
            // A shared port would silently be shared with another server of the same user, too.
            _ = try TCP.listen(host: settings.host, port: settings.port, sharesPort: false)
        }
        let first = try TCP.listen(host: settings.host, port: settings.port, sharesPort: count > 1)
        guard let address = TCP.localAddress(of: first) else {
            throw AddressError(host: settings.host, reason: "the system does not tell the port")
        }
        var numbers = [first.surrender()]
        do {
            for _ in 1..<max(count, 1) {
                numbers.append(
                    try TCP.listen(host: settings.host, port: address.port, sharesPort: true).surrender()
                )
            }
        } catch {
            for number in numbers { _ = FileDescriptor(owning: number) }
            throw error
        }
        return (numbers, address)
    }

    private static func startLoop(
        _ index: UInt16,
        _ context: ReceiverContext,
        _ door: LoopDoor,
        _ listener: consuming FileDescriptor,
        _ tls: TLSServerSettings
    ) throws -> LoopThread {
        // The loop is made on its own thread and never leaves it; only how that went comes back.
        let started = LoopStart(listener: listener.surrender())
        let thread = try LoopThread(name: "receive-\(index)") {
            let cpus = context.settings.pinnedCPUs
            if !cpus.isEmpty { LoopThread.pinCurrent(toCPU: cpus[Int(index) % cpus.count]) }
            do {
                let loop = try ReceivingLoop(
                    index: index,
                    context: context,
                    door: door,
                    listener: FileDescriptor(owning: started.listener),
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

    /// Sends the acks that have come in, says goodbye to every vehicle, and ends the loops. Blocks until they have.
    package func finish() {
        for door in doors { door.mailbox.post(.finish) }
        for thread in threads.withLock({ $0 }) { thread.join() }
        watch.stop()
    }

    // MARK: Vehicles

    /// Every vehicle that is or lately was connected, in no particular order. Each is consistent in itself; they are
    /// not of one moment.
    package var vehicles: [VehicleSnapshot] { vehicleTable.snapshots }

    /// Nil for a vehicle that was not connected lately.
    package func vehicle(_ vin: VIN) -> VehicleSnapshot? { vehicleTable.snapshot(of: vin) }
}

/// How the start of a loop went, told by its thread to the one that started it.
private final class LoopStart: Sendable {
    let listener: Int32
    private let signal = ThreadSignal()
    private let outcome = Mutex<(any Error)?>(nil)

    init(listener: Int32) {
        self.listener = listener
    }

    func report(_ error: (any Error)?) {
        outcome.withLock { $0 = error }
        signal.raise()
    }

    func wait() -> (any Error)? {
        signal.wait()
        return outcome.withLock { $0 }
    }
}
