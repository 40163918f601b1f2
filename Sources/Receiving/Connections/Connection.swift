internal import AddressCodec
internal import EnvelopeCodec
internal import HTTPCodec
internal import LinuxSystem
internal import OpenSSLTransport
internal import RecordRules
internal import TelemetryModel
internal import WebSocketCodec

/// What a connection needs only until its upgrade.
final class PendingRequest {
    /// Who the certificate says it is, or why it says nothing.
    let identity: Result<DeviceIdentity, IdentityRefusal>
    var reader = RequestHeadReader()

    init(identity: Result<DeviceIdentity, IdentityRefusal>) {
        self.identity = identity
    }
}

/// One peer, from accept to close. Belongs to its event loop; it holds state and no rules.
///
/// Kept small on purpose: ten thousand of them mostly sleep. Buffers are empty, and so allocate nothing, unless
/// something is incomplete.
final class Connection {
    /// Which step of its life a connection is in; each may be followed by the later ones only.
    enum Stage {
        /// A trusted proxy owes us its header.
        case awaitingProxyHeader
        case handshaking
        /// TLS stands; the peer owes us an HTTP request.
        case awaitingRequest(PendingRequest)
        case streaming(VehicleSocket)
        /// Our close frame or answer is on its way; what still comes is read and dropped.
        case closing
    }

    /// Why a connection is not read at the moment. Empty means that it is.
    struct Pause: OptionSet {
        let rawValue: UInt8

        /// A lane that its next record needs is full.
        static let lanesAreFull = Pause(rawValue: 1)
        /// Too many of its records wait for their acks.
        static let awaitsAcks = Pause(rawValue: 2)
        /// It does not read what we send.
        static let doesNotRead = Pause(rawValue: 4)
        /// The server is stopping.
        static let isStopping = Pause(rawValue: 8)
    }

    let id: ConnectionID
    let descriptor: FileDescriptor
    let session: TLSSession
    /// The peer; behind a trusted proxy the one that the proxy speaks for.
    var remote: SocketAddress
    let acceptedAt: MonotonicTime

    var stage = Stage.handshaking
    var pause: Pause = []
    /// What the event poll was last told to report.
    var interest: Readiness = .readable

    var frames: FrameDecoder
    var assembler = MessageAssembler()
    /// Decrypted bytes of an incomplete request, frame or paused connection.
    var received: [UInt8] = []
    /// How many bytes ``received`` must hold before looking at it again is of any use.
    var receivedNeeded = 0
    /// A whole message, already unmasked, that waits for room in its lanes.
    var held: [UInt8]?

    /// Frames to be encrypted at the end of this turn.
    var answers: [UInt8] = []
    /// Ciphertext that the socket did not take.
    var unsent: [UInt8] = []
    /// Since when the first ``unsentGoal`` bytes of ``unsent`` wait, in milliseconds of the monotonic clock. A peer
    /// that takes a byte now and then does not move it.
    var unsentSince: UInt64 = 0
    var unsentGoal = 0

    /// When bytes last came or it was last pinged, in milliseconds of the monotonic clock; 0 before the first.
    var heardAt: UInt64 = 0
    /// When its last message came, in milliseconds of the monotonic clock.
    var lastMessageAt: UInt64 = 0

    var awaitsPong = false
    /// Whether it counts among the connections that have not become vehicles yet.
    var isHalfOpen = true
    /// Whose address it came from, for limits per peer; nil when that is a trusted proxy's.
    var household: IPAddress?
    /// When its peer was seen to be gone while it was not read; it then waits no longer than for a pong.
    var peerLeftAt: UInt64?
    /// Whether the loop already has it on its list of connections to flush.
    var isMarked = false
    /// Whether its comings and goings become connectivity records; they don't when a header is no text.
    var announcesConnectivity = true
    /// Whether its end has been logged and announced already.
    var isAnnouncedGone = false
    /// Whether the loop has let go of it, so that nothing may be done with it any more.
    var hasEnded = false
    /// The rules for its vehicle, kept from record to record; nil before the first that was checked.
    var rules: VehicleRules?
    /// For the log line at the end.
    var receivedPayloads = ReceivedPayloads()

    init(
        id: ConnectionID,
        descriptor: consuming FileDescriptor,
        session: consuming TLSSession,
        remote: SocketAddress,
        acceptedAt: MonotonicTime,
        limits: MessageLimits
    ) {
        frames = FrameDecoder(
            role: .server,
            limits: FrameLimits(messageBytes: limits.messageBytes, discardBytes: limits.discardBytes)
        )
        self.id = id
        self.descriptor = descriptor
        self.session = session
        self.remote = remote
        self.acceptedAt = acceptedAt
    }

    /// Its place among its vehicle's connections; nil before the upgrade and after the close.
    var socket: VehicleSocket? {
        if case .streaming(let socket) = stage { socket } else { nil }
    }

    var source: RecordSource? { socket?.source }
}

// A connection belongs to its loop: a closure for another thread cannot capture it.
@available(*, unavailable)
extension Connection: Sendable {}
