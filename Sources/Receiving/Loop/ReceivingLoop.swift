internal import Dispatching
internal import EnvelopeCodec
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
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
    static let listenerSlot = Registration(slot: .max, generation: 0)
    static let mailboxSlot = Registration(slot: .max - 1, generation: 0)

    /// The most events taken from one wait.
    private static let eventBatch = 1024

    let index: UInt16
    let context: ReceiverContext
    let door: LoopDoor

    var poll: EventPoll
    var listener: FileDescriptor?
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
    private var isFinished = false
    /// When accepting may be tried again after descriptors ran out; nil while it is not suspended.
    var acceptsAgainAt: UInt64?

    init(
        index: UInt16,
        context: ReceiverContext,
        door: LoopDoor,
        listener: consuming FileDescriptor,
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
        try poll.add(listener.number, as: Self.listenerSlot, for: .readable)
        self.listener = consume listener
    }

    /// Runs until ``LoopMessage/finish`` has been carried out.
    func run() {
        while !isFinished {
            let ready: Int
            do {
                ready = try poll.wait(milliseconds: sleepMilliseconds())
            } catch {
                context.log.error(
                    "event_loop_failed",
                    ["error": .text(error.description), "loop": .number(Int64(index))]
                )
                return
            }
            let clock = MonotonicTime.now
            now = clock.nanoseconds / 1_000_000
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
        let sleep = deadlines.sleepMilliseconds(now: clock)
        guard let acceptsAgainAt else { return sleep }
        let pause = Int32(clamping: acceptsAgainAt > clock ? acceptsAgainAt - clock : 0)
        return min(sleep ?? pause, pause)
    }

    private func serve(_ registration: Registration, _ readiness: Readiness) {
        switch registration {
        case Self.listenerSlot: acceptConnections()
        case Self.mailboxSlot: collectMail()
        default:
            // An event that was reported for a connection which has since gone finds nobody.
            guard let connection = table[registration] else { return }
            if readiness.contains(.writable) { sendUnsent(connection) }
            // A hang-up is read, too: what came before it counts, and reading tells how it ended.
            guard readiness.hasInput, !connection.hasEnded else {
                return readiness.contains(.peerClosed) ? notePeerLeft(connection) : ()
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
        resumeAccepting()
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
            case .finish: finish()
            }
        }
    }

    private func renew(_ settings: TLSServerSettings) {
        do {
            tls = try TLSServerContext(settings)
        } catch {
            // The receiver tried the settings before it posted them, so this is a matter of memory at most.
            context.log.error("tls_reload_failed", ["error": .text(error.description)])
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

    private func finish() {
        for connection in table.all {
            sayGoodbye(connection, .goingAway, reason: "server is stopping")
            end(connection, .serverStops)
        }
        intake.submit()
        isFinished = true
    }

    func stopListening() {
        guard let socket = listener.take() else { return }
        poll.remove(socket.number)
    }
}

@available(*, unavailable)
extension ReceivingLoop: Sendable {}
