/// The connection that records came by: made once per connection, shared by all its records.
package final class RecordSource: Sendable {
    package let device: DeviceIdentity
    package let connection: ConnectionID
    /// Public name of the connection (`connection_id`, socket id): the vehicle's `X-TXID` if no live
    /// connection uses it, else a random UUID.
    package let socketID: String
    /// Request header `Version`, empty before client 1.0.0.
    package let clientVersion: String
    /// Request header `X-Network-Interface`, e.g. `wifi`, `cellular`; empty when absent.
    package let networkInterface: String
    /// Address and port of the peer, for logs.
    package let remoteAddress: String

    package init(
        device: DeviceIdentity,
        connection: ConnectionID,
        socketID: String,
        clientVersion: String = "",
        networkInterface: String = "",
        remoteAddress: String = ""
    ) {
        self.device = device
        self.connection = connection
        self.socketID = socketID
        self.clientVersion = clientVersion
        self.networkInterface = networkInterface
        self.remoteAddress = remoteAddress
    }
}

/// Which event loop a connection lives on, and where; unique for the life of the process, never on the wire.
package struct ConnectionID: Sendable, Hashable {
    /// Index of the event loop that owns the connection.
    package let loop: UInt16
    /// Index into the loop's table of connections; reused, so only valid together with `generation`.
    package let slot: UInt32
    /// Told apart from earlier users of the same slot.
    package let generation: UInt32

    package init(loop: UInt16, slot: UInt32, generation: UInt32) {
        self.loop = loop
        self.slot = slot
        self.generation = generation
    }
}
