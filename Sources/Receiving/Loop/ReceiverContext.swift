internal import Dispatching
internal import Observability
internal import SignalMetering
package import TelemetryModel

/// What all event loops share. Immutable, or made for sharing.
struct ReceiverContext: Sendable {
    let settings: ReceiverSettings
    let router: DispatchRouter
    let log: Log
    let meters: ReceivingMeters
    let socketNames: SocketNames
    let vehicles: VehicleTable
    let handovers: Handovers
    /// Of all loops, each at its index.
    let doors: [LoopDoor]
    let tap: (any FrameTap)?
    let reliableAcks: ReliableAckMeters
    let gate: VehicleGate
    /// Nil when signals are not counted for what they cost.
    let meter: SignalMeter?
    /// How many loops there are.
    let loops: Int
    /// Nil when addresses are not limited.
    let handshakeRates: HandshakeRates?
    let identityRules = DeviceIdentityRules()

    // MARK: Debug lines

    /// One line per record at the level debug, without its content.
    func logDispatching(_ records: [Record]) {
        guard log.writes(.debug) else { return }
        for record in records { log.observe(.dispatchingMessage, Self.fields(of: record)) }
    }

    func logResponding(to record: Record) {
        log.observe(.messageRespond, Self.fields(of: record))
    }

    private static func fields(of record: Record) -> KeyValuePairs<String, LogValue> {
        [
            "vin": .text(record.vin.text), "txid": .text(record.txidText), "record_type": .text(record.type.topic),
            "socket_id": .text(record.source.socketID),
        ]
    }
}

/// Sees every message of every vehicle as it passes, for recordings.
package protocol FrameTap: Sendable {
    /// Called on event loop threads; must not wait.
    ///
    /// - Parameters:
    ///   - frame: the content of one WebSocket message.
    ///   - isInbound: true for what the vehicle sent.
    func note(_ frame: ArraySlice<UInt8>, of vin: VIN, isInbound: Bool, at time: UnixMilliseconds)
}
