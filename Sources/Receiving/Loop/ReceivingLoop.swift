internal import Dispatching
internal import EnvelopeCodec
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import SignalMetering
internal import TelemetryModel
internal import WebSocketCodec

/// One event loop: a thread, an epoll, a listening socket and the connections that came by it.
///
/// Everything here runs on that one thread, never waits except in epoll, and takes no lock per record. Other
/// threads reach it through its ``LoopDoor`` only. One turn: wait; serve every ready connection (one `recv`,
/// all its frames, answers collected); hand the turn's records to their routes at once; send each touched
/// connection its answers with one `send`.
final class ReceivingLoop {
    /// Slots of the loop's own descriptors.
    static func listenerSlot(_ number: Int) -> Registration {
        Registration(slot: .max, generation: UInt32(truncatingIfNeeded: number))
    }
    static let mailboxSlot = Registration(slot: .max - 1, generation: 0)

    /// The most events taken from one wait.
    private static let eventBatch = 1024
    /// Handshakes carried on in one turn. Each costs as much as hundreds of records, so that a crowd of newcomers would
    /// make every standing vehicle wait for its acks; epoll reports those left out again in the next turn.
    private static let handshakesPerTurn = 8

    let index: UInt16
    let context: ReceiverContext
    let door: LoopDoor

    var poll: EventPoll
    /// Empty on a loop that is dealt its connections by another, and when the server stops.
    var listeners: [ListeningSocket]
    /// All loops, this one included, when this one accepts for all of them.
    let peers: [LoopDoor]
    /// Whose turn it was last.
    var dealtTo = 0
    var tls: TLSServerContext
    let buffers = TLSBuffers()
    var table = ConnectionTable()
    var deadlines = DeadlineTable()
    let intake: RecordIntake

    /// Decrypted bytes of the connection at hand; shared, so that idle connections own none.
    var plain: [UInt8]
    /// Memory for answers; see there.
    var answerBuffers = AnswerBuffers()
    /// Connections with answers to send at the end of the turn.
    var marked: [Connection] = []
    /// Connections that wait for room in a lane. Those that end leave it: vehicles that come and go for as long as a
    /// lane is full must not add up.
    var waitingForRoom: Set<ConnectionID> = []
    /// Milliseconds of the monotonic clock at the start of the turn.
    var now: UInt64 = 0
    private(set) var isStopping = false
    /// Until when peers may take to hear our goodbye, in milliseconds; nil before it is said.
    private var lingersUntil: UInt64?
    private var isFinished = false
    /// When accepting may be tried again after descriptors or room ran out; nil while it is not suspended.
    var acceptsAgainAt: UInt64?
    /// Whether it is suspended until a handshake is over.
    var isCrowded = false
    var halfOpen: HalfOpenConnections
    private var handshakesInTurn = 0

    init(
        index: UInt16,
        context: ReceiverContext,
        door: LoopDoor,
        listeners: [ListeningSocket],
        peers: [LoopDoor],
        tls: TLSServerSettings
    ) throws {
        self.index = index
        self.context = context
        self.door = door
        self.tls = try TLSServerContext(tls)
        poll = try EventPoll(batch: Self.eventBatch)
        intake = RecordIntake(context: context, loop: index)
        plain = Array(repeating: 0, count: TLSBuffers.inboundBytes + 32 * 1024)
        try poll.add(door.mailbox.number, as: Self.mailboxSlot, for: [.readable, .onChange])
        for (number, listener) in listeners.enumerated() {
            try poll.add(listener.descriptor.number, as: Self.listenerSlot(number), for: .readable)
        }
        self.listeners = listeners
        self.peers = peers
        halfOpen = HalfOpenConnections(
            limit: context.settings.maxHandshakes / max(1, context.loops),
            graceMilliseconds: context.settings.deadlines.handshakeMilliseconds / 4
        )
    }

    /// Runs until ``LoopMessage/finish`` has been carried out.
    func run() {
        defer { intake.signalCounter?.handOver(now: now) }
        while !isFinished {
            let ready: Int
            do {
                ready = try poll.wait(milliseconds: sleepMilliseconds())
            } catch {
                context.log.observe(
                    .eventLoopFailed,
                    ["error": .text(error.description), "loop": .number(Int64(index))]
                )
                return
            }
            let clock = MonotonicTime.now
            now = clock.nanoseconds / 1_000_000
            handshakesInTurn = 0
            intake.beginTurn(clock)
            for event in 0..<ready {
                let (registration, readiness) = poll.event(event)
                serve(registration, readiness)
            }
            endTurn()
        }
    }

