internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import TelemetryModel

extension ReceivingLoop {
    /// The most connections accepted in one turn, so that a flood of new ones cannot starve the standing ones.
    private static let acceptBatch = 64
    /// How long accepting rests when the process has no descriptor left.
    private static let restMilliseconds: UInt64 = 500

    func acceptConnections() {
        for _ in 0..<Self.acceptBatch {
            guard acceptOne() else { return }
        }
    }

    /// - Returns: whether another may be waiting.
    private func acceptOne() -> Bool {
        guard acceptsAgainAt == nil, listener != nil else { return false }
        do throws(SystemCallError) {
            // FORCE: checked above; what can't be copied can't be bound to a name for a call.
            guard let socket = try TCP.accept(listener!) else { return false }
            open(socket)
            return true
        } catch {
            rest(after: error)
            return false
        }
    }

    private func open(_ socket: consuming AcceptedSocket) {
        context.meters.connectionsOpened.add()
        let remote = socket.remote
        guard context.meters.enter(limit: context.settings.maxConnections) else {
            context.meters.connectionsRefused.add()
            context.log.limited(
                .warning,
                "connection_limit_reached",
                [
                    "remote_ip": .text(remote.description),
                    "max_connections": .number(Int64(context.settings.maxConnections)),
                ]
            )
            return
        }
        let connection = Connection(
            id: table.reserve(loop: index),
            descriptor: socket.take(),
            session: TLSSession(tls, buffers: buffers),
            remote: remote,
            acceptedAt: .now,
            limits: context.settings.limits
        )
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
        setDeadline(connection, after: context.settings.deadlines.handshakeMilliseconds)
    }

    private func rest(after error: SystemCallError) {
        context.log.limited(
            .error,
            "accept_failed",
            [
                "error": .text(error.description),
                "remedy": "raise the limit on open files (ulimit -n, LimitNOFILE) if it says too many open files",
            ]
        )
        acceptsAgainAt = now + Self.restMilliseconds
        if let number = listener?.number { try? poll.change(number, as: Self.listenerSlot, to: []) }
    }

    func resumeAccepting() {
        guard let time = acceptsAgainAt, time <= now else { return }
        acceptsAgainAt = nil
        if let number = listener?.number { try? poll.change(number, as: Self.listenerSlot, to: .readable) }
    }
}
