internal import LinuxSystem
internal import Observability
internal import TelemetryModel
internal import WebSocketCodec

extension ReceivingLoop {
    func setDeadline(_ connection: Connection, after milliseconds: Int) {
        deadlines.set(Int(connection.id.slot), toMilliseconds: now + UInt64(milliseconds))
    }

    /// Sets the deadline of a streaming or closing connection anew after something has moved.
    func updateDeadline(_ connection: Connection) {
        let settings = context.settings.deadlines
        var next: UInt64?
        switch connection.stage {
        case .handshaking, .awaitingRequest:
            // Measured from the start of the stage: bytes that trickle in prolong nothing.
            return
        case .closing:
            next = now + UInt64(settings.closeMilliseconds)
        case .streaming:
            // A vehicle that we do not read cannot answer a ping.
            if connection.pause.isEmpty, settings.pingIntervalMilliseconds > 0 {
                let wait = connection.awaitsPong ? settings.pongMilliseconds : settings.pingIntervalMilliseconds
                next = now + UInt64(wait)
            }
        }
        if case .streaming = connection.stage, settings.idleMilliseconds > 0 {
            let idle = connection.lastMessageAt + UInt64(settings.idleMilliseconds)
            next = min(next ?? idle, idle)
        }
        if !connection.unsent.isEmpty {
            let write = connection.unsentSince + UInt64(settings.writeMilliseconds)
            next = min(next ?? write, write)
        }
        if let next {
            deadlines.set(Int(connection.id.slot), toMilliseconds: next)
        } else {
            deadlines.clear(Int(connection.id.slot))
        }
    }

    func servePassedDeadlines() {
        for slot in deadlines.takePassed(now: now) {
            if let connection = table[slot: slot] { deadlinePassed(connection) }
        }
    }

    private func deadlinePassed(_ connection: Connection) {
        switch connection.stage {
        case .handshaking:
            end(connection, .handshakeTimedOut)
        case .awaitingRequest:
            end(connection, .requestTimedOut)
        case .closing:
            end(connection, .closeTimedOut)
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
        if connection.pause.isEmpty { interest.insert(.readable) }
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