    private func sleepMilliseconds() -> Int32? {
        let clock = MonotonicTime.now.nanoseconds / 1_000_000
        // Without an array: this is asked at each wake-up.
        let next = min(acceptsAgainAt ?? .max, lingersUntil ?? .max, intake.signalCounter?.dueAt ?? .max)
        let sleep = deadlines.sleepMilliseconds(now: clock)
        guard next < .max else { return sleep }
        let pause = Int32(clamping: next > clock ? next - clock : 0)
        return min(sleep ?? pause, pause)
    }

    private func serve(_ registration: Registration, _ readiness: Readiness) {
        switch registration.slot {
        case Self.listenerSlot(0).slot: acceptConnections(from: Int(registration.generation))
        case Self.mailboxSlot.slot: collectMail()
        default:
            // An event that was reported for a connection which has since gone finds nobody.
            guard let connection = table[registration] else { return }
            if readiness.contains(.writable) { sendUnsent(connection) }
            // A hang-up is read, too: what came before it counts, and reading tells how it ended.
            guard readiness.hasInput, !connection.hasEnded else {
                return readiness.contains(.peerClosed) ? notePeerLeft(connection) : ()
            }
            if isHandshaking(connection) {
                guard handshakesInTurn < Self.handshakesPerTurn else { return }
                handshakesInTurn += 1
            }
            receive(connection)
        }
    }

    private func endTurn() {
        servePassedDeadlines()
        intake.submit()
        flushMarked()
        // Who could not be sent to has ended just now, and nothing may wake this loop for long.
        intake.submit()
        if let counter = intake.signalCounter, let due = counter.dueAt, due <= now { counter.handOver(now: now) }
        resumeAccepting()
        if let lingersUntil, table.count == 0 || lingersUntil <= now { endLingering() }
    }

    // MARK: Mail

    private func collectMail() {
        for message in door.mailbox.collect(isHeardOnce: true) {
            switch message {
            case .settled(let settlements): settle(settlements)
            case .repeatsSettled(let answers): answerRepeats(answers)
            case .lanesHaveRoom: retryWaiting()
            case .renew(let settings): renew(settings)
            case .stopReading(let done): stopReading(done)
            case .finish(let milliseconds): finish(lingerMilliseconds: milliseconds)
            case .adopt(let socket): adopt(socket)
            case .reviewVehicles: reviewVehicles()
            case .judgeBy(let rules): intake.rules = rules
            case .probe(let signal): signal.raise()
            }
        }
    }

    private func renew(_ settings: TLSServerSettings) {
        do {
            tls = try TLSServerContext(settings)
        } catch {
            // The receiver tried the settings before it posted them, so this is a matter of memory at most.
            context.log.observe(.tlsReloadFailed, ["error": .text(error.description)])
        }
    }

    private func stopReading(_ done: ThreadSignal) {
        isStopping = true
        stopListening()
        for connection in table.all {
            if let socket = connection.socket {
                // Said now, so that the dispatchers have it before they are drained; the close frame follows the acks.
                announceDisconnected(connection, socket, reason: EndReason.serverStops.code)
                pause(connection, for: .isStopping)
            } else {
                end(connection, .serverStops)
            }
        }
        intake.submit()
        done.raise()
    }

    /// Closes every connection and goes on until the peers have closed theirs, so that none of them loses the goodbye
    /// to a reset, which bytes that nobody reads any more would cause.
    private func finish(lingerMilliseconds: Int) {
        for connection in table.all {
            switch connection.stage {
            case .streaming: close(connection, .goingAway, reason: "server is stopping")
            case .closing: continue
            case .awaitingProxyHeader, .handshaking, .awaitingRequest: end(connection, .serverStops)
            }
        }
        intake.submit()
        lingersUntil = now + UInt64(lingerMilliseconds)
    }

    private func endLingering() {
        for connection in table.all { end(connection, .serverStops) }
        isFinished = true
    }

    /// Nobody may stay whom the lists refuse now.
    private func reviewVehicles() {
        for connection in table.all {
            guard let vin = connection.source?.device.vin,
                let refusal = context.gate.refuse(vin, now: WallClock.milliseconds)
            else { continue }
            context.log.observe(
                .vehicleRefused,
                [
                    "vin": .text(vin.text), "reason": .text(refusal.rawValue),
                    "remote_ip": .text(connection.remote.description),
                ]
            )
            close(connection, .policyViolation, reason: "not allowed any more")
        }
    }

    func stopListening() {
        for listener in listeners { poll.remove(listener.descriptor.number) }
        listeners = []
    }
}

@available(*, unavailable)
extension ReceivingLoop: Sendable {}
