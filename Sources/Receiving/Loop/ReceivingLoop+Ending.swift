internal import Dispatching
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import Symptoms
internal import TelemetryModel
internal import WebSocketCodec

extension ReceivingLoop {
    /// Sends a close frame, says that nothing more follows, and lets the peer read it until the close deadline.
    func close(_ connection: Connection, _ code: CloseCode, reason: String) {
        guard let socket = connection.socket else { return }
        appendClose(code, reason: reason, to: &connection.answers)
        announceDisconnected(connection, socket, reason: "closed_\(code.rawValue)")
        connection.held = nil
        connection.pause = []
        finishSending(connection)
    }

    /// Sends what waits and half-closes: the peer gets all of it, which a full close with unread input could undo.
    func finishSending(_ connection: Connection) {
        connection.stage = .closing
        leaveHalfOpen(connection)
        connection.received = []
        _ = connection.session.write(connection.answers.span)
        connection.answers = []
        connection.session.shutdown()
        sendOutbound(connection)
        guard !connection.hasEnded else { return }
        if connection.unsent.isEmpty { TCP.shutdownSending(connection.descriptor) }
        updateInterest(connection)
        updateDeadline(connection)
    }

    /// Sends a close frame as far as the socket takes it now, for a connection that ends at once.
    func sayGoodbye(_ connection: Connection, _ code: CloseCode, reason: String) {
        guard case .streaming = connection.stage else { return }
        appendClose(code, reason: reason, to: &connection.answers)
        _ = connection.session.write(connection.answers.span)
        connection.answers = []
        connection.session.shutdown()
        _ = connection.session.send(to: connection.descriptor, rest: &connection.unsent)
    }

    /// Lets go of a connection: counts, logs, announces, and frees everything.
    func end(_ connection: Connection, _ reason: EndReason) {
        guard !connection.hasEnded else { return }
        connection.hasEnded = true
        leaveHalfOpen(connection)
        poll.remove(connection.descriptor.number)
        deadlines.clear(Int(connection.id.slot))
        if !waitingForRoom.isEmpty { waitingForRoom.remove(connection.id) }
        table.remove(connection.id)
        context.meters.leave()
        context.meters.connectionsClosed.add()
        if reason.isError { context.meters.reference.socketErrors.add() }
        switch connection.stage {
        case .awaitingProxyHeader, .handshaking:
            noteFailedHandshake(connection, reason)
        case .awaitingRequest:
            context.log.observe(
                .requestMissing,
                [
                    "remote_ip": .text(connection.remote.description), "reason": .text(reason.code),
                ]
            )
        case .streaming(let socket):
            if reason.isError {
                context.log.observe(
                    .socketError,
                    [
                        "vin": .text(socket.source.device.vin.text),
                        "txid": .text(socket.source.socketID),
                        "reason": .text(reason.code),
                        "error": .text(reason.detail ?? reason.code),
                    ]
                )
            }
            announceDisconnected(connection, socket, reason: reason.code)
        case .closing:
            break
        }
    }

    private func noteFailedHandshake(_ connection: Connection, _ reason: EndReason) {
        context.meters.reference.handshakeFailure(reason: reason.code).add()
        guard context.settings.logsHandshakeFailures else { return }
        context.log.observe(
            .tlsHandshakeFailed,
            [
                "remote_ip": .text(connection.remote.description),
                "reason": .text(reason.code),
                "code": .text(reason.handshakeSymptom.rawValue),
                "error": .text(reason.detail ?? "the peer did not finish the TLS handshake in time"),
            ]
        )
    }

    // MARK: Connectivity

    func announceConnected(_ connection: Connection, _ source: RecordSource, _ request: ConnectionRequest) {
        if connection.announcesConnectivity {
            intake.takeConnectivity(.connected, of: source)
        } else {
            noteUnusableInterface(source, .connectivityRegistrationError)
        }
        context.log.info(
            "socket_connected",
            [
                "vin": .text(source.device.vin.text),
                "device_type": .text(source.device.deviceType),
                "txid": .text(source.socketID),
                "network_interface": .text(source.networkInterface),
                "client_version": .text(source.clientVersion),
                "method": .text(request.method),
                "path": .text(request.path),
                "user_agent": .text(request.userAgent),
                "X-Forwarded-For": .text(request.forwardedFor),
                "remote_ip": .text(source.remoteAddress),
                "server_name": .text(request.serverName),
                "tls": .text(request.tls),
            ]
        )
    }

    func announceDisconnected(_ connection: Connection, _ socket: VehicleSocket, reason: String) {
        guard !connection.isAnnouncedGone else { return }
        connection.isAnnouncedGone = true
        let source = socket.source
        if connection.announcesConnectivity {
            intake.takeConnectivity(.disconnected, of: source)
        } else {
            noteUnusableInterface(source, .connectivityDeregistrationError)
        }
        context.socketNames.release(source.socketID)
        context.vehicles.leave(socket, reason: reason, now: now)
        let seconds = MonotonicTime.now.nanoseconds(since: connection.acceptedAt) / 1_000_000_000
        let payloads = connection.receivedPayloads
        // Bytes are texts, as the reference writes them; the same keys too.
        context.log.observe(
            .socketDisconnected,
            listing: payloads.byType(intake.payloadTopics).map { ($0.topic, .text("\($0.bytes)")) } + [
                ("vin", .text(source.device.vin.text)),
                ("txid", .text(source.socketID)),
                ("reason", .text(reason)),
                ("records", .count(socket.records)),
                ("total", .text("\(payloads.total)")),
                ("duration_sec", .count(seconds)),
            ]
        )
    }

    private func noteUnusableInterface(_ source: RecordSource, _ event: EventName) {
        context.log.observe(
            event,
            [
                "vin": .text(source.device.vin.text),
                "error": "the request header X-Network-Interface is not UTF-8, so no connectivity record can be made",
            ]
        )
    }
}

/// What the upgrade request said that is only needed for the log line.
struct ConnectionRequest {
    var method = ""
    var path = ""
    var userAgent = ""
    var forwardedFor = ""
    var serverName = ""
    var tls = ""
}
