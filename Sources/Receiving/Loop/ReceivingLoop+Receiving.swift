internal import EnvelopeCodec
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import TelemetryModel
internal import WebSocketCodec

extension ReceivingLoop {
    /// Takes what a connection's socket has, once, and carries it as far as it goes.
    func receive(_ connection: Connection) {
        if case .awaitingProxyHeader = connection.stage { return receiveProxyHeader(connection) }
        switch connection.session.receive(from: connection.descriptor) {
        case .received:
            if connection.isHalfOpen { connection.heardAt = now }
            advance(connection)
        case .nothingYet:
            return
        case .endOfStream:
            end(connection, isHandshaking(connection) ? .handshakeFailed(.connectionLost) : .peerClosed)
        case .failed(let error):
            end(connection, isHandshaking(connection) ? .handshakeFailed(.connectionLost) : EndReason(error))
        }
    }

    func isHandshaking(_ connection: Connection) -> Bool {
        if case .handshaking = connection.stage { true } else { false }
    }

    func advance(_ connection: Connection) {
        if isHandshaking(connection) {
            switch connection.session.handshake() {
            case .wantsMore:
                return sendOutbound(connection)
            case .failed(let failure):
                return refuseHandshake(connection, failure)
            case .done:
                sendOutbound(connection)
                finishHandshake(connection)
            }
        }
        decrypt(connection)
    }

    /// Decrypts everything that was received; OpenSSL keeps an incomplete TLS record itself.
    private func decrypt(_ connection: Connection) {
        var count = 0
        var ending: EndReason?
        reading: while true {
            switch connection.session.read(into: &plain, at: count) {
            case .bytes(let more):
                count += more
                if connection.session.isDrained { break reading }
            case .wantsMore: break reading
            case .closed:
                ending = .peerClosed
                break reading
            case .failed(let failure):
                // What OpenSSL has to say to the peer about it still goes out. A vehicle that refuses our certificate
                // says so only after its own handshake is done, so this is where it is heard in TLS 1.3.
                sendOutbound(connection)
                ending = isUpgraded(connection) ? .tlsFailed(failure) : .handshakeFailed(failure)
                break reading
            }
        }
        // Reading may make answers of TLS itself, to a key update or a wish to renegotiate. Left where they are, they
        // would go to whatever vehicle the loop sends to next.
        sendOutbound(connection)
        if count > 0, !connection.hasEnded { consume(connection, count) }
        guard let ending, !connection.hasEnded else { return }
        if connection.isMarked { flush(connection) }
        end(connection, ending)
    }

    private func isUpgraded(_ connection: Connection) -> Bool {
        if case .awaitingRequest = connection.stage { false } else { true }
    }

    /// Uses the first `count` bytes of ``plain``.
    private func consume(_ connection: Connection, _ count: Int) {
        switch connection.stage {
        case .awaitingProxyHeader, .handshaking:
            return
        case .awaitingRequest:
            connection.received.append(contentsOf: plain[..<count])
            readRequest(connection)
        case .closing:
            // Only the end of the stream is of interest now; the deadline stands.
            return
        case .streaming:
            connection.awaitsPong = false
            // Its deadline stays as it is and is looked at when it has passed, see `deadlinePassed`.
            connection.heardAt = now
            guard connection.received.isEmpty, connection.pause.isEmpty else {
                connection.received.append(contentsOf: plain[..<count])
                return consumeLeftOver(connection)
            }
            var pending = 0..<count
            readFrames(connection, &plain, &pending)
            keep(connection, plain, pending)
        }
    }

    /// Goes on with what a connection has left over: a message that waited, then bytes that were not enough.
    func consumeLeftOver(_ connection: Connection) {
        guard connection.pause.isEmpty else { return }
        if let message = connection.held {
            connection.held = nil
            takeMessage(connection, message.span, 0..<message.count)
        }
        guard connection.pause.isEmpty, !connection.received.isEmpty,
            connection.received.count >= connection.receivedNeeded
        else { return }
        var buffer = connection.received
        connection.received = []
        var pending = 0..<buffer.count
        readFrames(connection, &buffer, &pending)
        keep(connection, buffer, pending)
    }

    /// Keeps the bytes that could not be used yet.
    private func keep(_ connection: Connection, _ buffer: [UInt8], _ pending: Range<Int>) {
        guard !pending.isEmpty, !connection.hasEnded else { return }
        connection.received = Array(buffer[pending])
        connection.receivedNeeded = connection.pause.isEmpty ? connection.frames.bytesNeeded : 0
    }

    // MARK: Frames

