internal import LinuxSystem
internal import Observability
internal import TelemetryModel
internal import WebSocketCodec

extension ReceivingLoop {
    func setDeadline(_ connection: Connection, after milliseconds: Int) {
        deadlines.set(Int(connection.id.slot), toMilliseconds: now + UInt64(milliseconds))
    }

    /// Sets the deadline of a streaming or closing connection anew after something has changed.
    ///
    /// That bytes came changes nothing here: of a connection that was heard meanwhile the deadline is put off when it
    /// passes, which is once in a minute rather than once per wake-up.
    func updateDeadline(_ connection: Connection) {
        let next: UInt64?
        switch connection.stage {
        case .awaitingProxyHeader, .handshaking, .awaitingRequest:
            // Measured from the start of the stage: bytes that trickle in prolong nothing.
            return
        case .closing:
            let close = now + UInt64(context.settings.deadlines.closeMilliseconds)
            next = min(close, writeDeadline(connection) ?? close)
        case .streaming:
            next = streamingDeadline(connection)
        }
        if let next {
            deadlines.set(Int(connection.id.slot), toMilliseconds: next)
        } else {
            deadlines.clear(Int(connection.id.slot))
        }
    }

    private func streamingDeadline(_ connection: Connection) -> UInt64? {
        let settings = context.settings.deadlines
        var next = writeDeadline(connection)
        // A vehicle that we do not read cannot answer a ping.
        if connection.pause.isEmpty, settings.pingIntervalMilliseconds > 0 {
            let wait = connection.awaitsPong ? settings.pongMilliseconds : settings.pingIntervalMilliseconds
            let silence = connection.heardAt + UInt64(wait)
            next = min(next ?? silence, silence)
        }
        if settings.idleMilliseconds > 0 {
            let idle = connection.lastMessageAt + UInt64(settings.idleMilliseconds)
            next = min(next ?? idle, idle)
        }
        if let left = abandonedDeadline(connection) { next = min(next ?? left, left) }
        return next
    }

    /// Until when a connection waits to be read again whose peer has gone.
    ///
    /// As long as a lane is full each vehicle that comes back would leave one behind, which nobody reads and pings.
    private func abandonedDeadline(_ connection: Connection) -> UInt64? {
        guard let left = connection.peerLeftAt, !connection.pause.isEmpty else { return nil }
        return left + UInt64(context.settings.deadlines.pongMilliseconds)
    }

    /// The peer of a connection that is not read has closed. What it sent before may still be read, if it is soon.
    func notePeerLeft(_ connection: Connection) {
        guard !connection.hasEnded, connection.peerLeftAt == nil, !connection.pause.isEmpty else { return }
        connection.peerLeftAt = now
        updateInterest(connection)
        updateDeadline(connection)
    }

    private func writeDeadline(_ connection: Connection) -> UInt64? {
        guard !connection.unsent.isEmpty else { return nil }
        return connection.unsentSince + UInt64(context.settings.deadlines.writeMilliseconds)
    }

    func servePassedDeadlines() {
        for slot in deadlines.takePassed(now: now) {
            if let connection = table[slot: slot] { deadlinePassed(connection) }
        }
    }

    private func deadlinePassed(_ connection: Connection) {
        switch connection.stage {
        case .awaitingProxyHeader, .handshaking:
            end(connection, .handshakeTimedOut)
        case .awaitingRequest:
            end(connection, .requestTimedOut)
        case .closing:
            end(connection, .closeTimedOut)
        case .streaming where (streamingDeadline(connection) ?? .max) > now:
            updateDeadline(connection)
        case .streaming where (abandonedDeadline(connection) ?? .max) <= now:
            end(connection, .peerClosed)
        case .streaming where isWriteOverdue(connection):
            end(connection, .peerDoesNotRead)
        case .streaming where isIdle(connection):
            sayGoodbye(connection, .goingAway, reason: "idle for too long")
            end(connection, .idleTimedOut)
        case .streaming where connection.awaitsPong:
            sayGoodbye(connection, .goingAway, reason: "no answer to a ping")
            end(connection, .pongTimedOut)
        case .streaming:
            connection.awaitsPong = true
            connection.heardAt = now
            appendPing([], to: &connection.answers)
            mark(connection)
            updateDeadline(connection)
        }
    }

    private func isWriteOverdue(_ connection: Connection) -> Bool {
        !connection.unsent.isEmpty
            && connection.unsentSince + UInt64(context.settings.deadlines.writeMilliseconds) <= now
    }

    private func isIdle(_ connection: Connection) -> Bool {
        let limit = context.settings.deadlines.idleMilliseconds
        return limit > 0 && connection.lastMessageAt + UInt64(limit) <= now
    }

    // MARK: Backpressure

    func pause(_ connection: Connection, for reason: Connection.Pause) {
        guard !connection.pause.contains(reason) else { return }
        if connection.pause.isEmpty { context.meters.pauses.add() }
        connection.pause.insert(reason)
        updateInterest(connection)
        updateDeadline(connection)
    }

    /// Takes one reason away; with the last one the connection is read again, beginning with what it has left over.
    func resume(_ connection: Connection, from reason: Connection.Pause) {
        guard connection.pause.contains(reason) else { return }
        connection.pause.remove(reason)
        guard connection.pause.isEmpty else { return }
        // It could not be heard while nobody listened.
        connection.heardAt = now
        updateInterest(connection)
        updateDeadline(connection)
        consumeLeftOver(connection)
    }

    /// Called when a full lane has room again.
    func retryWaiting() {
        let waiting = waitingForRoom
        waitingForRoom = []
        for id in waiting {
            if let connection = table[id] { resume(connection, from: .lanesAreFull) }
        }
    }

    /// Tells epoll what the connection waits for, if that has changed.
    func updateInterest(_ connection: Connection) {
        var interest: Readiness = []
        if connection.pause.isEmpty {
            interest.insert(.readable)
        } else if connection.peerLeftAt == nil {
            interest.insert(.peerClosed)
        }
        if !connection.unsent.isEmpty { interest.insert(.writable) }
        guard interest != connection.interest else { return }
        connection.interest = interest
        let registration = Registration(slot: connection.id.slot, generation: connection.id.generation)
        do throws(SystemCallError) {
            try poll.change(connection.descriptor.number, as: registration, to: interest)
        } catch {
            end(connection, .socketFailed(error))
        }
    }
}
