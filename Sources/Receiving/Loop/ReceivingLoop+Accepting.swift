internal import AddressCodec
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import TelemetryModel

extension ReceivingLoop {
    /// The most connections accepted in one turn, so that a flood of new ones cannot starve the standing ones.
    private static let acceptBatch = 64
    /// How long accepting rests when the process has no descriptor left.
    private static let restMilliseconds: UInt64 = 500

    func acceptConnections(from listener: Int) {
        for _ in 0..<Self.acceptBatch {
            guard acceptOne(from: listener) else { return }
        }
    }

    /// - Returns: whether another may be waiting.
    private func acceptOne(from listener: Int) -> Bool {
        guard acceptsAgainAt == nil, listener < listeners.count, makeRoomForHandshake() else { return false }
        do throws(SystemCallError) {
            guard let socket = try TCP.accept(listeners[listener].descriptor) else { return false }
            takeIn(socket)
            return true
        } catch {
            rest(after: error)
            return false
        }
    }

    private func takeIn(_ socket: consuming AcceptedSocket) {
        context.meters.connectionsOpened.add()
        let limit = context.settings.maxConnections
        guard context.meters.enter(limit: limit) else {
            context.meters.connectionRefused(.maxConnections)
            context.log.observe(
                .connectionLimitReached,
                ["remote_ip": .text(socket.remote.description), "max_connections": .number(Int64(limit))]
            )
            return
        }
        let remote = socket.remote
        if !peers.isEmpty {
            // Nobody else listens: deal the connections out, one to each loop in turn.
            dealtTo = (dealtTo + 1) % peers.count
            if dealtTo != Int(index) { return peers[dealtTo].mailbox.post(.adopt(AdoptedSocket(socket))) }
        }
        open(socket.take(), remote)
    }

    /// Serves a connection that another loop has accepted and counted.
    func adopt(_ socket: AdoptedSocket) {
        guard let descriptor = socket.take() else { return }
        guard !isStopping else {
            context.meters.leave()
            return
        }
        // Its place in the kernel's queue is gone, so that it cannot wait there.
        if halfOpen.isFull { _ = makeRoomForHandshake(isUrgent: true) }
        open(descriptor, socket.remote)
    }

    private func open(_ descriptor: consuming FileDescriptor, _ remote: SocketAddress) {
        let proxies = context.settings.trustedProxies
        let address = IPAddress(remote.host)
        let isProxy = address.map { address in proxies.contains { $0.contains(address) } } ?? false
        guard isProxy || mayBegin(remote) else {
            context.meters.leave()
            context.meters.connectionsClosed.add()
            return
        }
        let connection = Connection(
            id: table.reserve(loop: index),
            descriptor: descriptor,
            session: TLSSession(tls, buffers: buffers),
            remote: remote,
            acceptedAt: .now,
            limits: context.settings.limits
        )
        if isProxy { connection.stage = .awaitingProxyHeader }
        do throws(SystemCallError) {
            let registration = Registration(slot: connection.id.slot, generation: connection.id.generation)
            try poll.add(connection.descriptor.number, as: registration, for: .readable)
        } catch {
            table.abandon(connection.id)
            context.meters.leave()
            rest(after: error)
            return
        }
        table.insert(connection)
        connection.household = isProxy ? nil : address?.household
        halfOpen.add(connection.id, from: connection.household, now: now)
        setDeadline(connection, after: context.settings.deadlines.handshakeMilliseconds)
    }

    // MARK: Limits

    /// Whether the address may begin another handshake; counts and logs when not.
    func mayBegin(_ remote: SocketAddress) -> Bool {
        guard let rates = context.handshakeRates, let address = IPAddress(remote.host),
            !rates.allows(address, now: max(1, now))
        else { return true }
        context.meters.connectionRefused(.handshakeRate)
        context.log.observe(.handshakeRateExceeded, ["remote_ip": .text(remote.description)])
        return false
    }

    /// Lets go of the slowest handshake when there are too many.
    ///
    /// - Parameter isUrgent: whether the slowest goes even if it has not kept us waiting for long.
    /// - Returns: whether there is room; else accepting is suspended.
    private func makeRoomForHandshake(isUrgent: Bool = false) -> Bool {
        let table = table
        let room = halfOpen.room(now: isUrgent ? .max : now) { id in
            guard let connection = table[id], connection.isHalfOpen else { return .over }
            return connection.heardAt > 0 ? .talking(connection.heardAt) : .silent
        }
        switch room {
        case .free:
            return true
        case .after(let id):
            if let connection = table[id] {
                context.meters.connectionRefused(.handshakesInProgress)
                end(connection, .handshakeCrowdedOut)
            }
            return true
        case .notBefore(let time):
            suspendAccepting(until: time)
            isCrowded = true
            return false
        }
    }

    /// A connection has become a vehicle, or is about to end.
    func leaveHalfOpen(_ connection: Connection) {
        guard connection.isHalfOpen else { return }
        connection.isHalfOpen = false
        halfOpen.leave(connection.household)
        if isCrowded {
            isCrowded = false
            acceptsAgainAt = now
        }
    }

    // MARK: Suspending

    private func rest(after error: SystemCallError) {
        context.log.observe(
            .acceptFailed,
            [
                "error": .text(error.description),
                "remedy": "raise the limit on open files (ulimit -n, LimitNOFILE) if it says too many open files",
            ]
        )
        suspendAccepting(until: now + Self.restMilliseconds)
    }

    private func suspendAccepting(until time: UInt64) {
        acceptsAgainAt = time
        watchListeners(for: [])
    }

    func resumeAccepting() {
        guard let time = acceptsAgainAt, time <= now else { return }
        acceptsAgainAt = nil
        isCrowded = false
        watchListeners(for: .readable)
    }

    private func watchListeners(for interest: Readiness) {
        for (number, listener) in listeners.enumerated() {
            try? poll.change(listener.descriptor.number, as: Self.listenerSlot(number), to: interest)
        }
    }
}
