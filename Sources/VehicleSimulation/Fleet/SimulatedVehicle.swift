internal import LinuxSystem
internal import OpenSSLTransport
internal import TelemetryModel
internal import WebSocketCodec

/// One simulated vehicle: what outlives its connections. Belongs to one loop.
///
/// Kept small: tens of thousands of them mostly sleep.
final class SimulatedVehicle {
    /// Where the records of a vehicle come from.
    enum Feed {
        case idle
        /// Made when sent. The scenario comes with the first record, so that a silent vehicle is small.
        case steady(Scenario?, kept: [UInt64: PreparedRecord])
        /// From the fleet's library of records encoded beforehand.
        case prepared
        case replay(track: Int)
    }

    let credentials: Int
    let vin: [UInt8]
    let txid: VehicleTxid
    var feed: Feed
    /// Nil while it waits to connect.
    var link: VehicleLink?
    /// Grows with each connection, so that events of an earlier one are recognised.
    var generation: UInt32 = 0
    var waiting = AckQueue()
    /// Records sent so far; also the last number in a txid. Goes on over reconnects.
    var counter = 0
    /// Records whose time has come and that could not be sent yet.
    var owed = 0
    /// When the next record is due; 0 when there is no schedule.
    var nextDue: UInt64 = 0
    /// Next frame of a replay, counted over all rounds.
    var nextFrame = 0
    /// Attempts since the last connection that stood.
    var failures = 0
    var hasConnected = false

    init(credentials: Int, vin: [UInt8], txid: VehicleTxid, feed: Feed) {
        self.credentials = credentials
        self.vin = vin
        self.txid = txid
        self.feed = feed
    }
}

/// A simulated vehicle's connection.
final class VehicleLink {
    /// Each stage may only be followed by a later one.
    enum Stage {
        case connecting
        case handshaking
        /// The request is on its way.
        case upgrading
        case streaming
        /// Our close frame is on its way; acks still count.
        case closing
    }

    let descriptor: FileDescriptor
    let session: TLSSession
    let startedAt: UInt64
    var stage = Stage.connecting
    var interest: Readiness = .writable
    /// What the upgrade was asked with; empty once it is answered.
    var key = ""
    var frames = FrameDecoder(role: .client)
    /// Ciphertext that the socket did not take.
    var unsent: [UInt8] = []
    /// Decrypted bytes of an incomplete answer or frame.
    var received: [UInt8] = []

    init(descriptor: consuming FileDescriptor, session: consuming TLSSession, startedAt: UInt64) {
        self.descriptor = descriptor
        self.session = session
        self.startedAt = startedAt
    }
}