    func readFrames(_ connection: Connection, _ buffer: inout [UInt8], _ pending: inout Range<Int>) {
        // Worked on outside of the connection: Swift checks each access to a class's property for overlaps.
        var frames = connection.frames
        defer { connection.frames = frames }
        do throws(WebSocketViolation) {
            while connection.pause.isEmpty, !connection.hasEnded, let event = try frames.next(in: &buffer, &pending) {
                if case .message(_, let range) = event {
                    takeMessage(connection, buffer.span, range)
                } else {
                    handle(event, of: connection, buffer)
                }
            }
        } catch {
            context.log.observe(
                .webSocketViolation,
                [
                    "vin": .text(connection.source?.device.vin.text ?? ""),
                    "remote_ip": .text(connection.remote.description),
                    "close_code": .number(Int64(error.closeCode.rawValue)),
                    "error": .text(error.reason),
                ]
            )
            close(connection, error.closeCode, reason: error.reason)
        }
    }

    /// Everything but whole messages, which are the rule.
    private func handle(_ event: FrameEvent, of connection: Connection, _ buffer: [UInt8]) {
        switch event {
        case .message(_, let range):
            takeMessage(connection, buffer.span, range)
        case .fragment(let fragment):
            if let message = connection.assembler.take(fragment, from: buffer) {
                takeMessage(connection, message.span, 0..<message.count)
            }
        case .ping(let range):
            appendPong(buffer[range], to: &connection.answers)
            mark(connection)
        case .pong:
            return
        case .close(let frame):
            answerClose(connection, frame)
        case .oversize(let length):
            connection.assembler.discard()
            refuseOversize(connection, length)
        }
    }

    /// The peer says goodbye: echo its code and be done.
    private func answerClose(_ connection: Connection, _ frame: CloseFrame) {
        guard let socket = connection.socket else { return }
        appendClose(frame.code, reason: "", to: &connection.answers)
        announceDisconnected(connection, socket, reason: EndReason.peerClosed.code)
        finishSending(connection)
    }

    private func refuseOversize(_ connection: Connection, _ length: Int) {
        guard let source = connection.source else { return }
        context.meters.reference.tooBigRecords.add()
        context.log.observe(
            .recordTooBig,
            [
                "vin": .text(source.device.vin.text),
                "bytes": .number(Int64(length)),
                "limit": .number(Int64(context.settings.limits.messageBytes)),
            ]
        )
        appendError(txid: [UInt8]().span, to: connection)
    }

    // MARK: Messages

    private func takeMessage(_ connection: Connection, _ buffer: Span<UInt8>, _ range: Range<Int>) {
        guard let socket = connection.socket else { return }
        connection.lastMessageAt = now
        let verdict = intake.take(buffer, range, from: connection, socket)
        if let isBrief = verdict.wait {
            connection.held = buffer.bytes(range)
            waitingForRoom.insert(connection.id)
            pause(connection, for: .lanesAreFull)
            // Nobody else would say when: another loop's turn has to end, and that takes no longer than ours.
            if isBrief { door.lanesHaveRoom() }
            return
        }
        if let tap = context.tap {
            tap.note(buffer.bytes(range)[...], of: socket.vehicle.vin, isInbound: true, at: intake.receivedAt)
        }
        switch verdict {
        case .taken:
            if socket.unacknowledged >= context.settings.unacknowledgedRecordsLimit {
                pause(connection, for: .awaitsAcks)
            }
        case .acknowledge(let txid, let topic):
            context.meters.acknowledgements.add()
            let start = connection.answers.count
            AcknowledgementFrames.append(buffer.extracting(txid), buffer.extracting(topic), to: &connection.answers)
            noteAnswers(connection, from: start)
        case .refuse(let txid):
            appendError(txid: buffer.extracting(txid), to: connection)
        case .ignore, .wait, .waitBriefly:
            return
        }
    }

    private func appendError(txid: Span<UInt8>, to connection: Connection) {
        let start = connection.answers.count
        appendFrameHeader(.binary, length: Envelope.errorLength(txid: txid.count), to: &connection.answers)
        Envelope.appendError(txid: txid, to: &connection.answers)
        noteAnswers(connection, from: start)
    }

    /// Has the frames sent that were appended to the connection's answers, and shows them to the tap.
    func noteAnswers(_ connection: Connection, from start: Int) {
        mark(connection)
        guard let tap = context.tap, let source = connection.source else { return }
        var position = start
        while position < connection.answers.count {
            let frame = connection.answers[position...]
            guard case .header(let header)? = try? FrameHeader.read(frame.span, in: 0..<frame.count, role: .client)
            else { return }
            let content = position + header.length
            position = content + header.payloadLength
            tap.note(
                connection.answers[content..<position],
                of: source.device.vin,
                isInbound: false,
                at: intake.receivedAt
            )
        }
    }
}

extension Span<UInt8> {
    /// A copy of some bytes, for what is kept beyond the call.
    fileprivate func bytes(_ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(range.count)
        for index in range { copy.append(self[index]) }
        return copy
    }
}
