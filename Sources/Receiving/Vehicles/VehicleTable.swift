internal import LinuxSystem
internal import Observability
internal import SignalMetering
internal import Synchronization
internal import TelemetryModel

/// Every vehicle that is or lately was connected, by VIN.
///
/// Shared by the event loops, in parts with a lock each: one look-up when a vehicle comes and one when it goes. What
/// happens per record happens in the ``Vehicle`` and ``VehicleSocket`` that the connection keeps.
///
/// Memory is bounded: vehicles with a connection by the limit on connections, the others by
/// ``PresenceSettings/rememberedVehicles``.
final class VehicleTable: Sendable {
    final class Shard: Sendable {
        let vehicles = Mutex<[VIN: VehiclePresence]>([:])
    }

    /// A vehicle whose last connection has gone.
    private struct Departure {
        let vin: VIN
        let change: Int
        let due: UInt64
        let reason: String
    }

    private static let shardCount = 64

    let shards = (0..<shardCount).map { _ in Shard() }
    /// The delay is the same for all, so the first to leave is the first that is due.
    private let departures = Mutex<[Departure]>([])
    private let connectedVehicles = Atomic<Int>(0)
    private let presence: PresenceSettings
    private let deduplication: DeduplicationSettings?
    private let trackedVINs: Set<String>
    private let keepMilliseconds: UInt64
    private let log: Log
    private let meter: SignalMeter?
    /// All record types in the order of their rows in ``TopicTable``.
    private let types: [RecordType]
    /// Raised when a departure has to be waited for and none had to before.
    let departed = ThreadSignal()

    /// - Parameter meter: counts the vehicles' signals; nil counts none.
    init(
        _ settings: ReceiverSettings,
        types: [RecordType] = RecordType.decoded,
        meter: SignalMeter? = nil,
        log: Log
    ) {
        self.types = types
        presence = settings.presence
        deduplication = settings.deduplication
        trackedVINs = Set(settings.trackedVINs)
        self.log = log
        self.meter = meter
        let needed = [
            presence.forgetAfterMilliseconds, presence.disconnectDelayMilliseconds,
            settings.rateLimit?.intervalMilliseconds ?? 0, settings.deduplication?.windowMilliseconds ?? 0,
        ]
        keepMilliseconds = UInt64(clamping: needed.reduce(0, max))
    }

    private func shard(of vin: VIN) -> Shard {
        shards[Int(UInt(bitPattern: vin.hashValue) % UInt(Self.shardCount))]
    }

    /// Whether records that come again are recognised.
    var recognisesRepeats: Bool { deduplication != nil }

    // MARK: Coming and going

    /// A vehicle's upgrade was accepted. Each call is followed by one of ``leave(_:reason:now:)``.
    func arrive(_ source: RecordSource) -> VehicleSocket {
        let vin = source.device.vin
        let now = UnixMilliseconds(rawValue: WallClock.milliseconds)
        let metered = meter?.vehicle(vin)
        let (socket, isNews) = shard(of: vin).vehicles.withLock { vehicles in
            let vehicle =
                vehicles[vin]?.vehicle
                ?? Vehicle(
                    vin: vin,
                    isTracked: trackedVINs.contains(vin.text),
                    deduplication: deduplication,
                    metered: metered
                )
            let socket = VehicleSocket(vehicle, source, connectedAt: now)
            return (socket, vehicles[vin, default: VehiclePresence(vehicle)].arrive(socket))
        }
        if isNews {
            connectedVehicles.wrappingAdd(1, ordering: .relaxed)
            log.observe(
                .vehicleConnected,
                [
                    "vin": .text(vin.text), "network_interface": .text(source.networkInterface),
                    "client_version": .text(source.clientVersion),
                ]
            )
        }
        return socket
    }

    /// A connection has ended, for the reason with this code.
    func leave(_ socket: VehicleSocket, reason: String, now: UInt64) {
        let vin = socket.vehicle.vin
        let change = shard(of: vin).vehicles.withLock { vehicles in
            vehicles[vin]?.leave(socket, now: now)
        }
        guard let change else { return }
        let departure = Departure(
            vin: vin,
            change: change,
            due: now &+ UInt64(clamping: presence.disconnectDelayMilliseconds),
            reason: reason
        )
        guard presence.disconnectDelayMilliseconds > 0 else { return settle(departure) }
        let isFirst = departures.withLock { departures in
            departures.append(departure)
            return departures.count == 1
        }
        if isFirst { departed.raise() }
    }

    // MARK: What time does

