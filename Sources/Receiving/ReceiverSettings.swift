package import AddressCodec
package import Dispatching
package import RecordRules
package import TelemetryModel

/// How the receiver listens and what it allows a connection to do. Filled from the configuration.
package struct ReceiverSettings: Sendable {
    /// Name or numeric address to listen on; empty for all.
    package var host = ""
    /// 0 lets the kernel choose; the receiver tells which.
    package var port: UInt16 = 0
    /// Event loops, each on its own thread; 0 means one per usable CPU.
    package var threads = 0
    /// CPUs to bind the loops to, one after the other; empty leaves it to the kernel.
    package var pinnedCPUs: [Int] = []

    /// Most vehicle connections at once, all loops together. One more is closed at once and counted.
    package var maxConnections = 1_000_000

    /// Most connections at once, all loops together, that have not become vehicles yet. Beyond that, the one that has
    /// kept us waiting for longest goes.
    package var maxHandshakes = 2048

    /// Handshakes that one address may begin; nil for any number.
    package var handshakeRate: HandshakeRate?

    /// Proxies that begin each connection with a PROXY header of version 2; from other addresses none is expected.
    package var trustedProxies: [AddressRange] = []

    /// Which vehicles may connect. ``VehicleReceiver/replace(_:)`` changes it later.
    package var vehicles = VehicleLists()

    package var limits = MessageLimits()
    package var deadlines = Deadlines()

    /// Records of one connection that may wait for their acks; reaching it stops reading that connection until
    /// half of them are settled.
    package var unacknowledgedRecordsLimit = 4096

    /// Bytes that may wait for a vehicle which does not read; reaching it stops reading that connection.
    package var unsentBytesLimit = 256 * 1024

    /// Messages that one vehicle may send per interval, all its connections together; nil for any number.
    package var rateLimit: RateLimit?

    /// How records that a vehicle sends again are recognised; nil dispatches them again.
    package var deduplication: DeduplicationSettings?

    package var presence = PresenceSettings()

    /// VINs whose signals are counted one by one in the metrics. At most 20, because each is a time series.
    package var trackedVINs: [String] = []

    /// False keeps failed TLS handshakes out of the log; they are counted all the same.
    package var logsHandshakeFailures = true

    /// Says what keeps a decoded record from being dispatched, so that it is answered with an error; nil accepts
    /// every record. Called for each one on event loops.
    package var complaint: (@Sendable (RecordContent) -> String?)?

    /// What records are checked for; nil for nothing. ``VehicleReceiver/replace(_:)-(RuleSet?)`` changes it later.
    package var rules: RuleSet?

    /// The dispatchers that `reliable_ack_sources` names for a type, for the counters `reliable_ack`. Which lanes
    /// an ack waits for is the router's matter.
    package var reliableAckSources: [RecordType: [DispatcherName]] = [:]

    /// Whether transforms and answers follow the reference server to the letter.
    package var isReferenceCompatible = false

    package init() {}
}

/// Handshakes that one address (of IPv6: one /64) may begin.
package struct HandshakeRate: Sendable, Hashable {
    package var perSecond: Double
    /// At once, after a rest.
    package var burst: Int

    package init(perSecond: Double, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// At most so many messages in each interval. What comes beyond gets no answer, so that the vehicle sends it again.
package struct RateLimit: Sendable, Hashable {
    package var messages: Int
    package var intervalMilliseconds: Int

    package init(messages: Int, intervalMilliseconds: Int) {
        self.messages = messages
        self.intervalMilliseconds = intervalMilliseconds
    }
}

/// Limits on one WebSocket message.
package struct MessageLimits: Sendable, Hashable {
    /// Largest accepted message, envelope included, in bytes.
    ///
    /// A longer one is answered with an error message and counted as `record_too_big`; the connection stays open.
    /// The same limit as the reference server's, so nothing that it accepts is refused here.
    package var messageBytes = 1_000_000

    /// Largest message that is read and thrown away to keep the connection; a longer one closes it with 1009.
    package var discardBytes = 16 * 1024 * 1024

    package init() {}
}

/// How long a peer may take. All in milliseconds; all measured from the last progress of their kind.
package struct Deadlines: Sendable, Hashable {
    /// From accept to the end of the TLS handshake.
    package var handshakeMilliseconds = 10_000
    /// From there to the whole upgrade request.
    package var requestMilliseconds = 10_000
    /// Silence after which we send a ping; 0 sends none.
    package var pingIntervalMilliseconds = 60_000
    /// Silence after a ping that ends the connection.
    package var pongMilliseconds = 30_000
    /// From a vehicle's last message to the end of its connection; 0 waits for ever.
    package var idleMilliseconds = 0
    /// How long bytes may wait for a vehicle that does not read them, or too slowly.
    package var writeMilliseconds = 30_000
    /// How long a close may wait for the peer's answer.
    package var closeMilliseconds = 5_000

    package init() {}
}
