internal import Dispatching
internal import Observability
package import TelemetryModel

/// What all event loops share. Immutable, or made for sharing.
struct ReceiverContext: Sendable {
    let settings: ReceiverSettings
    let router: DispatchRouter
    let log: Log
    let meters: ReceivingMeters
    let socketNames: SocketNames
    let tap: (any FrameTap)?
    let identityRules = DeviceIdentityRules()
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
