internal import LinuxSystem
internal import Observability

/// The thread of an ``HTTPServer``: one epoll, all its clients.
final class HTTPServerLoop {
    private static let listenerSlot = Registration(slot: .max, generation: 0)
    private static let wakeupSlot = Registration(slot: .max - 1, generation: 0)
    /// How long the listener rests when the kernel has no descriptor for a client.
    private static let restMilliseconds = 100
    private static let farewellMilliseconds = 1000

    private var poll: EventPoll
    /// Nil once the server ends.
    private var listener: FileDescriptor?
    private let listenerNumber: Int32
    private let wakeup: Wakeup
    private let stop: HTTPServerStop
    private let settings: HTTPServerSettings
    private let routes: HTTPRoutes
    private let log: Log

    private var clients: [HTTPClientConnection?] = []
    private var generation: UInt32 = 0
    private var listensAgainAt: MonotonicTime?
    private var endsAt: MonotonicTime?

    /// Serves until it is told to stop.
    static func run(
        listener: consuming FileDescriptor,
        wakeup: Wakeup,
        stop: HTTPServerStop,
        settings: HTTPServerSettings,
        routes: HTTPRoutes,
        log: Log
    ) {
        do {
            let loop = try HTTPServerLoop(listener, wakeup, stop, settings, routes, log)
            try loop.serve()
        } catch {
            log.observe(.httpServerFailed, ["server": .text(settings.name), "error": .text(error.description)])
        }
    }

    private init(
        _ listener: consuming FileDescriptor,
        _ wakeup: Wakeup,
        _ stop: HTTPServerStop,
        _ settings: HTTPServerSettings,
        _ routes: HTTPRoutes,
        _ log: Log
    ) throws(SystemCallError) {
        poll = try EventPoll(batch: 64)
        try poll.add(listener.number, as: Self.listenerSlot, for: .readable)
        try poll.add(wakeup.number, as: Self.wakeupSlot, for: .readable)
        listenerNumber = listener.number
        self.listener = consume listener
        self.wakeup = wakeup
        self.stop = stop
        self.settings = settings
        self.routes = routes
        self.log = log
    }

    private func serve() throws(SystemCallError) {
        while true {
            let ready = try poll.wait(milliseconds: millisecondsToNextDeadline(MonotonicTime.now))
            let now = MonotonicTime.now
            for index in 0..<ready {
                let (registration, readiness) = poll.event(index)
                handle(registration, readiness, now)
            }
            meetDeadlines(now)
            if stop.isRequested, endsAt == nil { beginFarewell(now) }
            if let endsAt, now >= endsAt || clients.allSatisfy({ $0 == nil }) { return }
        }
    }

    private func handle(_ registration: Registration, _ readiness: Readiness, _ now: MonotonicTime) {
        switch registration {
        case Self.listenerSlot: accept(now)
        case Self.wakeupSlot: wakeup.silence()
        default:
            let slot = Int(registration.slot)
            guard slot < clients.count, let client = clients[slot], client.registration == registration else { return }
            client.proceed(readiness, now, routes, log)
            keepOrClose(client)
        }
    }

    /// Listens for what the client waits for next, or lets it go.
    private func keepOrClose(_ client: HTTPClientConnection) {
        let slot = Int(client.registration.slot)
        guard let interest = client.interest else {
            clients[slot] = nil
            return
        }
        guard interest != client.registeredInterest else { return }
        do {
            try poll.change(client.number, as: client.registration, to: interest)
            client.registeredInterest = interest
        } catch {
            clients[slot] = nil
        }
    }

    // MARK: Newcomers

    private func accept(_ now: MonotonicTime) {
        // A bounded number per turn, so that a flood of connections does not keep the others waiting.
        for _ in 0..<16 {
            guard listener != nil else { return }
            do {
                // FORCE: checked above; what can't be copied can't be bound to a name for a call.
                guard let socket = try TCP.accept(listener!) else { return }
                admit(socket.take(), now)
            } catch {
                log.observe(.acceptFailed, ["server": .text(settings.name), "error": .text(error.description)])
                rest(now)
                return
            }
        }
    }

    private func admit(_ descriptor: consuming FileDescriptor, _ now: MonotonicTime) {
        makeRoom()
        let slot = clients.firstIndex { $0 == nil } ?? clients.count
        generation &+= 1
        let registration = Registration(slot: UInt32(slot), generation: generation)
        let isWelcome = settings.clients == .all || isOwnUser(descriptor)
        let client = HTTPClientConnection(descriptor, registration, settings, now)
        if !isWelcome {
            client.refuse(.text("only root and the server's own user are answered here\n", status: 403), now)
            if let interest = client.interest { client.registeredInterest = interest }
        }
        do {
            try poll.add(client.number, as: registration, for: client.registeredInterest)
        } catch {
            log.observe(.acceptFailed, ["server": .text(settings.name), "error": .text(error.description)])
            return
        }
        if slot == clients.count { clients.append(client) } else { clients[slot] = client }
    }

    private func isOwnUser(_ descriptor: borrowing FileDescriptor) -> Bool {
        UnixSocket.peer(of: descriptor).map { UnixSocket.isOwnUserOrRoot($0.user) } ?? false
    }

    private func makeRoom() {
        let present = clients.compactMap { $0 }
        guard present.count >= settings.maximumConnections,
            let victim = present.min(by: { $1.isBetterKept(than: $0) })
        else { return }
        clients[Int(victim.registration.slot)] = nil
        log.observe(
            .httpConnectionLimitReached,
            ["server": .text(settings.name), "maximum_connections": .count(settings.maximumConnections)]
        )
    }

    /// Without this a listener that cannot accept would wake us without pause.
    private func rest(_ now: MonotonicTime) {
        pauseListening()
        listensAgainAt = now.adding(milliseconds: Self.restMilliseconds)
    }

    private func pauseListening() {
        if listener != nil { try? poll.change(listenerNumber, as: Self.listenerSlot, to: []) }
    }

    private func resumeListening() {
        if listener != nil { try? poll.change(listenerNumber, as: Self.listenerSlot, to: .readable) }
    }

    // MARK: Deadlines

    private func millisecondsToNextDeadline(_ now: MonotonicTime) -> Int32? {
        var earliest: MonotonicTime? = nil
        for moment in clients.lazy.compactMap({ $0?.deadline }) + [listensAgainAt, endsAt].compactMap({ $0 })
        where earliest.map({ moment < $0 }) ?? true {
            earliest = moment
        }
        guard let earliest else { return nil }
        return Int32(clamping: (earliest.nanoseconds(since: now) + 999_999) / 1_000_000)
    }

    private func meetDeadlines(_ now: MonotonicTime) {
        for client in clients.compactMap({ $0 }) where client.deadline <= now {
            client.timeOut(now)
            keepOrClose(client)
        }
        if let moment = listensAgainAt, moment <= now {
            listensAgainAt = nil
            resumeListening()
        }
    }

    private func beginFarewell(_ now: MonotonicTime) {
        endsAt = now.adding(milliseconds: Self.farewellMilliseconds)
        listensAgainAt = nil
        listener = nil
        for client in clients.compactMap({ $0 }) {
            client.finish()
            keepOrClose(client)
        }
    }
}
