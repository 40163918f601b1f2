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
            if !connection.hasEnded { flush(connection) }
        }
        marked.removeAll(keepingCapacity: true)
    }

    /// Encrypts the answers as few TLS records and sends them with one call.
    func flush(_ connection: Connection) {
        if !connection.answers.isEmpty {
            var answers: [UInt8] = []
            swap(&answers, &connection.answers)
            let failure = connection.session.write(answers.span)
            answerBuffers.giveBack(answers)
            if let failure { return end(connection, .tlsFailed(failure)) }
        }
        sendOutbound(connection)
    }

    /// Sends the ciphertext that OpenSSL has made, of whatever kind.
    func sendOutbound(_ connection: Connection) {
        guard connection.session.hasOutbound else { return }
        let waited = !connection.unsent.isEmpty
        if let error = connection.session.send(to: connection.descriptor, rest: &connection.unsent) {
            return end(connection, EndReason(error))
        }
        guard !connection.unsent.isEmpty else { return }
        if !waited {
            connection.unsentSince = now
            connection.unsentGoal = connection.unsent.count
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
            connection.unsentGoal -= sent
            // All that waited then is on its way: from here on, what has come since is timed.
            if connection.unsentGoal <= 0 {
                connection.unsentGoal = connection.unsent.count
                connection.unsentSince = now
            }
        } catch {
            return end(connection, EndReason(error))
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
        observeLatency(settlements)
        var acknowledgements = Acknowledgements(intake.topics)
        var index = 0
        while index < settlements.count { settleNext(settlements, &index, &acknowledgements) }
        acknowledgements.finish()
    }

    /// Records that came in one turn have waited equally long, so they are counted together.
    private func observeLatency(_ settlements: [Settlement]) {
        let now = MonotonicTime.now.nanoseconds
        var received: UInt64 = 0
        var count = 0
        func observe() {
            guard count > 0, received > 0 else { return }
            let waited = now > received ? now - received : 0
            context.meters.reference.ackLatency.observe(seconds: Double(waited) / 1_000_000_000, times: count)
        }
        for settlement in settlements where settlement.outcome == .acknowledge {
            if settlement.record.receivedTick != received {
                observe()
                received = settlement.record.receivedTick
                count = 0
            }
            count += 1
        }
        observe()
    }

    /// Settles the records from `index` on that came by one connection: 16 and more when a vehicle catches up.
    ///
    /// They are taken together because finding the connection, and each access to what it and the loop own, costs
    /// about as much as writing an ack does.
    private func settleNext(
        _ settlements: [Settlement],
        _ index: inout Int,
        _ acknowledgements: inout Acknowledgements
    ) {
        let id = settlements[index].record.source.connection
        let first = index
        index += 1
        while index < settlements.count, settlements[index].record.source.connection == id { index += 1 }
        let repeats = settleRepeats(settlements[first..<index])
        answer(settlements[first..<index], id, &acknowledgements)
        answer(repeats, &acknowledgements)
    }

    /// Answers settled messages, all by this connection, if it is still there.
    private func answer(
        _ settlements: ArraySlice<Settlement>,
        _ id: ConnectionID,
        _ acknowledgements: inout Acknowledgements
    ) {
        guard let connection = table[id], let socket = connection.socket else {
            for settlement in settlements where settlement.record.sequence != RecordIntake.serverMade {
                context.meters.lateSettlements.add()
                if settlement.outcome == .acknowledge { context.reliableAcks.noteMissed(settlement.record.type) }
            }
            return
        }
        answer(settlements, connection, socket, &acknowledgements)
        if connection.pause.contains(.awaitsAcks),
            socket.unacknowledged <= context.settings.unacknowledgedRecordsLimit / 2
        {
            resume(connection, from: .awaitsAcks)
        }
    }

    private func answer(
        _ settlements: ArraySlice<Settlement>,
        _ connection: Connection,
        _ socket: VehicleSocket,
        _ acknowledgements: inout Acknowledgements
    ) {
        var answers: [UInt8] = []
        swap(&answers, &connection.answers)
        if answers.capacity == 0 { answers = answerBuffers.take() }
        let start = answers.count
        let countsReliableAcks = !context.reliableAcks.isEmpty
        let writesLines = context.log.writes(.debug)
        var settled = 0
        var withheld = 0
        for index in settlements.indices {
            let record = settlements[index].record
            guard record.sequence != RecordIntake.serverMade else { continue }
            settled += 1
            guard settlements[index].outcome == .acknowledge else {
                withheld += 1
                continue
            }
            acknowledgements.append(record, to: &answers)
            if countsReliableAcks { context.reliableAcks.noteSent(record.type) }
            if writesLines { context.logResponding(to: record) }
        }
        socket.noteSettled(settled)
        context.meters.acknowledgements.add(settled - withheld)
        if withheld > 0 { context.meters.withheld.add(withheld) }
        connection.answers = answers
        if answers.count > start { noteAnswers(connection, from: start) }
    }

    // MARK: Repeats

    /// Remembers what became of records of one vehicle.
    ///
    /// - Returns: the answers to messages that repeated one of them meanwhile.
    private func settleRepeats(_ settlements: ArraySlice<Settlement>) -> [RepeatAnswer] {
        guard context.vehicles.recognisesRepeats, let first = settlements.first,
            let deliveries = context.vehicles.deliveries(of: first.record.vin)
        else { return [] }
        return deliveries.settle(settlements, now: now)
    }

    private func answer(_ repeats: [RepeatAnswer], _ acknowledgements: inout Acknowledgements) {
        guard !repeats.isEmpty else { return }
        for (loop, repeats) in Dictionary(grouping: repeats, by: \.connection.loop) {
            guard loop == index else {
                context.doors[Int(loop)].mailbox.post(.repeatsSettled(repeats))
                continue
            }
            for repeated in repeats {
                let settlements = Array(repeating: repeated.settlement, count: repeated.count)
                answer(settlements[...], repeated.connection, &acknowledgements)
            }
        }
    }

    /// Answers messages of this loop that repeated a record of another loop.
    func answerRepeats(_ repeats: [RepeatAnswer]) {
        var acknowledgements = Acknowledgements(intake.topics)
        answer(repeats, &acknowledgements)
        acknowledgements.finish()
    }
}
