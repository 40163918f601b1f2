internal import Dispatching
internal import EnvelopeCodec
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import TelemetryModel
internal import WebSocketCodec

extension ReceivingLoop {
    /// Has the connection's answers sent at the end of the turn.
    func mark(_ connection: Connection) {
        guard !connection.isMarked else { return }
        connection.isMarked = true
        marked.append(connection)
    }

    func flushMarked() {
        guard !marked.isEmpty else { return }
        for connection in marked {
            connection.isMarked = false
            // It may have ended since it was marked.
            if table[connection.id] === connection { flush(connection) }
        }
        marked.removeAll(keepingCapacity: true)
    }

    /// Encrypts the answers as few TLS records and sends them with one call.
    func flush(_ connection: Connection) {
        if !connection.answers.isEmpty {
            let failure = connection.session.write(connection.answers.span)
            connection.answers = []
            if let failure { return end(connection, .tlsFailed(failure)) }
        }
        sendOutbound(connection)
    }

    /// Sends the ciphertext that OpenSSL has made, of whatever kind.
    func sendOutbound(_ connection: Connection) {
        guard connection.session.hasOutbound else { return }
        let waited = !connection.unsent.isEmpty
        if let error = connection.session.send(to: connection.descriptor, rest: &connection.unsent) {
            return end(connection, .socketFailed(error))
        }
        guard !connection.unsent.isEmpty else { return }
        if !waited {
            connection.unsentSince = now
            updateDeadline(connection)
        }
        if connection.unsent.count > context.settings.unsentBytesLimit { pause(connection, for: .doesNotRead) }
        updateInterest(connection)
    }

    /// Goes on with what the socket did not take before.
    func sendUnsent(_ connection: Connection) {
        guard !connection.unsent.isEmpty else { return updateInterest(connection) }
        do throws(SystemCallError) {
            guard let sent = try TCP.send(connection.unsent.span, to: connection.descriptor) else { return }
            connection.unsent.removeFirst(sent)
            if sent > 0 { connection.unsentSince = now }
        } catch {
            return end(connection, .socketFailed(error))
        }
        if connection.unsent.isEmpty {
            connection.unsent = []
            if case .closing = connection.stage { TCP.shutdownSending(connection.descriptor) }
        }
        if connection.unsent.count <= context.settings.unsentBytesLimit / 2 {
            resume(connection, from: .doesNotRead)
        }
        updateDeadline(connection)
        updateInterest(connection)
    }

    // MARK: Acks

    /// Answers the vehicles whose records are settled.
    func settle(_ settlements: [Settlement]) {
        if let first = settlements.first {
            let milliseconds = max(0, WallClock.milliseconds - first.record.receivedAt.rawValue)
            context.meters.reference.ackLatency.observe(seconds: Double(milliseconds) / 1000, times: settlements.count)
        }
        for settlement in settlements {
            let record = settlement.record
            guard record.sequence != RecordIntake.serverMade else { continue }
            guard let connection = table[record.source.connection] else {
                context.meters.lateSettlements.add()
                continue
            }
            connection.unacknowledged -= 1
            switch settlement.outcome {
            case .acknowledge:
                appendAcknowledgement(txid: record.txid, topic: intake.topicBytes(of: record.type), to: connection)
            case .withhold:
                context.meters.withheld.add()
            }
            if connection.pause.contains(.awaitsAcks),
                connection.unacknowledged <= context.settings.unacknowledgedRecordsLimit / 2
            {
                resume(connection, from: .awaitsAcks)
            }
        }
    }
}
