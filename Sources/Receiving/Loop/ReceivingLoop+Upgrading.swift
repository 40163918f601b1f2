internal import HTTPCodec
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import Symptoms
internal import TelemetryModel
internal import WebSocketCodec

extension ReceivingLoop {
    // MARK: TLS

    func finishHandshake(_ connection: Connection) {
        context.meters.handshakes.add()
        let identity = connection.session.peerCertificate.map { context.identityRules.identify($0) }
        // A session without a certificate does not come to the end of its handshake; see TLSServerContext.
        guard let identity else { return end(connection, .handshakeFailed(.noPeerCertificate)) }
        connection.stage = .awaitingRequest(PendingRequest(identity: identity))
        setDeadline(connection, after: context.settings.deadlines.requestMilliseconds)
    }

    func refuseHandshake(_ connection: Connection, _ failure: TLSFailure) {
        if failure == .plainHTTP {
            // Whoever sent this reads HTTP, so the answer is HTTP.
            _ = connection.session.takeOutbound()
            var answer: [UInt8] = []
            appendTextResponse(
                status: 400,
                text: "This port speaks TLS and expects a vehicle's certificate; the request came as plain HTTP.",
                closes: true,
                to: &answer
            )
            _ = try? TCP.send(answer.span, to: connection.descriptor)
        } else {
            sendOutbound(connection)
        }
        end(connection, .handshakeFailed(failure))
    }

    // MARK: HTTP

    /// Reads the one request that a connection begins with.
    func readRequest(_ connection: Connection) {
        guard case .awaitingRequest(let pending) = connection.stage else { return }
        do throws(HTTPError) {
            guard let head = try pending.reader.read(connection.received.span) else { return }
            let rest = connection.received[head.length...]
            answer(connection, head, pending.identity, rest: Array(rest))
        } catch {
            refuse(connection, error.status, error.reason)
        }
    }

    private func answer(
        _ connection: Connection,
        _ head: RequestHead,
        _ identity: Result<DeviceIdentity, IdentityRefusal>,
        rest: [UInt8]
    ) {
        guard head.body == .none else {
            return refuse(connection, 413, "No request on this port has a body; open a WebSocket, or GET /status.")
        }
        if head.path == "/status" { return answerStatus(connection, head) }
        if head.path != "/", head.method == "GET", head.headers.first("Upgrade") == nil {
            return refuse(connection, 404, "There is nothing at this path; open a WebSocket, or GET /status.")
        }
        let key: String
        do throws(UpgradeRefusal) {
            key = try WebSocketHandshake.check(
                method: head.method,
                minorVersion: head.minorVersion,
                headers: { head.headers.all($0) }
            )
        } catch {
            return refuse(
                connection,
                error.status,
                error.reason,
                headers: error.headers.map { ($0.name, $0.value) },
                event: .webSocketPromotionError
            )
        }
        switch identity {
        case .failure(let refusal):
            context.log.observe(
                .extractSenderIDError,
                [
                    "remote_ip": .text(connection.remote.description),
                    "issuer": .text(refusal.facts.issuer),
                    "subject": .text(refusal.facts.subject),
                    "code": .text(refusal.symptom.rawValue),
                    "error": .text(refusal.description),
                ]
            )
            refuse(connection, 403, refusal.description, event: nil)
        case .success(let device):
            if let refusal = context.gate.refuse(device.vin, now: WallClock.milliseconds) {
                context.log.observe(
                    .vehicleRefused,
                    [
                        "vin": .text(device.vin.text), "reason": .text(refusal.rawValue),
                        "code": .text(refusal.symptom.rawValue),
                        "remote_ip": .text(connection.remote.description),
                    ]
                )
                return refuse(connection, 403, refusal.reason, event: nil)
            }
            upgrade(connection, head, device, key: key, rest: rest)
        }
    }

    private func answerStatus(_ connection: Connection, _ head: RequestHead) {
        guard head.method == "GET" || head.method == "HEAD" else {
            return refuse(connection, 405, "/status answers GET only.", headers: [("Allow", "GET, HEAD")])
        }
        appendResponse(
            status: 200,
            headers: [("Content-Type", "text/plain; charset=utf-8")],
            body: Array("mtls ok".utf8),
            omitsBody: head.method == "HEAD",
            closes: true,
            to: &connection.answers
        )
        finishSending(connection)
    }

    private func refuse(
        _ connection: Connection,
        _ status: Int,
        _ reason: String,
        headers: [(String, String)] = [],
        event: EventName? = .requestRefused
    ) {
        context.meters.requestRefused(status)
        if let event {
            context.log.observe(
                event,
                [
                    "remote_ip": .text(connection.remote.description),
                    "status": .number(Int64(status)),
                    "error": .text(reason),
                ]
            )
        }
        appendTextResponse(
            status: status,
            text: reason,
            headers: headers.map { (name: $0.0, value: $0.1) },
            closes: true,
            to: &connection.answers
        )
        finishSending(connection)
    }

    // MARK: Upgrade

    private func upgrade(
        _ connection: Connection,
        _ head: RequestHead,
        _ device: DeviceIdentity,
        key: String,
        rest: [UInt8]
    ) {
        let network = head.headers.firstBytes("X-Network-Interface") ?? []
        let networkText = String(validating: network, as: UTF8.self)
        let source = RecordSource(
            device: device,
            connection: connection.id,
            socketID: context.socketNames.claim(head.headers.first("X-TXID")),
            clientVersion: head.headers.first("Version") ?? "",
            networkInterface: networkText ?? String(decoding: network, as: UTF8.self),
            remoteAddress: connection.remote.description
        )
        WebSocketHandshake.appendResponse(key: key, to: &connection.answers)
        mark(connection)
        connection.stage = .streaming(context.vehicles.arrive(source))
        leaveHalfOpen(connection)
        connection.received = []
        connection.receivedNeeded = 0
        connection.lastMessageAt = now
        connection.heardAt = now
        connection.announcesConnectivity = networkText != nil
        updateDeadline(connection)
        announceConnected(
            connection,
            source,
            ConnectionRequest(
                method: head.method,
                path: head.path,
                userAgent: head.headers.first("User-Agent") ?? "",
                forwardedFor: head.headers.first("X-Forwarded-For") ?? "",
                serverName: connection.session.serverName ?? "",
                tls: "\(connection.session.protocolVersion) \(connection.session.cipher)"
            )
        )
        guard !rest.isEmpty else { return }
        connection.received = rest
        consumeLeftOver(connection)
    }
}
