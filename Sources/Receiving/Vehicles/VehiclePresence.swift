internal import TelemetryModel

/// Whether a vehicle is there, from the comings and goings of its connections. Values only: no clock, no lock.
struct VehiclePresence {
    let vehicle: Vehicle
    private(set) var sockets: [VehicleSocket] = []
    /// What its owner should be told: true from the first connection until the vehicle stayed away for the delay.
    private(set) var isConnected = false
    /// Since when ``isConnected`` is what it is.
    private(set) var since: UnixMilliseconds
    /// Counts the changes between some connection and none, so that a late look can tell an absence from another.
    private(set) var change = 0
    /// When its last connection went, in milliseconds of the monotonic clock.
    private(set) var leftAt: UInt64 = 0

    private var pastRecords: UInt64 = 0
    private var pastRecord: LastRecord?
    private var clientVersion = ""
    private var networkInterface = ""

    /// How much is kept of header texts, which a peer may make long, when their connection has gone.
    private static let keptTextBytes = 64

    /// Whether nothing is connected and its owner knows.
    var isAway: Bool { sockets.isEmpty && !isConnected }

    init(_ vehicle: Vehicle) {
        self.vehicle = vehicle
        since = UnixMilliseconds(rawValue: 0)
    }

    /// - Returns: whether the vehicle became connected by it.
    mutating func arrive(_ socket: VehicleSocket) -> Bool {
        if sockets.isEmpty { change += 1 }
        sockets.append(socket)
        clientVersion = Self.shortened(socket.source.clientVersion)
        networkInterface = Self.shortened(socket.source.networkInterface)
        guard !isConnected else { return false }
        isConnected = true
        since = socket.connectedAt
        return true
    }

    /// - Returns: the change to ask about after the delay when this was the last connection, else nil.
    mutating func leave(_ socket: VehicleSocket, now: UInt64) -> Int? {
        guard let place = sockets.firstIndex(where: { $0 === socket }) else { return nil }
        sockets.remove(at: place)
        pastRecords += socket.records
        pastRecord = Self.later(pastRecord, socket.lastRecord)
        guard sockets.isEmpty else { return nil }
        leftAt = now
        change += 1
        return change
    }

    /// The delay after a change has passed, or the server ends.
    ///
    /// - Parameter change: nil whatever has changed.
    /// - Returns: whether the vehicle became disconnected by it.
    mutating func giveUp(after change: Int?, at time: UnixMilliseconds) -> Bool {
        guard isConnected, sockets.isEmpty, change == nil || change == self.change else { return false }
        isConnected = false
        since = time
        return true
    }

    private static func later(_ one: LastRecord?, _ other: LastRecord?) -> LastRecord? {
        guard let one, let other else { return one ?? other }
        return one.at > other.at ? one : other
    }

    /// - Parameter types: all record types in the order of their rows.
    func snapshot(at now: UnixMilliseconds, types: [RecordType]) -> VehicleSnapshot {
        let last = sockets.reduce(pastRecord) { Self.later($0, $1.lastRecord) }
        return VehicleSnapshot(
            vin: vehicle.vin,
            isConnected: isConnected,
            since: since,
            sockets: sockets.map { VehicleSocketSnapshot($0) },
            records: sockets.reduce(pastRecords) { $0 + $1.records },
            recordsPerMinute: sockets.reduce(0) { $0 + $1.recordsPerMinute(at: now) },
            unacknowledged: sockets.reduce(0) { $0 + $1.unacknowledged },
            lastRecordAt: last?.at,
            lastRecordType: last?.type(of: types),
            clientVersion: clientVersion,
            networkInterface: networkInterface
        )
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > keptTextBytes else { return text }
        return String(decoding: text.utf8.prefix(keptTextBytes), as: UTF8.self)
    }
}
