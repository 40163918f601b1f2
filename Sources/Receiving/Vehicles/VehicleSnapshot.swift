package import TelemetryModel

/// A vehicle at one moment, all its connections together: for people, lists and dashboards.
package struct VehicleSnapshot: Sendable, Hashable {
    package let vin: VIN
    /// Whether it has a connection, or had one so lately that it may be changing networks.
    package let isConnected: Bool
    /// Since when ``isConnected`` is what it is.
    package let since: UnixMilliseconds
    /// Its connections, in the order of their upgrades. Two while Wi-Fi and cellular overlap.
    package let sockets: [VehicleSocketSnapshot]
    /// Records taken since the vehicle is known, those of past connections included.
    package let records: UInt64
    /// Records of the last 60 seconds by its present connections.
    package let recordsPerMinute: Int
    /// Messages that its present connections wait to hear about.
    package let unacknowledged: Int
    /// Nil when it never sent one.
    package let lastRecordAt: UnixMilliseconds?
    /// Nil when it never sent one.
    package let lastRecordType: RecordType?
    /// What the request header `Version` of its newest connection said, at most 64 bytes of it.
    package let clientVersion: String
    /// What the request header `X-Network-Interface` of its newest connection said, at most 64 bytes of it.
    package let networkInterface: String
}

/// One connection of a vehicle at one moment.
package struct VehicleSocketSnapshot: Sendable, Hashable {
    /// Its public name, as in connectivity records.
    package let socketID: String
    package let networkInterface: String
    package let clientVersion: String
    /// Address and port of the peer.
    package let remoteAddress: String
    package let connectedAt: UnixMilliseconds
    package let records: UInt64
    package let unacknowledged: Int
    /// Nil before the first record.
    package let lastRecordAt: UnixMilliseconds?

    init(_ socket: VehicleSocket) {
        socketID = socket.source.socketID
        networkInterface = socket.source.networkInterface
        clientVersion = socket.source.clientVersion
        remoteAddress = socket.source.remoteAddress
        connectedAt = socket.connectedAt
        records = socket.records
        unacknowledged = socket.unacknowledged
        lastRecordAt = socket.lastRecord?.at
    }
}