    /// Calls the vehicles disconnected that stayed away.
    ///
    /// - Parameter now: milliseconds of the monotonic clock.
    /// - Returns: when to look again; nil when nobody is waited for.
    func settleDepartures(now: UInt64) -> UInt64? {
        let (due, next) = departures.withLock { departures in
            let count = departures.firstIndex { $0.due > now } ?? departures.count
            let due = departures[..<count]
            departures.removeFirst(count)
            return (due, departures.first?.due)
        }
        for departure in due { settle(departure) }
        return next
    }

    private func settle(_ departure: Departure) {
        let gone = shard(of: departure.vin).vehicles.withLock { vehicles in
            giveUp(departure.vin, after: departure.change, in: &vehicles)
        }
        if let gone { report(gone, reason: departure.reason) }
    }

    private func giveUp(
        _ vin: VIN,
        after change: Int?,
        in vehicles: inout [VIN: VehiclePresence]
    ) -> VehicleSnapshot? {
        let now = UnixMilliseconds(rawValue: WallClock.milliseconds)
        guard let before = vehicles[vin]?.snapshot(at: now, types: types),
            vehicles[vin]?.giveUp(after: change, at: now) == true
        else { return nil }
        return before
    }

    private func report(_ gone: VehicleSnapshot, reason: String) {
        connectedVehicles.wrappingSubtract(1, ordering: .relaxed)
        let seconds = (WallClock.milliseconds - gone.since.rawValue) / 1000
        log.observe(
            .vehicleDisconnected,
            [
                "vin": .text(gone.vin.text), "reason": .text(reason), "records": .number(Int64(clamping: gone.records)),
                "duration_sec": .number(max(0, seconds)),
            ]
        )
    }

    /// Forgets vehicles that have been away for long, and the longest away when there are too many; frees memory that
    /// others do not need any more.
    func forget(now: UInt64) {
        var away: [(vin: VIN, leftAt: UInt64)] = []
        for shard in shards {
            for presence in shard.vehicles.withLock({ Array($0.values) }) {
                presence.vehicle.deliveries?.expire(now: now)
                if presence.isAway { away.append((presence.vehicle.vin, presence.leftAt)) }
            }
        }
        away.sort { $0.leftAt < $1.leftAt }
        let surplus = away.count - presence.rememberedVehicles
        for (index, absent) in away.enumerated() {
            guard index < surplus || absent.leftAt &+ keepMilliseconds <= now else { return }
            shard(of: absent.vin).vehicles.withLock { vehicles in
                // It may have come back meanwhile.
                if let presence = vehicles[absent.vin], presence.isAway { vehicles[absent.vin] = nil }
            }
        }
    }

    /// How often ``forget(now:)`` is worth its work.
    var forgettingIntervalMilliseconds: UInt64 {
        min(60_000, max(1_000, UInt64(clamping: presence.forgetAfterMilliseconds / 4)))
    }

    /// The server ends: whoever has no connection any more is disconnected now.
    func closeAll() {
        departures.withLock { $0 = [] }
        for shard in shards {
            let gone = shard.vehicles.withLock { vehicles in
                vehicles.keys.compactMap { giveUp($0, after: nil, in: &vehicles) }
            }
            for vehicle in gone { report(vehicle, reason: EndReason.serverStops.code) }
        }
    }

    // MARK: Questions

    /// What is remembered of a vehicle's records; nil when nothing is.
    func deliveries(of vin: VIN) -> RecentDeliveries? {
        shard(of: vin).vehicles.withLock { $0[vin]?.vehicle.deliveries }
    }

    /// Vehicles that are called connected now.
    var connectedCount: Int { connectedVehicles.load(ordering: .relaxed) }

    /// Vehicles that anything is known of.
    var count: Int { shards.reduce(0) { $0 + $1.vehicles.withLock { $0.count } } }

    /// Every known vehicle. Each is consistent in itself; they are not of one moment.
    var snapshots: [VehicleSnapshot] {
        let now = UnixMilliseconds(rawValue: WallClock.milliseconds)
        return shards.flatMap { shard in
            shard.vehicles.withLock { vehicles in vehicles.values.map { $0.snapshot(at: now, types: types) } }
        }
    }

    /// Nil for a vehicle that nothing is known of.
    func snapshot(of vin: VIN) -> VehicleSnapshot? {
        let now = UnixMilliseconds(rawValue: WallClock.milliseconds)
        return shard(of: vin).vehicles.withLock { $0[vin]?.snapshot(at: now, types: types) }
    }
}
